/*
	A client's key of Ed25519 that is refused leaves nothing behind. The resource "keys.json" comes from
	ed25519.test.ts.
*/

import Resource from "Resource";
import { memory } from "simulator";
import { equal, ok, test, throws } from "test/harness";
import { configure } from "tls/configure";

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
