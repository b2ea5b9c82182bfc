/*
	A client's key of Ed25519 that is refused leaves nothing behind. Keys and signatures have one length. The resource
	"keys.json" comes from ed25519.test.ts.
*/

import Resource from "Resource";
import { memory } from "simulator";
import { equal, ok, test, throws } from "test/harness";
import { configure } from "tls/configure";
import { expandEd25519, signEd25519, verifyEd25519 } from "tls/hardware/ed25519/ed25519";

interface Keys {
	/** PEM of a certificate, its key, and malformed ones. */
	readonly certificate: string;
	readonly key: string;
	readonly wrong: readonly { readonly name: string; readonly key: string; readonly says: string }[];
}

const { certificate, key, wrong } = JSON.parse(String.fromArrayBuffer(new Resource("keys.json").slice(0))) as Keys;
const pinned = { pins: [new Uint8Array(32)], pinsInsteadOfRoots: true };

test("the right key is taken", () => {
	configure({ ...pinned, clientCertificates: certificate, clientKey: key }, "server.example").credential!.close();
});

for (const { name, key: clientKey, says } of wrong)
	test(`${name} is refused, and leaves no native memory behind`, () => {
		const refuse = (): string =>
			throws(
				() => configure({ ...pinned, clientCertificates: certificate, clientKey }, "server.example"),
				"configuration",
			).message;
		refuse();
		const before = memory().nativeBytes;
		const message = refuse();
		ok(message.includes(says), message);
		equal(memory().nativeBytes, before);
	});

test("keys have 32 bytes and signatures 64: with one more or less nothing was signed", () => {
	const pair = new Uint8Array(64),
		key = new Uint8Array(34),
		message = new Uint8Array(10).fill(1),
		signature = new Uint8Array(64),
		around = new Uint8Array(66);
	expandEd25519(new Uint8Array(32).fill(7), 0, pair);
	signEd25519(pair, message, signature);
	// the byte before and the one after are there
	key.set(pair.slice(32), 1);
	around.set(signature, 1);
	const verify = (keyStart: number, keyEnd: number, start: number, end: number): boolean =>
		verifyEd25519(key, keyStart, keyEnd, message, 0, message.length, around, start, end);
	equal(verify(1, 33, 1, 65), true);
	for (const [keyStart, keyEnd] of [
		[1, 32],
		[1, 34],
		[1, 1],
	] as const)
		equal(verify(keyStart, keyEnd, 1, 65), false, `a key of ${keyEnd - keyStart} bytes`);
	for (const end of [1, 64, 66]) equal(verify(1, 33, 1, end), false, `a signature of ${end - 1} bytes`);
});
