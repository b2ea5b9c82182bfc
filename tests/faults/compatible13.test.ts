/*
	Middlebox compatibility (RFC 8446 appendix D.4): one change_cipher_spec, right before the client's second flight, or
	after the first hello where early data follows. The order of the client's records is what a middlebox sees.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { Session13, type Script13 } from "../peers/server13.js";
import { runPairs } from "./connect.js";

const HELLO = 22;
const CHANGE = 20;
const PROTECTED = 23;

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

const key = "5a".repeat(32);
const external = { identity: "device 17", key };
const psk = { key: Buffer.from(key, "hex"), isExternal: true };

interface Kind {
	readonly name: string;
	readonly script?: Partial<Script13>;
	readonly options?: object;
	/** The first records of the client; all others are protected. */
	readonly expected: readonly number[];
}

const kinds: readonly Kind[] = [
	{ name: "a full handshake", expected: [HELLO, CHANGE] },
	{ name: "a retry", script: { retryGroup: 0x17 }, expected: [HELLO, CHANGE, HELLO] },
	{ name: "a client certificate", script: { requestCertificate: true }, expected: [HELLO, CHANGE] },
	{ name: "an external key", script: { psk }, options: { psk: external }, expected: [HELLO, CHANGE] },
	{
		name: "an external key after a retry",
		script: { psk, retryGroup: 0x17 },
		options: { psk: external },
		expected: [HELLO, CHANGE, HELLO],
	},
	{
		name: "early data",
		script: { psk, earlyData: "take" },
		options: { psk: { ...external, maxEarlyData: 200 }, early: 100 },
		expected: [HELLO, CHANGE, PROTECTED],
	},
	{
		name: "early data that a retry refuses",
		script: { psk, earlyData: "skip", retryGroup: 0x17 },
		options: { psk: { ...external, maxEarlyData: 200 }, early: 100 },
		expected: [HELLO, CHANGE, PROTECTED, HELLO],
	},
];

for (const variant of variants) {
	describe(`one change_cipher_spec where middleboxes expect it, ${variant}`, () => {
		for (const { name, script = {}, options = {}, expected } of kinds)
			test(name, async () => {
				const { leaf, intermediate, root } = identity;
				const right = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
				const [pair] = await runPairs(1, { ca: root.pem, variant, secure: { minVersion: 0x304 }, ...options }, socket =>
					new Session13(socket, { ...right, ...script }).run(),
				);
				assert.equal(pair!.client.code, "closed", pair!.client.message);
				const types = pair!.server.types!;
				assert.deepEqual(types.slice(0, expected.length), expected);
				assert.ok(types.length > expected.length, "more follows");
				assert.deepEqual(new Set(types.slice(expected.length)), new Set([PROTECTED]), `${types}`);
			});
	});
}
