/*
	A build without all that can be left out (bare/): TLS 1.3 with a server's certificates, and nothing else.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { runClient, runPairs, type ClientOptions, type Pair } from "../faults/connect.js";
import { helloExtensions } from "../peers/hello13.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { plainRecord } from "../peers/wire13.js";
import { Session12 } from "../peers/server12.js";
import { expectAnswer, expectRefusal } from "./run.js";

describe("without all that can be left out", () => {
	let identity: ServerIdentity;
	let options: ClientOptions;
	before(() => {
		identity = makeIdentity(["localhost"]);
		options = { app: "tests/without/bare", ca: "", env: { TRUST_DER: identity.root.der.toString("hex") } };
	});

	const right = (): Pick<Script13, "chain" | "key"> => ({
		chain: [identity.leaf.der, identity.intermediate.der],
		key: identity.leaf.key.privateKey,
	});

	function run(scripts: readonly Partial<Script13>[], variant = "native"): Promise<Pair<Outcome13>[]> {
		return runPairs(scripts.length, { ...options, variant }, (socket, i) =>
			new Session13(socket, { ...right(), ...scripts[i] }).run(),
		);
	}

	for (const variant of variants) {
		test(`what is right (${variant})`, async () => {
			const pairs = await run(
				[
					{},
					{ requestCertificate: true },
					{ retryGroup: 0x17 },
					{ suite: "TLS_CHACHA20_POLY1305_SHA256" },
					{ fragment: 50 },
				],
				variant,
			);
			for (const pair of pairs) expectAnswer(pair);
			const { data } = helloExtensions(pairs[0]!.server.hello);
			// server_name, supported_groups, signature_algorithms, record_size_limit, supported_versions, key_share
			assert.deepEqual(
				[...data.keys()].sort((a, b) => a - b),
				[0, 10, 13, 28, 43, 51],
			);
		});
	}

	test("what is wrong", async () => {
		const other = makeCertificate({
			subject: "other",
			key: makeKey("p256"),
			issuer: identity.intermediate,
			names: ["other.example"],
		});
		const [forgery, name, untrusted] = await run([
			{ key: makeKey("p256").privateKey },
			{ chain: [other.der, identity.intermediate.der], key: other.key.privateKey },
			{ chain: [identity.leaf.der] },
		]);
		expectRefusal(forgery!, "bad_signature", 51, /signature is wrong/);
		expectRefusal(name!, "wrong_name", 42, /is for other\.example, not for localhost/);
		expectRefusal(untrusted!, "untrusted", 48, /leads to no trust anchor/);
		const [old] = await runPairs(1, options, socket => new Session12(socket, right()).run());
		expectRefusal(old!, "unsupported_version", 70, /the server speaks only TLS 1\.2/);
	});

	test("a server's alert has its number", async () => {
		const [pair] = await run([{ editRecords: () => [plainRecord(21, Buffer.of(2, 40))] }]);
		assert.equal(pair!.client.code, "peer_alert", pair!.client.message);
		assert.equal(pair!.client.message, "the server refused: alert 40");
	});

	test("PEM is refused in words", async () => {
		const [pem] = await runClient(1, 1, { ...options, env: { TRUST_PEM: identity.root.pem } });
		assert.equal(pem!.code, "configuration");
		assert.match(
			pem!.message,
			/CERTIFICATE given as text \(PEM\) needs what this build leaves out: give DER, or take modules\/optional\/without\/pem\/manifest\.json out/,
		);
	});
});
