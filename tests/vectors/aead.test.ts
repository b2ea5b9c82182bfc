/*
	Makes protected records with Node's crypto, for every AEAD and both versions, and has aead.ts check them inside XS.
*/

import { createCipheriv, randomBytes, type CipherGCM } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";

interface Kind {
	readonly name: string;
	/** AEADAlgorithm of hardware/aead.ts. */
	readonly number: number;
	readonly cipher: string;
	readonly keyLength: number;
	/** TLS 1.2 sends half of the nonce in the record (RFC 5288). */
	readonly isExplicit: boolean;
	/** Bytes. */
	readonly tag: number;
}

const kinds: Kind[] = [
	{ name: "AES-128-GCM", number: 1, cipher: "aes-128-gcm", keyLength: 16, isExplicit: true, tag: 16 },
	{ name: "AES-256-GCM", number: 1, cipher: "aes-256-gcm", keyLength: 32, isExplicit: true, tag: 16 },
	{ name: "ChaCha20-Poly1305", number: 2, cipher: "chacha20-poly1305", keyLength: 32, isExplicit: false, tag: 16 },
	{ name: "AES-128-CCM", number: 3, cipher: "aes-128-ccm", keyLength: 16, isExplicit: true, tag: 16 },
	{ name: "AES-128-CCM_8", number: 4, cipher: "aes-128-ccm", keyLength: 16, isExplicit: true, tag: 8 },
];

function sample(
	{ name, number, cipher, keyLength, isExplicit, tag }: Kind,
	tls12: boolean,
	length: number,
	high: number,
	low: number,
): object {
	// OpenSSL's CCM takes no bytes for no call where they have no address
	const text = randomBytes(length + 1).subarray(1);
	const sequence = Buffer.alloc(8);
	sequence.writeUInt32BE(high, 0);
	sequence.writeUInt32BE(low, 4);
	const hasExplicit = tls12 && isExplicit;
	const iv = randomBytes(hasExplicit ? 4 : 12);
	const key = randomBytes(keyLength);
	const nonce = hasExplicit
		? Buffer.concat([iv, sequence])
		: Buffer.from(iv.map((byte, i) => (i < 4 ? byte : byte ^ sequence[i - 4]!)));
	const explicit = hasExplicit ? sequence : Buffer.alloc(0);
	const header = Buffer.of(23, 3, 3, 0, 0);
	header.writeUInt16BE(explicit.length + length + tag, 3);
	const size = Buffer.alloc(2);
	size.writeUInt16BE(length);
	const additional = tls12 ? Buffer.concat([sequence, header.subarray(0, 3), size]) : header;
	const sealer = createCipheriv(cipher as "aes-128-gcm", key, nonce, { authTagLength: tag } as object) as CipherGCM;
	sealer.setAAD(additional, { plaintextLength: length });
	const sealed = Buffer.concat([header, explicit, sealer.update(text), sealer.final(), sealer.getAuthTag()]);
	return {
		name: `${name}, TLS 1.${tls12 ? 2 : 3}, ${length} bytes, record ${high * 2 ** 32 + low}`,
		algorithm: number,
		tls12,
		tag,
		keyLength,
		high,
		low,
		material: Buffer.concat([key, iv]).toString("hex"),
		clear: Buffer.concat([header, explicit, text]).toString("hex"),
		sealed: sealed.toString("hex"),
		textAt: header.length + explicit.length,
	};
}

/**
 * CCM's MAC takes 32 bytes in front of the text, and goes to the accelerator in pieces of 1,024 (hardware/psa/ccm.c).
 */
const lengthsOfCCM = [0, 15, 16, 17, 31, 32, 991, 992, 993, 2015, 2016, 2017, 16384];

const samples = kinds.flatMap(kind =>
	[false, true].flatMap(tls12 => [
		sample(kind, tls12, 1, 0, 0),
		sample(kind, tls12, 100, 0, 1),
		sample(kind, tls12, 127, 0, 0xfffffffe),
		sample(kind, tls12, 64, 0x1fffff, 0xfffffff0),
		...(kind.cipher === "aes-128-ccm" ? lengthsOfCCM.map(length => sample(kind, tls12, length, 0, length)) : []),
	]),
);

const folder = mkdtempSync(join(tmpdir(), "xs-tls-records-"));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "records.json"), JSON.stringify(samples));
for (const variant of variants) {
	runSuite(join(projectRoot, "tests", "vectors", "aead.ts"), "vectors", {
		title: "records",
		variant,
		extra: { data: { records: join(folder, "records") } },
	});
}
