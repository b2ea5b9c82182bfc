/*
	The client as npm run release makes it, one compressed module, does what its sources do. It connects, resumes, sends
	and receives, and refuses the same servers in the same words. Both are the app tests/bench.
*/

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { markOf, work, type Outcome, type Work } from "../../../host-sim/programs/bench/measure.js";
import { withErrorNumbers } from "../../../host-sim/programs/release/compress.js";
import { makeBench } from "../../../host-sim/programs/release/dist.js";
import { variants } from "../../drivers/machine.js";

const sources = join(projectRoot, "tests", "bench");
const whole = await makeBench("test");
const numbered = await makeBench("test-numbers", { errorNumbers: true });

const tls12 = { minVersion: 0x303, maxVersion: 0x303 };
const right: readonly [string, Work, string][] = [
	["1.3, RSA", { part: "handshake", chain: "rsa" }, "closed"],
	["1.3, ECDSA, root store", { part: "handshake", chain: "ecdsa", hasStore: true }, "closed"],
	["1.2, RSA", { part: "handshake", chain: "rsa", secure: tls12 }, "closed"],
	["1.3 resumed", { part: "resume" }, "closed"],
	["1.2 resumed", { part: "resume", secure: tls12 }, "closed"],
	["64 KB in", { part: "receive", bytes: 65536 }, "done"],
	["64 KB out", { part: "send", bytes: 65536 }, "done"],
];
const wrong: readonly [string, Work][] = [
	["another name", { part: "handshake", secure: { serverName: "other.example" } }],
	["a pin of another key", { part: "handshake", secure: { pins: [Buffer.alloc(32).toString("base64")] } }],
	["an unknown option", { part: "handshake", secure: { verify: false } }],
	["no version in common", { part: "handshake", secure: tls12, server: { minVersion: "TLSv1.3" } }],
	["a clock that was never set", { part: "handshake", run: { clock: "unset" } }],
];

describe("npm run release", () => {
	for (const variant of variants.map(name => (name === "m32" ? "m32-device" : name)) as NonNullable<
		Work["variant"]
	>[]) {
		for (const [name, what, mark] of right) {
			test(`${name}, ${variant}`, async () => {
				const outcome = await work({ ...what, folder: whole, variant });
				assert.equal(outcome.refused, undefined);
				assert.ok(markOf(outcome, mark));
			});
		}
	}

	for (const [name, what] of wrong) {
		test(`refuses as the sources do: ${name}`, async () => {
			const refuse = (folder: string): Promise<Outcome> => work({ ...what, folder, variant: "native" });
			const expected = (await refuse(sources)).refused;
			assert.ok(expected, "the sources accept it");
			assert.deepEqual((await refuse(whole)).refused, expected);
			const short = (await refuse(numbered)).refused;
			assert.equal(short?.code, expected.code);
			const texts = readFileSync(join(numbered, "..", "errors.txt"), "utf8");
			const number = /^E\d+/.exec(short.message)?.[0];
			if (number) assert.match(texts, new RegExp(`^${number}\t`, "m"));
			else assert.equal(short.message, expected.message, "neither a number nor the text");
		});
	}

	test("numbers for the texts of errors keep the values, and equal texts share a number", () => {
		const rest = 'refuse(what); other("one"); refuseBuffer("one"); this.fail(error);';
		const { text, errors } = withErrorNumbers(
			`refuse(\`a \${b} c\`); throw new TLSError("x", "one", 1); throw new TLSError("y", "one"); ${rest}`,
		);
		assert.deepEqual(errors, ["a {1} c", "one"]);
		assert.equal(
			text,
			`refuse(\`E0 \${b}\`); throw new TLSError("x", "E1", 1); throw new TLSError("y", "E1"); ${rest}`,
		);
	});

	test("so do those of functions and methods that throw, and of both branches of a condition", () => {
		const { text, errors } = withErrorNumbers(
			`refuseWork2("a"); der.fail(\`b \${c}\`, "code"); this.refuse(d ? "e" : "a"); refuseStore(f ? g : "h");`,
		);
		assert.deepEqual(errors, ["a", "b {1}", "e", "h"]);
		assert.equal(
			text,
			`refuseWork2("E0"); der.fail(\`E1 \${c}\`, "code"); this.refuse(d ? "E2" : "E0"); refuseStore(f ? g : "E3");`,
		);
	});
});
