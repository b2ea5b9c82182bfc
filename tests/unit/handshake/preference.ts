/*
	What the ClientHello offers first on each chip (crypto/preference.ts), and that what a build lacks is not offered.
*/

import { bytes, equal, join, ok, test, throws } from "test/harness";
import { configure } from "tls/configure";
import { groupsFor } from "tls/crypto/preference";
import { ChipFeature } from "tls/hardware/chip";
import { KeyKind } from "tls/hardware/signature";
import { DER } from "tls/wire/der";
import { CipherSuite, NamedGroup, SignatureScheme } from "tls/wire/numbers";
import { takePublicKey } from "tls/x509/algorithms";
import type { Certificate } from "tls/x509/certificate";
import { unsupportedKey } from "tls/x509/unsupported";
import { setChip } from "simulator";
import { helloExtensions, numbersOf } from "./hello";

const x25519 = NamedGroup.x25519;
const secp256r1 = NamedGroup.secp256r1;
const secp384r1 = NamedGroup.secp384r1;
const software = ChipFeature.chacha20_poly1305 | ChipFeature.rsa4096;

/** The bits of each chip, as ESP-IDF's headers give them. */
const chips: readonly (readonly [name: string, features: number, groups: readonly number[]])[] = [
	["none", software, [x25519, secp256r1, secp384r1]],
	["esp32", software | ChipFeature.sha512, [x25519, secp256r1, secp384r1]],
	["esp32s2", software | ChipFeature.sha512 | ChipFeature.gcm, [x25519, secp256r1, secp384r1]],
	["esp32s3", software | ChipFeature.sha512, [x25519, secp256r1, secp384r1]],
	["esp32c3", software, [x25519, secp256r1, secp384r1]],
	["esp32c6", software | ChipFeature.p256, [secp256r1, x25519, secp384r1]],
	["esp32h2", software | ChipFeature.p256, [secp256r1, x25519, secp384r1]],
	["esp32c5", software | ChipFeature.p256 | ChipFeature.p384, [secp256r1, secp384r1, x25519]],
];

const psk = { identity: "device", key: new Uint8Array(32).fill(7) };

/** The extensions of the ClientHello on a chip with these features. */
function extensionsOn(features: number): Map<number, Uint8Array> {
	setChip(features);
	try {
		return helloExtensions(configure({ psk }, "localhost"));
	} finally {
		setChip(software);
	}
}

for (const [name, features, groups] of chips) {
	test(`${name}: groups in order, and a share of the first`, () => {
		equal(groupsFor(features).join(), groups.join());
		const extensions = extensionsOn(features);
		equal(numbersOf(extensions.get(10)).join(), groups.join());
		equal(numbersOf(extensions.get(51))[0], groups[0]);
	});
}

test("AES stands before ChaCha20-Poly1305", () => {
	for (const [, features] of chips) {
		setChip(features);
		const { suites } = configure({ psk, minVersion: 0x304 }, "localhost");
		setChip(software);
		equal(suites[0], CipherSuite.TLS_AES_128_GCM_SHA256);
		equal(suites[suites.length - 1], CipherSuite.TLS_CHACHA20_POLY1305_SHA256);
	}
});

test("a build without ChaCha20-Poly1305 does not offer it, and says so to who asks for it", () => {
	setChip(ChipFeature.rsa4096);
	const { suites } = configure({ psk, minVersion: 0x304 }, "localhost");
	const error = throws(() =>
		configure({ psk, minVersion: 0x304, cipherSuites: ["TLS_CHACHA20_POLY1305_SHA256"] }, "localhost"),
	);
	setChip(software);
	ok(suites.length > 0 && !suites.includes(CipherSuite.TLS_CHACHA20_POLY1305_SHA256));
	equal(
		error.message,
		'"cipherSuites": TLS_CHACHA20_POLY1305_SHA256 is not in this build: CONFIG_MBEDTLS_CHACHAPOLY_C is off',
	);
});

test("a build without P-521 does not offer it, and refuses its keys by name", () => {
	const scheme = SignatureScheme.ecdsa_secp521r1_sha512;
	equal(numbersOf(extensionsOn(software).get(13)).includes(scheme), false);
	const offered = numbersOf(extensionsOn(software | ChipFeature.p521).get(13));
	equal(offered[offered.length - 1], scheme, "the last of all");
	// id-ecPublicKey with secp521r1, and a point
	const head = bytes("30819b301006072a8648ce3d020106052b810400230381860004");
	const spki = join(head, new Uint8Array(132).fill(7));
	for (const features of [software, software | ChipFeature.p521]) {
		setChip(features);
		const { kind, bits } = takePublicKey(new DER(spki, 0, spki.length, "a key"));
		equal([kind, bits], features === software ? [0, 0] : [KeyKind.p521, 521]);
		const words = unsupportedKey({ bytes: spki, spkiStart: 0, spkiEnd: spki.length, keyBits: 0 } as Certificate);
		const last = features === software ? "; P-521 is not in this build" : " and P-521";
		equal(words, `has an unsupported key (the curve P-521): supported are RSA, P-256, P-384${last}`);
	}
	setChip(software);
});
