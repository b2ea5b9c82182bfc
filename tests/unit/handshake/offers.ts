/*
	The options that say what the ClientHello offers: groups, signature schemes, and the names in it. What is not in
	this build is refused; what is given goes out in its order.
*/

import { equal, ok, test, throws } from "test/harness";
import { configure } from "tls/configure";
import type { Options } from "tls/options";
import { NamedGroup, SignatureScheme } from "tls/wire/numbers";
import { helloExtensions, numbersOf } from "./hello";

const pinned = { pins: [new Uint8Array(32)], pinsInsteadOfRoots: true };
const host = "server.example";

/** The extensions of the ClientHello that these options make, by number. */
function extensionsOf(options: Options, name = host): Map<number, Uint8Array> {
	return helloExtensions(configure({ ...pinned, ...options }, name));
}

function refusal(options: object): string {
	return throws(() => configure({ ...pinned, ...options } as Options, host), "configuration").message;
}

test("groups by name and by number, in their order, the first with a key share", () => {
	for (const groups of [
		["secp384r1", "x25519"],
		[0x18, 0x1d],
		["secp384r1", 0x1d],
	] as const) {
		const extensions = extensionsOf({ groups });
		equal(numbersOf(extensions.get(10)), [NamedGroup.secp384r1, NamedGroup.x25519]);
		const share = extensions.get(51)!;
		// length of the list, group, length of the key: 97 bytes of P-384
		equal([(share[2]! << 8) | share[3]!, (share[4]! << 8) | share[5]!, share.length], [NamedGroup.secp384r1, 97, 103]);
	}
	equal(numbersOf(extensionsOf({ groups: ["secp256r1"], maxVersion: 0x303 }).get(10)), [NamedGroup.secp256r1]);
});

test("what TLS 1.2 always needs", () => {
	const extensions = extensionsOf({});
	// ec_point_formats: uncompressed; extended_master_secret; renegotiation_info of a first handshake
	equal(
		[11, 23, 0xff01].map(type => extensions.get(type)),
		[Uint8Array.of(1, 0), new Uint8Array(0), Uint8Array.of(0)],
	);
	equal(extensions.has(22), false, "encrypt_then_mac");
});

test("groups that can't be", () => {
	for (const [groups, says] of [
		[[], '"groups" must have 1 to'],
		[["x25519", "x25519"], '"groups" has x25519 twice'],
		[["x25519", 0x1d], '"groups" has x25519 twice'],
		[["X25519"], '"groups": "X25519" is not in this build, which has x25519, secp256r1, secp384r1'],
		[["P-256"], '"groups": "P-256" is not in this build'],
		[["secp521r1"], '"groups": "secp521r1" is not in this build'],
		[["ffdhe2048"], '"groups": "ffdhe2048" is not in this build'],
		[[0x19], '"groups": 0x0019 is not in this build'],
		[[NaN], '"groups": '],
		[[0], '"groups": 0x0000 is not in this build'],
		[[undefined], '"groups" must have registered names or numbers, not undefined'],
		[[{}], '"groups" must have registered names or numbers, not an object'],
		["x25519", '"groups" must be an array, not a string'],
	] as const) {
		const message = refusal({ groups });
		equal(message.slice(0, says.length), says);
	}
});

test("signature schemes by name and by number, in their order", () => {
	for (const signatureAlgorithms of [
		["rsa_pss_rsae_sha256", "ecdsa_secp256r1_sha256"],
		[0x0804, 0x0403],
	] as const)
		equal(numbersOf(extensionsOf({ signatureAlgorithms }).get(13)), [
			SignatureScheme.rsa_pss_rsae_sha256,
			SignatureScheme.ecdsa_secp256r1_sha256,
		]);
	equal(numbersOf(extensionsOf({ signatureAlgorithms: ["rsa_pkcs1_sha256"], maxVersion: 0x303 }).get(13)), [
		SignatureScheme.rsa_pkcs1_sha256,
	]);
});

