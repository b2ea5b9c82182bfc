/*
	The accelerator model: prices, what it adds up, and that its table says what the chips' profiles say.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";

import { chips, CLOCKS, INSTRUCTIONS_OF_UNIT, type Chip } from "../../../host-sim/chip/costs.js";
import { between, chipNamed, predict } from "../../../host-sim/chip/model.js";
import { projectRoot } from "../../../host-sim/build/files.js";
import type { Mark } from "../../../host-sim/build/run.js";

const chip: Chip = {
	name: "test",
	mhz: 100,
	features: 0,
	costs: { "AES-GCM": { call: 100, byte: 2, source: "guessed" }, X25519: { call: 5000, byte: 0, source: "guessed" } },
};

/** What the names in psa_count.h stand for, as far as the stack asks for it. */
const names = [
	"SHA-1",
	"SHA-256",
	"SHA-384",
	"SHA-512",
	"HMAC-SHA-256",
	"HMAC-SHA-384",
	"AES-GCM",
	"AES-CTR",
	"AES-CBC",
	"ChaCha20-Poly1305",
	"random",
	"key import",
	...["P-256", "P-384", "X25519"].flatMap(name => [`${name} key pair`, `${name} public key`]),
	"ECDH P-256",
	"ECDH P-384",
	"X25519",
	...[2048, 3072, 4096].flatMap(bits => [`RSA ${bits} verify`]),
	"ECDSA P-256 verify",
	"ML-KEM-768 key pair",
	"ML-KEM-768 decapsulation",
	"ECDSA P-384 verify",
	"ECDSA P-256 sign",
];

describe("the accelerator model", () => {
	test("a call and each byte have their price; script has its own", () => {
		const { script, crypto, parts, unknown } = predict(chip, {
			meter: 1000,
			accelerators: { "AES-GCM": [2, 400], X25519: [1, 32], "SHA-3": [1, 8] },
		});
		assert.ok(Math.abs(script - (1000 * INSTRUCTIONS_OF_UNIT * CLOCKS) / 100 / 1000) < 1e-9);
		assert.equal(crypto, 6);
		assert.deepEqual(parts, [
			["X25519", 5],
			["AES-GCM", 1],
		]);
		assert.deepEqual(unknown, ["SHA-3"]);
	});

	test("an interval is what its end has more than its beginning", () => {
		const first = { meter: 10, accelerators: { "AES-GCM": [1, 100] } } as unknown as Mark;
		const last = { meter: 25, accelerators: { "AES-GCM": [3, 150], X25519: [1, 32] } } as unknown as Mark;
		assert.deepEqual(between(first, last), { meter: 15, accelerators: { "AES-GCM": [2, 50], X25519: [1, 32] } });
		assert.deepEqual(between(last, last).accelerators, {});
	});

	for (const { name, features, costs } of chips) {
		test(`${name}: everything has a cost, and what is offered first is the cheapest`, () => {
			for (const one of names) assert.ok(costs[one] && costs[one].call > 0 && costs[one].byte >= 0, one);
			const cheaper =
				costs["P-256 public key"]!.call + costs["ECDH P-256"]!.call <
				costs["X25519 public key"]!.call + costs["X25519"]!.call;
			assert.equal(cheaper, (features & 1) !== 0);
			// GCM in hardware is as fast as CBC; in software its hash takes longer than that
			assert.equal(costs["AES-GCM"]!.byte < 2 * costs["AES-CBC"]!.byte, (features & 8) !== 0);
			// CCM is two passes of the accelerator, which GCM's hash in software is slower than
			assert.equal(costs["AES-CTR"]!.byte + costs["AES-CBC"]!.byte < costs["AES-GCM"]!.byte, (features & 8) === 0);
			assert.equal(costs["SHA-384"]!.byte < 2 * costs["SHA-256"]!.byte, (features & 4) !== 0);
		});
	}

	test("an unknown chip is refused by name", () => {
		assert.throws(() => chipNamed("esp8266"), /there is no "esp8266"; known are esp32, /);
	});

	test("npm start -- --chip predicts every phase, and offers what the chip would", () => {
		for (const [name, group] of [
			["esp32c3", "x25519"],
			["esp32c6", "secp256r1"],
		] as const) {
			const { status, stdout } = spawnSync(
				process.execPath,
				[join(projectRoot, "host-sim", "setup.mjs"), "demo", "--chip", name],
				{ encoding: "utf8" },
			);
			assert.equal(status, 0);
			assert.match(stdout, new RegExp(`^TLS 1\\.3, \\S+, ${group}, `, "m"));
			const table = stdout.slice(stdout.indexOf(`predicted for the ${name}`)).split("\n");
			const rows = table
				.map(line => /^ {2}(\S.*?) +([\d.]+) +([\d.]+) +([\d.]+)(?: |$)/.exec(line))
				.filter(row => row !== null);
			assert.deepEqual(
				rows.map(row => row[1]),
				["connect", "hello", "answer", "agreement", "chain", "proof", "finished", "in all"],
			);
			for (const column of [2, 3, 4]) {
				const sum = rows.slice(0, -1).reduce((total, row) => total + Number(row[column]), 0);
				assert.ok(Math.abs(sum - Number(rows.at(-1)![column])) < 0.5, `column ${column}`);
			}
			assert.ok(Number(rows[4]![3]) > Number(rows[2]![3]));
			// the peaks of all phases, not of the last one
			assert.ok(Number(/native, bytes +([\d,]+)/.exec(stdout)![1]!.replace(/,/g, "")) > 2000, stdout);
		}
	});
});
