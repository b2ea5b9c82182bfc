/*
	The root store: what `npm run roots` writes, its sizes, and how it is read in place from flash inside XS (roots.ts).
*/

import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { rootCertificates } from "node:tls";

import { makeCertificate, makeKey } from "../../host-sim/servers/certificates.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { main } from "../../host-sim/programs/roots.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";

const folder = mkdtempSync(join(tmpdir(), "xs-tls-roots-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the tool with its words on standard output and standard error kept. */
async function roots(...values: string[]): Promise<{ code: number; words: string }> {
	let words = "";
	const writers = [process.stdout, process.stderr].map(stream => ({ stream, write: stream.write }));
	for (const { stream } of writers)
		stream.write = (text: string | Uint8Array) => {
			words += String(text);
			return true;
		};
	try {
		return { code: await main(values), words };
	} finally {
		for (const { stream, write } of writers) stream.write = write;
	}
}

function path(name: string): string {
	return join(folder, name);
}

/** Roots with everything that a store keeps, and some that it can't use. */
const odd = {
	plain: makeCertificate({ subject: "plain", key: makeKey("p256"), isAuthority: true }),
	limited: makeCertificate({
		subject: "limited",
		key: makeKey("p384"),
		isAuthority: true,
		pathLength: 3,
		permitted: ["example.com", "10.0.0.0/8"],
	}),
	server: makeCertificate({ subject: "server", key: makeKey("rsa2048"), names: ["localhost"] }),
	mail: makeCertificate({
		subject: "mail",
		key: makeKey("p256"),
		isAuthority: true,
		extendedKeyUsage: ["emailProtection"],
	}),
	lists: makeCertificate({ subject: "lists", key: makeKey("p256"), isAuthority: true, keyUsage: ["cRLSign"] }),
};
const useless = [
	makeCertificate({ subject: "weak", key: makeKey("rsa1024"), isAuthority: true }),
	makeCertificate({ subject: "other", key: makeKey("ed25519"), isAuthority: true }),
];

writeFileSync(
	path("odd.pem"),
	Object.values(odd)
		.map(({ pem }) => pem)
		.join("") + useless.map(({ pem }) => pem).join(""),
);
writeFileSync(path("none.pem"), useless.map(({ pem }) => pem).join(""));
const results = {
	all: await roots("--all", "--out", path("all.bin")),
	common: await roots("--common", "--list", "--out", path("common.bin")),
	odd: await roots("--from", path("odd.pem"), "--out", path("odd.bin")),
};
const expected = rootCertificates.map(text => {
	const { raw, publicKey, validTo } = new X509Certificate(text);
	const key = createHash("sha256")
		.update(publicKey.export({ type: "spki", format: "der" }))
		.digest("hex");
	return { der: raw.toString("base64"), key, notAfter: Date.parse(validTo) / 1000 };
});
writeFileSync(path("expected.json"), JSON.stringify({ all: expected, odd: Object.values(odd).map(({ pem }) => pem) }));

test("all of Node's roots, in 70 KB", () => {
	assert.equal(results.all.code, 0);
	assert.match(results.all.words, new RegExp(`^\\S+all\\.bin: ${rootCertificates.length} roots, \\d+ bytes`));
	assert.ok(readFileSync(path("all.bin")).length <= 70_000);
});

test("the 40 most used, in 17 KB", () => {
	assert.equal(results.common.code, 0);
	const names = results.common.words.split("\n").filter(line => line.startsWith("  "));
	const left = (results.common.words.match(/is not among the roots any more/g) ?? []).length;
	assert.equal(names.length + left, 40);
	assert.ok(names.length >= 30, results.common.words);
	assert.ok(names.some(line => line.endsWith("ISRG Root X1")));
	assert.ok(readFileSync(path("common.bin")).length <= 17_000);
});

test("roots that are of no use are named and left out", () => {
	assert.equal(results.odd.code, 0);
	assert.match(results.odd.words, /weak has an RSA key of 1024 bits: left out/);
	assert.match(results.odd.words, /other has a key that is not taken \(ed25519 \): left out/);
	assert.match(results.odd.words, /odd\.bin: 5 roots/);
});

test("what the tool refuses", async () => {
	for (const [values, code, says] of [
		[["--from", path("none.pem"), "--out", path("none.bin")], 1, /no root is left/],
		[["--from", path("all.bin")], 1, /has no certificate in PEM/],
		[["--from"], 2, /needs a file/],
		[["--some"], 2, /there is no option --some/],
	] as const) {
		const result = await roots(...values);
		assert.equal(result.code, code, result.words);
		assert.match(result.words, says);
	}
	assert.match((await roots("--help")).words, /--common/);
});

for (const variant of variants) {
	runSuite(join(projectRoot, "tests", "certificates", "roots.ts"), "certificates", {
		variant,
		extra: { data: { "*": ["all", "common", "odd", "expected"].map(path) } },
	});
}
