/*
	modules/x509/pem.ts: base64 to its last bit, and what stands around it.
*/

import { equal, ok, test, throws } from "test/harness";
import { readPEM, readPEMKey } from "tls/x509/pem";

function certificate(base64: string): string {
	return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

test("base64 of whole bytes, with and without its padding", () => {
	for (const [text, ...bytes] of [
		[""],
		["AA==", 0],
		["/w==", 0xff],
		["/w", 0xff],
		["AAE=", 0, 1],
		["AAE", 0, 1],
		["AAEC", 0, 1, 2],
		["+ /\r\n\tA A", 0xfb, 0xf0, 0],
	] as const)
		equal(readPEM(certificate(text), "CERTIFICATE"), [Uint8Array.from(bytes)], text);
});

test("base64 with bits left, too much padding, or other characters", () => {
	for (const [text, says] of [
		["A", "is cut short"],
		["A=", "is cut short"],
		["AB==", "is cut short"],
		["AAEC8", "is cut short"],
		["AAF=", "is cut short"],
		["AAA===", "is cut short"],
		["AA=A", "not base64"],
		["AA*A", "not base64"],
		["AA-A", "not base64"],
		["AA_A", "not base64"],
	] as const) {
		const { message } = throws(() => readPEM(certificate(text), "CERTIFICATE"), "configuration");
		ok(message.includes(says), `${text}: ${message}`);
	}
});

test("a key is decoded in the same way, and its copy is wiped", () => {
	const key = (base64: string): string => `é before -----BEGIN PRIVATE KEY-----${base64}-----END PRIVATE KEY-----`;
	let used: Uint8Array | undefined;
	const read = (text: string): Uint8Array =>
		readPEMKey(key(text), (bytes, start, end) => {
			used = bytes;
			return bytes.slice(start, end);
		});
	equal(read("AQID"), Uint8Array.of(1, 2, 3));
	equal(
		used!.every(byte => byte === 0),
		true,
	);
	for (const text of ["A", "AB==", "AA*A"]) throws(() => read(text), "configuration");
});
