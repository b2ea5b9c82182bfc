/*
	Keying material of both versions (RFC 8446 section 7.5, RFC 5705) against the key schedules in C, where labels are
	short enough for these, and its bounds. Against OpenSSL: interop/exporter.test.ts.
*/

import { bytes, equal, note, ok, test, throws } from "test/harness";
import { channelBindingOf, Exporter12, Exporter13, exportFrom } from "tls/handshake/exporter";
import { findSuite } from "tls/crypto/suites";
import { Hash, type HashAlgorithm, hashLength } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";
import { CipherSuite } from "tls/wire/numbers";

const suites13 = [CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_AES_256_GCM_SHA384];
const suites12 = [
	CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
];
const randoms = Uint8Array.from({ length: 64 }, (_, i) => 3 * i);
const lengths = [1, 20, 31, 32, 33, 47, 48, 49, 64, 65, 96, 97, 255, 1024];

function secretOf(length: number): Secret {
	const secret = new Secret(length);
	secret.import(
		Uint8Array.from({ length }, (_, i) => i + 1),
		0,
	);
	return secret;
}

function ascii(text: string): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(text));
}

function digestOf(algorithm: HashAlgorithm, of: Uint8Array): Uint8Array {
	const digest = new Uint8Array(hashLength(algorithm));
	const running = new Hash(algorithm);
	running.update(of, 0, of.length);
	running.peek(digest, 0);
	running.close();
	return digest;
}

test("TLS 1.3: as the key schedule derives it", () => {
	let count = 0;
	for (const id of suites13)
		for (const context of [undefined, bytes(""), bytes("010203")])
			for (const length of lengths) {
				const suite = findSuite(id)!;
				const from = secretOf(suite.hashLength);
				const inner = new Secret(suite.hashLength);
				inner.expandLabel(suite.hash, from, "EXPORTER-a", undefined, 0, 0, 0, suite.hashLength);
				const outer = new Secret(length);
				const digest = digestOf(suite.hash, context ?? bytes(""));
				outer.expandLabel(suite.hash, inner, "exporter", digest, 0, digest.length, 0, length);
				const expected = new Uint8Array(length);
				outer.export(expected, 0);
				const exporter = new Exporter13(suite, from);
				equal(exporter.derive(ascii("EXPORTER-a"), context, length), expected);
				exporter.close();
				count++;
			}
	note(`${count} values compared`);
});

test("TLS 1.2: as the PRF derives it", () => {
	let count = 0;
	for (const id of suites12)
		for (const length of lengths) {
			const suite = findSuite(id)!;
			const master = secretOf(48);
			const made = new Secret(length);
			made.prf(suite.hash, master, "EXPORTER-Channel-Binding", randoms, 0, 64);
			const expected = new Uint8Array(length);
			made.export(expected, 0);
			const exporter = new Exporter12(suite, master, randoms);
			equal(exporter.derive(ascii("EXPORTER-Channel-Binding"), undefined, length), expected);
			// RFC 5705 section 4: a context without bytes is not the same as none
			ok(
				exporter.derive(ascii("EXPORTER-Channel-Binding"), bytes(""), length).join() !== expected.join() || length < 4,
			);
			exporter.close();
			count++;
		}
	note(`${count} values compared`);
});

test("labels, contexts and lengths at their bounds and beyond", () => {
	for (const exporter of [
		new Exporter13(findSuite(suites13[0]!)!, secretOf(32)),
		new Exporter12(findSuite(suites12[0]!)!, secretOf(48), randoms),
	]) {
		for (const length of [1, 249]) equal(exportFrom(exporter, "x".repeat(length), undefined, 8).byteLength, 8);
		for (const label of ["", "x".repeat(250), "\u00e9", "\u0000", 5, undefined, {}])
			ok(
				throws(() => exportFrom(exporter, label as string, undefined, 8), "configuration").message.startsWith(
					"the label",
				),
			);
		for (const label of [
			"client finished",
			"server finished",
			"master secret",
			"extended master secret",
			"key expansion",
		])
			ok(
				throws(() => exportFrom(exporter, label, undefined, 8), "configuration").message.includes("is for TLS itself"),
			);
		for (const length of [1, 1024]) equal(exportFrom(exporter, "EXPORTER-a", undefined, length).byteLength, length);
		for (const length of [0, 1025, -1, 1.5, NaN, Infinity, "8"])
			ok(
				throws(
					() => exportFrom(exporter, "EXPORTER-a", undefined, length as number),
					"configuration",
				).message.startsWith("the length"),
			);
		equal(exportFrom(exporter, "EXPORTER-a", new Uint8Array(0xffff), 8).byteLength, 8);
		ok(
			throws(() => exportFrom(exporter, "EXPORTER-a", new Uint8Array(0x10000), 8), "configuration").message.startsWith(
				"the context",
			),
		);
		equal(channelBindingOf(exporter), exportFrom(exporter, "EXPORTER-Channel-Binding", new Uint8Array(0), 32));
		exporter.close();
	}
});

test("a connection that keeps no secret exports nothing", () => {
	for (const run of [() => exportFrom(undefined, "EXPORTER-a", undefined, 8), () => channelBindingOf(undefined)])
		ok(throws(run, "configuration").message.includes('set "exporter"'));
});