test("signature schemes that can't be", () => {
	for (const [signatureAlgorithms, says] of [
		[[], '"signatureAlgorithms" must have 1 to'],
		[["rsa_pkcs1_sha256"], '"signatureAlgorithms" has none for TLS 1.3'],
		[["rsa_pkcs1_sha256", "rsa_pkcs1_sha512"], '"signatureAlgorithms" has none for TLS 1.3'],
		[["rsa_pkcs1_sha1"], '"signatureAlgorithms": "rsa_pkcs1_sha1" is not in this build, which has ecdsa_'],
		[[0x0201], '"signatureAlgorithms": 0x0201 is not in this build'],
		[["rsa_pss_pss_sha1"], '"signatureAlgorithms": "rsa_pss_pss_sha1" is not in this build'],
		[["rsa_pss_pss_sha256", 0x0809], '"signatureAlgorithms" has rsa_pss_pss_sha256 twice'],
		[["rsa_pss_rsae_sha256", 0x0804], '"signatureAlgorithms" has rsa_pss_rsae_sha256 twice'],
		["rsa_pss_rsae_sha256", '"signatureAlgorithms" must be an array, not a string'],
	] as const)
		equal(refusal({ signatureAlgorithms }).slice(0, says.length), says);
});

test("the name in SNI and the name that the certificate must have", () => {
	const sni = (options: Options, name?: string): string | undefined => {
		const extension = extensionsOf(options, name).get(0);
		return extension && String.fromCharCode(...extension.slice(5));
	};
	equal(sni({}), host);
	equal(sni({ serverName: "front.example" }), "front.example");
	equal(sni({ certificateName: "other.example" }), host);
	equal(sni({ sendServerName: false }), undefined);
	equal(sni({}, "192.0.2.1"), undefined);
	equal(sni({ serverName: "front.example" }, "192.0.2.1"), "front.example");
	const checked = (options: Options): string => configure({ ...pinned, ...options }, host).certificates.name;
	equal(checked({}), host);
	equal(checked({ sendServerName: false }), host);
	equal(checked({ serverName: "front.example", certificateName: "other.example" }), "other.example");
	equal(checked({ certificateName: "192.0.2.1" }), "192.0.2.1");
	equal(checked({ sendServerName: false, serverName: "front.example" }), "front.example");
});

test("names that can't be: none of them switches the check off", () => {
	for (const [options, says] of [
		[{ certificateName: "" }, '"certificateName" is missing'],
		[{ certificateName: "*" }, '"certificateName", "*", is neither an address (IPv6 without brackets) nor a name'],
		[
			{ certificateName: "[::1]" },
			'"certificateName", "[::1]", is neither an address (IPv6 without brackets) nor a name',
		],
		[{ certificateName: "a b" }, '"certificateName", "a b", is neither'],
		[{ certificateName: false }, '"certificateName" must be a string, not a boolean'],
		[{ serverName: false }, '"serverName" must be a string, not a boolean'],
		[{ serverName: "" }, '"serverName" is missing'],
		[{ serverName: "", certificateName: "other.example" }, '"serverName" is missing'],
		[{ sendServerName: "no" }, '"sendServerName" must be a boolean, not a string'],
	] as const)
		equal(refusal(options).slice(0, says.length), says);
});

test("versions that can't be say which can", () => {
	const both = "a number, 0x303 (TLS 1.2) or 0x304 (TLS 1.3), not";
	for (const name of ["minVersion", "maxVersion", "protocolVersion"])
		for (const [value, shown] of [
			[0x302, "0x302"],
			[0x305, "0x305"],
			[0, "0x0"],
			[-1, "-1"],
			[NaN, "NaN"],
			[771.5, "0x303.8"],
			["TLSv1.2", "a string"],
			[true, "a boolean"],
		] as const)
			equal(refusal({ [name]: value }), `"${name}" must be ${both} ${shown}`);
	ok(refusal({ minVersion: 0x304, maxVersion: 0x303 }).includes('"minVersion" is above "maxVersion"'));
});
