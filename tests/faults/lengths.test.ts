/*
	How long a message of each type may be (modules/handshake/lengths.ts). The longest is read, and refused for what is
	in it; one byte more is refused for its length.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { rightExtensions, Session12, type MessageName12, type Outcome12 } from "../peers/server12.js";
import { Session13, type MessageName, type Outcome13 } from "../peers/server13.js";
import { message } from "../peers/wire13.js";
import { runPairs, type Pair } from "./connect.js";

/** A body of so many bytes that starts like a right one. */
type Body = (length: number) => Buffer;

const zeros: Body = length => Buffer.alloc(length);

describe("the length of messages", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	async function run(version: number, name: string, bodies: readonly Buffer[]): Promise<Pair<Outcome12 | Outcome13>[]> {
		const { leaf, intermediate, root } = identity;
		const common = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
		const edit =
			(body: Buffer) =>
			(which: MessageName | MessageName12, bytes: Buffer): Uint8Array =>
				which === name ? message(bytes[0]!, body) : bytes;
		return runPairs<Outcome12 | Outcome13>(
			bodies.length,
			{ ca: root.pem, secure: { minVersion: version, maxVersion: version } },
			(socket, i) =>
				version === 0x304
					? new Session13(socket, { ...common, edit: edit(bodies[i]!) }).run()
					: new Session12(socket, {
							...common,
							extensions: Buffer.concat([...rightExtensions]),
							edit: edit(bodies[i]!),
						}).run(),
		);
	}

	for (const [version, name, longest, body] of [
		[
			0x304,
			"CertificateVerify",
			2052,
			(length: number) => Buffer.concat([u16(0x0403), vector(2, Buffer.alloc(length - 4, 0x30))]),
		],
		[0x304, "Finished", 48, zeros],
		[
			0x303,
			"ServerKeyExchange",
			8202,
			(length: number) =>
				Buffer.concat([Buffer.of(3), u16(0x1d), vector(1, Buffer.alloc(32, 9)), Buffer.alloc(length - 36)]),
		],
		[0x303, "ServerHelloDone", 0, zeros],
		[0x303, "Finished", 48, zeros],
	] as const satisfies readonly (readonly [number, string, number, Body])[]) {
		test(`${name} of TLS 1.${version - 0x301}: ${longest} bytes`, async () => {
			const [good, bad] = await run(version, name, [body(longest), body(longest + 1)]);
			const words = new RegExp(`${longest + 1} bytes, expected ${longest} at most`);
			assert.equal(bad!.client.code, "decode_error", bad!.client.message);
			assert.match(bad!.client.message, words);
			assert.equal(bad!.server.alert, 50);
			assert.doesNotMatch(good!.client.message, /at most/);
			if (longest === 0) assert.equal(good!.client.code, "closed", good!.client.message);
			else assert.notEqual(good!.client.code, "closed");
		});
	}
});
