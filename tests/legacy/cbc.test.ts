/*
	Makes records with Node's crypto as TLS 1.2's block ciphers protect them (RFC 5246 section 6.2.3.2, RFC 7366), right
	ones and wrong ones. The primes of RFC 7919 come from its formula. cbc.ts has all of it checked inside XS.
*/

import { createCipheriv, createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";
import { ffdhePrime } from "../peers/exchange12.js";

/** The suites' MACs, with HashAlgorithm's numbers, and keys. */
const kinds = [
	["sha1", 2, 16],
	["sha1", 2, 32],
	["sha256", 4, 16],
	["sha256", 4, 32],
	["sha384", 5, 32],
] as const;

type Kind = (typeof kinds)[number];

/** What is wrong with a record, or "". */
type Fault = "" | "padding" | "padding longer than the record" | "MAC" | "sequence number" | "length";

function sample(
	[hash, number, keyLength]: Kind,
	encryptThenMac: boolean,
	length: number,
	extraBlocks: number,
	fault: Fault = "",
): object {
	const macKey = randomBytes(createHmac(hash, "").digest().length);
	const key = randomBytes(keyLength);
	const iv = randomBytes(16);
	const text = randomBytes(length);
	const sequence = Buffer.of(0, 0, 0, 1, 0x80, 0, 0, fault === "sequence number" ? 3 : 2);
	const head = Buffer.of(23, 3, 3);
	const size = (n: number): Buffer => Buffer.of(n >> 8, n & 0xff);
	const mac = (content: Buffer): Buffer => {
		const right = createHmac(hash, macKey)
			.update(Buffer.concat([sequence, head, size(content.length), content]))
			.digest();
		if (fault === "MAC") right[7]! ^= 0x10;
		return right;
	};
	const inside = encryptThenMac ? text : Buffer.concat([text, mac(text)]);
	const last = 15 - (inside.length % 16) + 16 * extraBlocks;
	const padding = Buffer.alloc(last + 1, last);
	if (fault === "padding") padding[0]! ^= 1;
	if (fault === "padding longer than the record") padding[last] = 255;
	const cipher = createCipheriv(`aes-${8 * keyLength}-cbc`, key, iv).setAutoPadding(false);
	const encrypted = Buffer.concat([iv, cipher.update(Buffer.concat([inside, padding])), cipher.final()]);
	let body = encryptThenMac ? Buffer.concat([encrypted, mac(encrypted)]) : encrypted;
	if (fault === "length") body = body.subarray(0, -1);
	return {
		name: `AES-${8 * keyLength} with ${hash}${encryptThenMac ? ", MAC behind" : ""}: ${length} bytes, ${last + 1} of padding${fault && `, wrong ${fault}`}`,
		hash: number,
		encryptThenMac,
		keyLength,
		material: Buffer.concat([macKey, key]).toString("hex"),
		length,
		fault,
		record: Buffer.concat([head, size(body.length), body]).toString("hex"),
		text: text.toString("hex"),
	};
}

function samples(): object[] {
	const list: object[] = [];
	for (const kind of kinds) {
		for (const encryptThenMac of [true, false]) {
			const one = (length: number, extra: number, fault?: Fault): unknown =>
				list.push(sample(kind, encryptThenMac, length, extra, fault));
			for (const length of [0, 1, 11, 12, 15, 16, 27, 28, 31, 32, 100, 255, 256, 257, 300, 1000])
				one(length, length % 3);
			for (let extra = 0; extra < 16; extra++) one(50, extra - (extra === 15 ? 1 : 0));
			for (const fault of ["padding", "padding longer than the record", "MAC", "sequence number", "length"] as const)
				for (const length of [fault === "padding longer than the record" ? 20 : 19, 64])
					one(length, fault === "padding" ? 1 : 0, fault);
		}
	}
	return list;
}

const primes = ([2048, 3072, 4096] as const).map(bits => ffdhePrime(bits).toString("hex"));

const folder = mkdtempSync(join(tmpdir(), "xs-tls-cbc-"));
writeFileSync(join(folder, "cbc.json"), JSON.stringify({ samples: samples(), primes }));
after(() => rmSync(folder, { recursive: true, force: true }));

for (const variant of variants) {
	runSuite(join(projectRoot, "tests/legacy/cbc.ts"), "legacy", {
		variant,
		timeout: 300,
		extra: { data: { "*": join(folder, "cbc") } },
	});
}
