/*
	ECDSA on P-256 by hardware/psa/p256.c against PSA Crypto (main.ts), in the build with Mbed TLS's sources. Signatures
	are Node's, OpenSSL's and Project Wycheproof's, and with each number out of range or changed.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { canBuild } from "../../../host-sim/build/toolchain.js";
import { lacks, lacksVectors, vectorFile } from "../../drivers/machine.js";
import { runSuite } from "../../drivers/suite.js";
import { pointOf } from "../../peers/keynumbers.js";

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

const folder = mkdtempSync(join(tmpdir(), "xs-tls-p256-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function number(value: bigint): Buffer {
	return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}

function numberOf(bytes: Buffer): bigint {
	return BigInt(`0x${bytes.toString("hex")}`);
}

/** r and s of an Ecdsa-Sig-Value. */
function pairOf(der: Buffer): Buffer {
	const parts: Buffer[] = [];
	for (let at = 2; at < der.length; at += 2 + der[at + 1]!) {
		const part = der.subarray(at + 2, at + 2 + der[at + 1]!);
		parts.push(number(numberOf(part)));
	}
	return Buffer.concat(parts);
}

/** OpenSSL signs a digest as it is given. */
function signDigest(key: KeyObject, digest: Buffer): Buffer {
	const file = join(folder, "key.pem");
	writeFileSync(file, key.export({ format: "pem", type: "pkcs8" }));
	writeFileSync(join(folder, "digest"), digest);
	const values = ["pkeyutl", "-sign", "-inkey", file, "-in", join(folder, "digest")];
	const { status, stdout, stderr } = spawnSync("openssl", values);
	assert.equal(status, 0, String(stderr));
	return pairOf(stdout);
}

const samples: object[] = [];

function add(name: string, digest: Buffer, key: Buffer, signature: Buffer, isRight: boolean): void {
	samples.push({
		name,
		digest: digest.toString("hex"),
		key: key.toString("hex"),
		signature: signature.toString("hex"),
		isRight,
	});
}

function flipped(bytes: Buffer, at: number): Buffer {
	const copy = Buffer.from(bytes);
	copy[at]! ^= 1 << (at % 8);
	return copy;
}

/** All that may be wrong with one signature; `isWhole`: each byte in its turn. */
function addVariations(key: Buffer, digest: Buffer, signature: Buffer, isWhole: boolean): void {
	const step = isWhole ? 1 : 13;
	const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
	add("right", digest, key, signature, true);
	add("n - s", digest, key, Buffer.concat([r, number(ORDER - numberOf(s))]), true);
	add("r and s exchanged", digest, key, Buffer.concat([s, r]), false);
	for (const value of [0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, PRIME, 2n ** 256n - 1n]) {
		add(`r is ${value}`, digest, key, Buffer.concat([number(value), s]), false);
		add(`s is ${value}`, digest, key, Buffer.concat([r, number(value)]), false);
	}
	for (let at = 0; at < 64; at += step) add(`signature, byte ${at}`, digest, key, flipped(signature, at), false);
	for (let at = 0; at < 65; at += step) add(`key, byte ${at}`, digest, flipped(key, at), signature, false);
	for (let at = 0; at < 32; at += step) add(`digest, byte ${at}`, flipped(digest, at), key, signature, false);
	add(
		"the point negated",
		digest,
		Buffer.concat([key.subarray(0, 33), number(PRIME - numberOf(key.subarray(33)))]),
		signature,
		false,
	);
	add("x is p", digest, Buffer.concat([key.subarray(0, 1), number(PRIME), key.subarray(33)]), signature, false);
	add("y is p", digest, Buffer.concat([key.subarray(0, 33), number(PRIME)]), signature, false);
	add("point of zeros", digest, Buffer.concat([Buffer.of(4), Buffer.alloc(64)]), signature, false);
}

function addSamples(): { key: string; data: string; signature: string } {
	let message = { key: "", data: "", signature: "" };
	for (let i = 0; i < 60; i++) {
		const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
		const key = pointOf(publicKey);
		const hash = (["sha256", "sha384", "sha512"] as const)[i % 3]!;
		const data = randomBytes(3);
		const signature = sign(hash, data, { key: privateKey, dsaEncoding: "ieee-p1363" });
		addVariations(key, createHash(hash).update(data).digest(), signature, i === 0);
		if (hash === "sha256")
			message = { key: key.toString("hex"), data: data.toString("hex"), signature: signature.toString("hex") };
	}
	// digests that are 0 modulo n, where one of the two multiplications falls away, and at its other ends
	const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	for (const value of [0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n]) {
		const digest = number(value);
		const signature = signDigest(privateKey, digest);
		add(`digest ${value}`, digest, pointOf(publicKey), signature, true);
		add(`digest ${value}, changed`, flipped(digest, 31), pointOf(publicKey), signature, false);
	}
	return message;
}

const VARIANT = "native-device";
const lacking = (await canBuild(VARIANT)) ? lacks("openssl", "openssl") : "no build with Mbed TLS's sources here";

if (lacking) test("P-256 by p256-m", { skip: lacking }, () => {});
else {
	const message = addSamples();
	writeFileSync(join(folder, "p256.json"), JSON.stringify({ samples, message }));
	runSuite(join(projectRoot, "tests/vectors/p256/main.ts"), "vectors/p256", {
		title: "P-256 by p256-m",
		variant: VARIANT,
		extra: { data: { "*": join(folder, "p256") } },
	});
	for (const file of lacksVectors ? [] : ["ecdsa_secp256r1_sha256", "ecdsa_secp256r1_sha512"]) {
		runSuite(join(projectRoot, "tests/vectors/wycheproof.ts"), "vectors", {
			title: `${file}, by p256-m`,
			variant: VARIANT,
			extra: { data: { vectors: vectorFile(`wycheproof/${file}_test`) } },
		});
	}
}
