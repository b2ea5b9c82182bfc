/*
	Messages at the bounds of their vectors. The shortest list that may come is taken, one shorter is refused, and so is
	each message with a byte more or less.
*/

import { bytes, equal, hex, join, test, throws } from "test/harness";
import { readProtocol, readRecordLimit } from "tls/handshake/answers";
import {
	readCertificate13,
	clientContent13,
	readCertificateRequest13,
	readSchemes,
	readStatus,
	readHandshakeRequest13,
	serverContent13,
} from "tls/handshake/certificate";
import { readCertificate12, readCertificateRequest12 } from "tls/handshake/tls12/certificate";
import { ExtensionBit } from "tls/wire/extensions";
import { Reader } from "tls/wire/reader";

function read<T>(text: string | Uint8Array, body: (r: Reader) => T): T {
	const inside = typeof text === "string" ? bytes(text) : text;
	const all = new Uint8Array(inside.length + 4).fill(0xee);
	all.set(inside, 2);
	const r = new Reader().open(all, 2, 2 + inside.length);
	const result = body(r);
	r.finish();
	return result;
}

/** Each text is taken; cut anywhere, or with a byte after it, it is not. */
function takes(body: (r: Reader) => unknown, ...texts: string[]): void {
	for (const text of texts) {
		read(text, body);
		for (let length = 0; length < text.length; length += 2)
			throws(() => read(text.slice(0, length), body), "decode_error");
		throws(() => read(`${text}00`, body), "decode_error");
	}
}

function refuses(body: (r: Reader) => unknown, code: string, ...texts: string[]): void {
	for (const text of texts) throws(() => read(text, body), code);
}

test("CertificateRequest of TLS 1.2: one kind, one scheme, no names at least", () => {
	const one = (r: Reader): readonly number[] => readCertificateRequest12(r).schemes;
	takes(
		one,
		"0140" + "00020403" + "0000",
		"020140" + "000404030804" + "0003000130",
		"0140" + "00020403" + "0006" + "0001300001" + "31",
	);
	// the types decide: 64 is ecdsa_sign, 1 is rsa_sign (RFC 5246 section 7.4.6)
	equal(read("0140" + "000404030804" + "0000", one), [0x0403]);
	equal(read("0101" + "000404030804" + "0000", one), [0x0804]);
	equal(read("020140" + "000404030804" + "0000", one), [0x0403, 0x0804]);
	refuses(
		one,
		"decode_error",
		"00" + "00020403" + "0000",
		"0140" + "0000" + "0000",
		"0140" + "000104" + "0000",
		"0140" + "00020403" + "00020000",
	);
});

test("CertificateRequest of TLS 1.3: a list of signatures at least, a context only after the handshake", () => {
	const during = readHandshakeRequest13;
	const after = readCertificateRequest13;
	const schemes = "000d0004" + "00020403";
	takes(during, `000008${schemes}`);
	takes(after, `000008${schemes}`, `0107${"0008"}${schemes}`);
	const request = read(`020708${"0008"}${schemes}`, after);
	equal([hex(request.context), request.schemes], ["0708", [0x0403]]);
	refuses(during, "illegal_parameter", `0107${"0008"}${schemes}`, `000010${schemes}${schemes}`);
	refuses(during, "decode_error", "000000", "000006" + "000d0002" + "0000", "000007" + "000d0003" + "000104");
	refuses(during, "decode_error", "000004" + "002f0000");
	refuses(during, "missing_extension", "00000a" + "002f0006" + "0004" + "0002" + "3000");
});

test("lists of signatures: whole schemes, one at least", () => {
	equal(read("00020403", readSchemes), [0x0403]);
	takes(readSchemes, "00020403", "000404030503");
	refuses(readSchemes, "decode_error", "0000", "000104", "0003040305");
});

test("of a list of signatures 64 are looked at, and those kept that can be used, each once", () => {
	equal(read(`0080${"fefe".repeat(63)}0403`, readSchemes), [0x0403]);
	equal(read(`0082${"fefe".repeat(64)}0403`, readSchemes), []);
	equal(
		read("000e" + "0403" + "0503" + "0403" + "0804" + "0807" + "0401" + "0501", readSchemes),
		[0x0403, 0x0503, 0x0804, 0x0401, 0x0501],
	);
});

test("a stapled status: OCSP, one byte at least", () => {
	takes(readStatus, "0100000130", "01000003300102");
	equal(read("0100000130", readStatus), { start: 2 + 4, end: 2 + 5 });
	refuses(readStatus, "decode_error", "01000000");
	refuses(readStatus, "bad_staple", "0000000130", "0200000130");
});

test("Certificate of TLS 1.2: a certificate of one byte at least, and so many at most", () => {
	const some = (r: Reader): readonly number[] => readCertificate12(r, 2).ranges;
	const one = "00000130";
	takes(some, `000004${one}`, `000008${one}${one}`);
	equal(read(`000009${one}${"0000023031"}`, some), [2 + 6, 2 + 7, 2 + 10, 2 + 12]);
	refuses(some, "too_much_work", `00000c${one}${one}${one}`);
	refuses(some, "decode_error", "000000", "000003000000");
});

test("Certificate of TLS 1.3: a certificate of one byte at least, so many at most, a status with the first only", () => {
	const some = (r: Reader): ReturnType<typeof readCertificate13> =>
		readCertificate13(r, ExtensionBit.status_request, 2);
	const one = "000001300000";
	takes(some, `00000006${one}`, `0000000c${one}${one}`);
	equal(read(`00000006${one}`, some), { ranges: [2 + 7, 2 + 8], staple: undefined });
	refuses(some, "too_much_work", `00000012${one}${one}${one}`);
	refuses(some, "decode_error", "00000000", "000000050000000000");
	refuses(some, "illegal_parameter", `010000000${"6"}${one}`);
	const stapled = "00000130" + "0009" + "00050005" + "0100000130";
	takes(some, `0000000f${stapled}`);
	equal(read(`0000000f${stapled}`, some).staple, { start: 2 + 4 + 4 + 2 + 4 + 4, end: 2 + 4 + 4 + 2 + 4 + 5 });
	equal(read(`00000015${one}${stapled}`, some).staple, undefined);
	throws(() => read(`0000000f${stapled}`, r => readCertificate13(r, 0, 2)), "unsupported_extension");
});

test("the protocol picked: one name, of those offered", () => {
	const pick = (r: Reader): string => readProtocol(r, ["x", "h2"]);
	takes(pick, "00020178", "0003026832");
	equal(read("0003026832", pick), "h2");
	refuses(pick, "decode_error", "000100", "0000", "000401780178");
	refuses(pick, "illegal_parameter", "00020179");
});

test("a record size limit: 64 at least, no more than the version knows", () => {
	const limit = (r: Reader): number => readRecordLimit(r, 0x4001);
	takes(limit, "0040", "ffff");
	equal(
		["0040", "4000", "4001", "4002", "ffff"].map(text => read(text, limit)),
		[64, 0x4000, 0x4001, 0x4001, 0x4001],
	);
	refuses(limit, "illegal_parameter", "003f", "0000");
});

test("what CertificateVerify signs, for both sides", () => {
	const digest = new Uint8Array(32).fill(9);
	for (const [content, side] of [
		[serverContent13, "server"],
		[clientContent13, "client"],
	] as const) {
		const context = new Uint8Array(ArrayBuffer.fromString(`TLS 1.3, ${side} CertificateVerify`));
		equal(content(digest), join(new Uint8Array(64).fill(0x20), context, new Uint8Array(1), digest));
	}
});
