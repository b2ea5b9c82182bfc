/*
	Project Wycheproof's vectors through the hardware bindings and crypto/signature.ts, as the handshake uses them. The
	file to run is the resource "vectors.json"; wycheproof.test.ts starts one run for each.
*/

import config from "mc/config";
import Resource from "Resource";
import { accelerators } from "simulator";
import { bytes, equal, fail, note, test } from "test/harness";
import { fixedKeyShare } from "tls/selftest/keyshare";
import { Secret } from "tls/hardware/secret";
import { HashAlgorithm, KeyKind, Padding, verifySignature } from "tls/crypto/signature";
import type { PublicKey } from "tls/crypto/signature";

interface Vector {
	readonly tcId: number;
	readonly comment: string;
	readonly flags: readonly string[];
	readonly result: "valid" | "acceptable" | "invalid";
	readonly [name: string]: unknown;
}

interface Group {
	readonly type: string;
	readonly sha: string;
	readonly curve: string;
	readonly keySize: number;
	readonly tagSize: number;
	readonly publicKeyAsn: string;
	readonly publicKey: { readonly uncompressed: string; readonly pk: string };
	readonly tests: readonly Vector[];
}

interface File {
	readonly algorithm: string;
	readonly testGroups: readonly Group[];
}

const hashes: Record<string, HashAlgorithm> = {
	"SHA-256": HashAlgorithm.sha256,
	"SHA-384": HashAlgorithm.sha384,
	"SHA-512": HashAlgorithm.sha512,
};

const groups: Record<string, { number: number; size: number }> = {
	secp256r1: { number: 0x17, size: 32 },
	secp384r1: { number: 0x18, size: 48 },
	curve25519: { number: 0x1d, size: 32 },
};

/** Hexadecimal digits of a field element, at the field's width. */
function fixed(hex: string, size: number): Uint8Array {
	return bytes(hex.padStart(2 * size, "0").slice(-2 * size));
}

/** The value agreed, or undefined where the peer's key is refused. */
function agree(group: Group, { public: peer, private: own }: Vector): Uint8Array | undefined {
	const { number, size } = groups[group.curve] ?? fail(`curve ${group.curve}`);
	const share = fixedKeyShare(number, fixed(own as string, size));
	const shared = new Secret(size);
	const key = bytes(peer as string);
	const result = new Uint8Array(size);
	const agreed = share.agree(key, 0, key.length, shared);
	shared.export(result, 0);
	shared.close();
	share.close();
	return agreed ? result : undefined;
}

/** TLS takes uncompressed points only (RFC 8446 section 4.2.8.2), and no zero from X25519 (section 7.4.2). */
function expectsAgreement({ result, flags, shared }: Vector): boolean {
	if (flags.includes("CompressedPoint") || flags.includes("CompressedPublic")) return false;
	return result !== "invalid" && !/^0*$/.test(shared as string);
}

function checkAgreement(group: Group, vector: Vector): void {
	const agreed = agree(group, vector);
	if (expectsAgreement(vector)) equal(agreed, bytes(vector.shared as string));
	else equal(agreed, undefined);
}

function keyOf(group: Group): { key: PublicKey; padding: Padding } {
	if (group.type === "EddsaVerify") {
		const key = bytes(group.publicKey.pk);
		const bits = 8 * key.length;
		return { key: { kind: KeyKind.ed25519, bytes: key, start: 0, end: key.length, bits }, padding: Padding.ed25519 };
	}
	const isCurve = group.type === "EcdsaVerify";
	const content = bytes(isCurve ? group.publicKey.uncompressed : group.publicKeyAsn);
	const bits = isCurve ? (content.length - 1) * 4 : group.keySize;
	const kind = !isCurve ? KeyKind.rsa : bits === 256 ? KeyKind.p256 : bits === 384 ? KeyKind.p384 : KeyKind.p521;
	const padding = isCurve ? Padding.ecdsa : group.type === "RsassaPssVerify" ? Padding.pss : Padding.pkcs1;
	return { key: { kind, bytes: content, start: 0, end: content.length, bits }, padding };
}

function checkSignature(group: Group, vector: Vector): void {
	const { key, padding } = keyOf(group);
	const message = bytes(vector.msg as string);
	const signature = bytes(vector.sig as string);
	const isGood = verifySignature(
		key,
		padding,
		hashes[group.sha] ?? HashAlgorithm.sha512 /* which Ed25519 has no use for */,
		message,
		0,
		message.length,
		signature,
		0,
		signature.length,
	);
	// what is "acceptable" is a PKCS #1 digest without its NULL, which RFC 8017 lets a verifier refuse
	if (vector.result !== "acceptable") equal(isGood, vector.result === "valid");
}

function checkMAC(algorithm: HashAlgorithm, group: Group, vector: Vector): void {
	const key = new Secret(vector.key!.toString().length / 2);
	key.import(bytes(vector.key as string), 0);
	const message = bytes(vector.msg as string);
	const mac = new Uint8Array(64);
	key.hmac(algorithm, message, 0, message.length, mac, 0);
	const isSame = bytes(vector.tag as string).every((byte, i) => byte === mac[i]);
	equal(isSame, vector.result === "valid", `tag of ${group.tagSize} bits`);
	key.close();
}

function checker(file: File): (group: Group, vector: Vector) => void {
	switch (file.testGroups[0]!.type) {
		case "EcdhEcpointTest":
		case "XdhComp":
			return checkAgreement;
		case "EcdsaVerify":
		case "EddsaVerify":
		case "RsassaPssVerify":
		case "RsassaPkcs1Verify":
			return checkSignature;
		case "MacTest": {
			const algorithm = hashes[file.algorithm.replace("HMACSHA", "SHA-")] ?? fail(file.algorithm);
			return (group, vector) => checkMAC(algorithm, group, vector);
		}
		default:
			fail(`tests of type ${file.testGroups[0]!.type}`);
	}
}

const file = JSON.parse(String.fromArrayBuffer(new Resource("vectors.json").slice(0))) as File;

test("every vector", () => {
	const check = checker(file);
	const failures: string[] = [];
	let count = 0;
	for (const group of file.testGroups) {
		for (const vector of group.tests) {
			count++;
			try {
				check(group, vector);
			} catch (error) {
				failures.push(`${vector.tcId} (${vector.result}, ${vector.comment}, ${vector.flags.join(" ")}): ${error}`);
			}
		}
	}
	note(`${count} vectors`);
	if (failures.length) fail(`${failures.length} of ${count} vectors:\n${failures.slice(0, 20).join("\n")}`);
});

test("RSA is verified by PSA Crypto only in builds that ask for it", () => {
	if (!file.testGroups[0]!.type.startsWith("Rsassa")) return;
	const isByPSA = (config as { rsa?: string }).rsa === "psa";
	equal(
		accelerators().some(one => one.name === "key import"),
		isByPSA,
	);
});
