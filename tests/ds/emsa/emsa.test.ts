/*
	Known answers for EMSA-PKCS1-v1_5 and EMSA-PSS (RFC 8017 section 9): what Project Wycheproof's valid signatures
	hold, taken out with the public key, which also gives the salt. main.ts encodes the same inside XS. And a key in
	flash, to sign with by the simulator's peripheral.
*/

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { lacksVectors, variants, vectorFile } from "../../drivers/machine.js";
import { runSuite } from "../../drivers/suite.js";
import { encryptParameters } from "../../peers/ds.js";

const files = [
	"rsa_pss_2048_sha256_mgf1_32",
	"rsa_pss_2048_sha384_mgf1_48",
	"rsa_pss_3072_sha256_mgf1_32",
	"rsa_pss_4096_sha384_mgf1_48",
	"rsa_pss_4096_sha512_mgf1_64",
	"rsa_signature_2048_sha256",
	"rsa_signature_2048_sha384",
	"rsa_signature_3072_sha256",
	"rsa_signature_4096_sha384",
	"rsa_signature_4096_sha512",
];

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
	let result = 1n;
	for (; exponent > 0n; exponent >>= 1n, base = (base * base) % modulus)
		if (exponent & 1n) result = (result * base) % modulus;
	return result;
}

/** Takes the mask from DB (RFC 8017 section 9.1.2) and returns its end. */
function saltOf(encoded: Buffer, hash: string, size: number): Buffer {
	const h = encoded.subarray(encoded.length - 1 - size, encoded.length - 1);
	const db = Buffer.from(encoded.subarray(0, encoded.length - 1 - size));
	for (let at = 0, counter = 0; at < db.length; at += size, counter++) {
		const mask = createHash(hash)
			.update(h)
			.update(Buffer.of(0, 0, 0, counter))
			.digest();
		for (let i = 0; i < size && at + i < db.length; i++) db[at + i]! ^= mask[i]!;
	}
	return db.subarray(db.length - size);
}

function samples(): object[] {
	const list: object[] = [];
	for (const file of files) {
		const { testGroups } = JSON.parse(readFileSync(vectorFile(`wycheproof/${file}_test.json`), "utf8"));
		for (const { publicKey, keySize, sha, tests } of testGroups) {
			const [modulus, exponent] = [BigInt(`0x${publicKey.modulus}`), BigInt(`0x${publicKey.publicExponent}`)];
			for (const { tcId, msg, sig, result } of tests) {
				if (result !== "valid") continue;
				const encoded = Buffer.from(
					powerModulo(BigInt(`0x${sig}`), exponent, modulus)
						.toString(16)
						.padStart(keySize / 4, "0"),
					"hex",
				);
				const hash = sha.toLowerCase().replace("-", "");
				const digest = createHash(hash).update(Buffer.from(msg, "hex")).digest();
				const isPSS = file.includes("pss");
				list.push({
					name: `${file}, ${tcId}`,
					isPSS,
					hash: { sha256: 4, sha384: 5, sha512: 6 }[hash as "sha256"],
					digest: digest.toString("hex"),
					salt: isPSS ? saltOf(encoded, hash, digest.length).toString("hex") : "",
					encoded: encoded.toString("hex"),
				});
			}
		}
	}
	assert.ok(list.length > 100, String(list.length));
	return list;
}

if (lacksVectors) test("EMSA", { skip: lacksVectors }, () => {});
else {
	const folder = mkdtempSync(join(tmpdir(), "xs-tls-emsa-"));
	after(() => rmSync(folder, { recursive: true, force: true }));
	const hmacKey = randomBytes(32);
	const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	writeFileSync(join(folder, "emsa.json"), JSON.stringify(samples()));
	writeFileSync(join(folder, "key.bin"), encryptParameters(privateKey, hmacKey));
	writeFileSync(join(folder, "public.bin"), publicKey.export({ type: "pkcs1", format: "der" }));
	for (const variant of variants) {
		runSuite(join(projectRoot, "tests/ds/emsa/main.ts"), "ds/emsa", {
			title: "EMSA",
			variant,
			env: { SIM_EFUSE_DS_KEY0: hmacKey.toString("hex") },
			extra: { data: { "*": ["emsa", "key", "public"].map(name => join(folder, name)) } },
		});
	}
}
