/*
	A build without TLS 1.2: it is not offered, and a server that picks it, or less, is refused.
*/

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, test } from "node:test";
import { makeIdentity, makeKey } from "../../host-sim/servers/certificates.js";
import { runClient } from "../faults/connect.js";
import { helloExtensions } from "../peers/hello13.js";
import { expectAnswer, expectRefusal, expectRefusedOptions, run12, run13, type Device } from "./run.js";

const TLS12 = 0x303;
/** ec_point_formats, encrypt_then_mac, extended_master_secret, renegotiation_info */
const extensions = [11, 22, 23, 0xff01];

describe("without TLS 1.2", () => {
	let device: Device;
	before(() => {
		device = { identity: makeIdentity(["localhost"]), without: ["tls12"] };
	});

	test("TLS 1.3", async () => {
		const [right, asked, retried, forgery] = await run13(device, [
			{},
			{ requestCertificate: true },
			{ retryGroup: 0x17 },
			{ key: makeKey("p256").privateKey },
		]);
		for (const pair of [right!, asked!, retried!]) expectAnswer(pair);
		const { data } = helloExtensions(right!.server.hello);
		assert.deepEqual(data.get(43), Buffer.of(2, 3, 4));
		assert.deepEqual(
			extensions.filter(type => data.has(type)),
			[],
		);
		expectRefusal(forgery!, "bad_signature", 51, /signature is wrong/);
	});

	test("a server of TLS 1.2 or less", async () => {
		const random = (end: number): Buffer => Buffer.concat([randomBytes(24), Buffer.from("DOWNGRD"), Buffer.of(end)]);
		const [picked, forced, forcedMore, older] = await run12(device, [
			{},
			{ random: random(1) },
			{ random: random(0) },
			{
				edit(name, bytes) {
					if (name === "ServerHello") bytes[5] = 1;
					return bytes;
				},
			},
		]);
		expectRefusal(picked!, "unsupported_version", 70, /the server speaks only TLS 1\.2; this client needs TLS 1\.3/);
		expectRefusal(forced!, "downgrade", 47, /forces an older version/);
		expectRefusal(forcedMore!, "downgrade", 47, /forces an older version/);
		expectRefusal(older!, "unsupported_version", 70, /the server speaks only TLS 1\.0/);
	});

	test("the options", async () => {
		const suites = (...cipherSuites: string[]): object => ({ secure: { cipherSuites } });
		await expectRefusedOptions(device, "tls12", {
			minVersion: { secure: { minVersion: TLS12 } },
			maxVersion: { secure: { maxVersion: TLS12 } },
			cipherSuites: suites("TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
		});
		const [named] = await run13(device, [{ suite: "TLS_AES_256_GCM_SHA384" }], {
			minVersion: 0x304,
			maxVersion: 0x304,
			cipherSuites: ["TLS_AES_256_GCM_SHA384"],
		});
		expectAnswer(named!);
	});

	test("modules/optional/legacy with it is refused in words", async () => {
		const [result] = await runClient(1, 1, { ca: device.identity.root.pem, without: device.without, tls: "cbc" });
		assert.equal(result!.code, "configuration");
		assert.match(
			result!.message,
			/modules\/optional\/legacy is for TLS 1\.2, which this build leaves out: take modules\/optional\/without\/tls12\/manifest\.json out/,
		);
	});
});
