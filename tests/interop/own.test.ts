/*
	The device's own certificate is for the server to judge (RFC 8446 section 4.4.2.4): whatever it says goes out as it
	is, and the key proves itself. Only a key that can't sign is refused, and one that is another's.
*/

import assert from "node:assert/strict";
import { createServer, type TLSSocket } from "node:tls";
import { after, before, describe, test } from "node:test";
import {
	makeCertificate,
	makeIdentity,
	makeKey,
	type CertificateRequest,
} from "../../host-sim/servers/certificates.js";
import { element, integer, nothing, sequence } from "../../host-sim/servers/der.js";
import { runClient } from "../faults/connect.js";

const identity = makeIdentity(["localhost"]);
const day = 86400e3;

/** Certificates with one thing that a verifier may refuse. */
const odd: readonly (readonly [string, Partial<CertificateRequest>])[] = [
	["version 1", { changeExtensions: () => [] }],
	["serial number 0", { serial: Buffer.of(0) }],
	["a negative serial number", { serial: Buffer.of(0xff, 2, 3) }],
	["a serial number of 40 bytes", { serial: Buffer.alloc(40, 0x41) }],
	[
		"an unknown critical extension",
		{ extensions: [{ id: "1.3.6.1.4.1.99999.1", isCritical: true, value: nothing() }] },
	],
	[
		"an extension that is not DER",
		{ extensions: [{ id: "1.3.6.1.4.1.99999.2", isCritical: false, value: Buffer.of(0xff) }] },
	],
	["an empty subject", { subject: sequence() }],
	["a subject of 3 KB", { subject: "x".repeat(3000) }],
	["a CA", { isAuthority: true }],
	["a key usage that does not sign", { keyUsage: ["keyEncipherment"] }],
	["a purpose other than TLS", { extendedKeyUsage: ["codeSigning"] }],
	["expired", { notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - day) }],
	["not yet valid", { notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 9 * day) }],
	["valid until 9999", { notAfter: new Date("9999-12-31T23:59:59Z") }],
	[
		"a signature that is wrong",
		{ changeSignature: bytes => Buffer.concat([bytes.subarray(0, -1), Buffer.of(bytes.at(-1)! ^ 1)]) },
	],
	["signed with SHA-1", { signature: "ecdsa-sha1" }],
];

describe("a client's certificate that the server may refuse", () => {
	let port = 0;
	let shown: Buffer | undefined;
	const server = createServer(
		{ cert: identity.chain, key: identity.leaf.keyPem, requestCert: true, rejectUnauthorized: false },
		(socket: TLSSocket) => {
			shown = socket.getPeerCertificate().raw;
			socket.on("error", () => {});
			socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
		},
	);
	server.on("tlsClientError", () => {});
	before(async () => {
		await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
		port = (server.address() as { port: number }).port;
	});
	after(() => server.close());

	const send = async (certificate: Buffer, clientKey: string, version: number): ReturnType<typeof runClient> =>
		runClient(port, 1, {
			ca: identity.root.pem,
			secure: { minVersion: version, maxVersion: version, clientKey, clientCertificates: pemOf(certificate) },
		});
	const pemOf = (der: Buffer): string =>
		`-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;

	for (const [i, [what, change]] of odd.entries())
		test(`${what}: it goes out`, async () => {
			const { der, keyPem } = makeCertificate({ subject: "device", key: makeKey("p256"), ...change });
			shown = undefined;
			const [result] = await send(der, keyPem, i % 2 ? 0x303 : 0x304);
			assert.match(result!.text, /^HTTP\/1\.1 200/, result!.message);
			assert.deepEqual(shown, der);
		});
	for (const [what, change, says] of [
		["bytes after it", (der: Buffer) => Buffer.concat([der, Buffer.of(0)]), /bytes after its end/],
		["cut short", (der: Buffer) => der.subarray(0, -1), /longer than the whole/],
		["no certificate", () => sequence(integer(1)), /no TBSCertificate|SEQUENCE/i],
		["something else", () => element(4, Buffer.alloc(9)), /no certificate|SEQUENCE/i],
	] as const)
		test(`${what}: refused by name`, async () => {
			const { der, keyPem } = makeCertificate({ subject: "device", key: makeKey("p256") });
			const [result] = await send(change(der), keyPem, 0x304);
			assert.equal(result!.code, "configuration", result!.message);
			assert.match(result!.message, /"clientCertificates"/);
			assert.match(result!.message, says);
		});
});
