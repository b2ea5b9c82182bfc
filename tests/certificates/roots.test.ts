/*
	The root store: what `npm run roots` writes, its sizes, and how it is read in place from flash inside XS (roots.ts).
*/

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { rootCertificates } from "node:tls";

import { makeCertificate, makeKey } from "../../host-sim/servers/certificates.js";
import { oid, sequence, set, utf8String } from "../../host-sim/servers/der.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { distrustedFrom, isPublicRoot } from "../../host-sim/programs/lifecycle.js";
import { nameDigest } from "../../host-sim/programs/names.js";
import { keyFault } from "../../host-sim/programs/rootfile.js";
import { mozillaList } from "../../host-sim/programs/rootlists.js";
import { main, pickCommon } from "../../host-sim/programs/roots.js";
import { Store } from "../../modules/x509/store.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";
import { keepWords } from "../drivers/words.js";

const folder = mkdtempSync(join(tmpdir(), "xs-tls-roots-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the tool with its words on standard output and standard error kept. */
function roots(...values: string[]): Promise<{ code: number; words: string }> {
	return keepWords(() => main(values));
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
	assert.match(results.odd.words, /other has an unsupported key \(ed25519\): left out/);
	assert.match(results.odd.words, /odd\.bin: 5 roots/);
});

test("what the tool refuses", async () => {
	for (const [values, code, says] of [
		[["--from", path("none.pem"), "--out", path("none.bin")], 1, /no root is left/],
		[["--from", path("all.bin")], 1, /has no certificate in PEM/],
		[["--from"], 2, /--from needs a value/],
		[["--some"], 2, /there is no option --some/],
	] as const) {
		const result = await roots(...values);
		assert.equal(result.code, code, result.words);
		assert.match(result.words, says);
	}
	assert.match((await roots("--help")).words, /--common/);
});

test("a list tells end, distrust date, key and name of each", () => {
	const { words } = results.common;
	assert.match(words, /^end, distrust date, key and name of each:$/m);
	// keys of 2009, 2013, 2015 and 2019, by Mozilla's rule
	assert.match(words, /^ {2}2029-03-18 {2}2027-04-15 {2}RSA 2048 {2}GlobalSign Root CA - R3$/m);
	assert.match(words, /^ {2}2038-01-15 {2}2029-04-15 {2}P-384 {5}DigiCert Global Root G3$/m);
	assert.match(words, /^ {2}2035-06-04 {2}2030-06-04 {2}RSA 4096 {2}ISRG Root X1$/m);
	assert.match(words, /^ {2}2046-03-20 {2}2034-03-20 {2}P-384 {5}GlobalSign Root E46$/m);
});

test("Let's Encrypt's next roots are taken from the first list that has them", () => {
	const nameOf = (organization: string, name: string): Buffer =>
		sequence(set(sequence(oid("2.5.4.10"), utf8String(organization))), set(sequence(oid("2.5.4.3"), utf8String(name))));
	const make = (organization: string, name: string): X509Certificate =>
		new X509Certificate(
			makeCertificate({ subject: nameOf(organization, name), key: makeKey("p256"), isAuthority: true }).der,
		);
	const all = rootCertificates.map(text => new X509Certificate(text));
	const warnings: string[] = [];
	const picked = (more: X509Certificate[]): X509Certificate[] =>
		pickCommon([...more, ...all], words => warnings.push(words));
	const before = picked([]);
	const next = [make("ISRG", "Root YE"), make("Internet Security Research Group", "ISRG Root YR")];
	assert.deepEqual(picked(next), [...before, ...next]);
	assert.deepEqual(next.map(isPublicRoot), [true, true]);
	const others = [make("Other", "Root YE"), make("ISRG", "Root YEs"), make("ISRG", "Root X9")];
	assert.deepEqual(picked(others), before);
	assert.deepEqual(others.map(isPublicRoot), [false, false, false]);
});

test("a Name with 4,096 bytes of content has a digest without its case, a longer one of its bytes, as on the device", () => {
	// three headers, and the attribute's type
	const name = (length: number, letter: string): Buffer => {
		const made = sequence(set(sequence(oid("2.5.4.3"), utf8String(letter.repeat(length - 17)))));
		assert.equal(made.length, 4 + length);
		return made;
	};
	for (const [length, isSame] of [
		[4095, true],
		[4096, true],
		[4097, false],
	] as const) {
		const [lower, upper] = ["a", "A"].map(letter => nameDigest(name(length, letter)).toString("hex"));
		assert.equal(lower === upper, isSame, `${length} bytes`);
	}
});

test("keys for RSASSA-PSS are judged as the device judges them", () => {
	const issuer = makeCertificate({ subject: "CA", key: makeKey("p256"), isAuthority: true });
	const faultOf = (options: object): string => {
		const pair = generateKeyPairSync("rsa-pss", { modulusLength: 2048, ...options });
		const key = { type: "rsa2048" as const, ...pair };
		return keyFault(new X509Certificate(makeCertificate({ subject: "PSS", key, issuer }).der));
	};
	const hash = (name: string, saltLength: number, mgf1HashAlgorithm = name): object => ({
		hashAlgorithm: name,
		mgf1HashAlgorithm,
		saltLength,
	});
	for (const right of [{}, hash("sha256", 32), hash("sha384", 20), hash("sha512", 64)])
		assert.equal(faultOf(right), "");
	assert.equal(faultOf(hash("sha1", 20)), "has a key for RSASSA-PSS with sha1, sha1 and a salt of 20 bytes");
	for (const wrong of [hash("sha256", 33), hash("sha256", 32, "sha384"), hash("sha224", 28)])
		assert.match(faultOf(wrong), /^has a key for RSASSA-PSS with sha2/);
	assert.equal(faultOf({ modulusLength: 1024 }), "has an RSA key of 1024 bits");
});

test("no common root is distrusted today, and roots/common.bin has them all", () => {
	assert.doesNotMatch(results.common.words, /no longer count for TLS/);
	const committed = readFileSync(join(projectRoot, "roots", "common.bin"));
	const made = readFileSync(path("common.bin"));
	assert.equal(committed.length, made.length);
	assert.deepEqual(committed.subarray(Store.count, -Store.checkSize), made.subarray(Store.count, -Store.checkSize));
});

test("Mozilla's rule for the age of keys, at its bounds", () => {
	for (const [made, distrusted] of [
		["2005-12-31T23:59:59Z", "2025-04-15"],
		["2006-01-01T00:00:00Z", "2026-04-15"],
		["2007-12-31T23:59:59Z", "2026-04-15"],
		["2008-01-01T00:00:00Z", "2027-04-15"],
		["2009-12-31T23:59:59Z", "2027-04-15"],
		["2010-01-01T00:00:00Z", "2028-04-15"],
		["2011-12-31T23:59:59Z", "2028-04-15"],
		["2012-01-01T00:00:00Z", "2029-04-15"],
		["2014-04-14T23:59:59Z", "2029-04-15"],
		["2014-04-15T00:00:00Z", "2029-04-15"],
		["2014-04-16T00:00:00Z", "2029-04-16"],
		["2020-09-04T00:00:00Z", "2035-09-04"],
	] as const)
		assert.equal(distrustedFrom(Date.parse(made) / 1000), Date.parse(distrusted) / 1000, made);
});

/** A root as NSS's certdata.txt has it. */
function certdata(der: Buffer, parts: { issuer: Buffer; serial: Buffer }, trust: string): string {
	const octal = (bytes: Buffer): string =>
		`MULTILINE_OCTAL\n${[...bytes].map(byte => `\\${byte.toString(8).padStart(3, "0")}`).join("")}\nEND\n`;
	const name = `CKA_ISSUER ${octal(parts.issuer)}CKA_SERIAL_NUMBER ${octal(parts.serial)}`;
	return (
		`CKA_CLASS CK_OBJECT_CLASS CKO_CERTIFICATE\n${name}CKA_VALUE ${octal(der)}\n` +
		`CKA_CLASS CK_OBJECT_CLASS CKO_NSS_TRUST\n${name}CKA_TRUST_SERVER_AUTH CK_TRUST ${trust}\n`
	);
}

test("the newest list at hand is taken, and the tool says which and how old", async () => {
	assert.match(
		results.all.words,
		/^from Mozilla's list in (Node\.js [\d.]+|Debian's ca-certificates), of \d{4}-\d\d-\d\d, \d+ days old$/m,
	);
	const [first, second] = rootCertificates as [string, string];
	writeFileSync(path("new.pem"), `## Certificate data from Mozilla as of: Fri Jan  4 04:12:02 2030 GMT\n${first}\n`);
	writeFileSync(
		path("old.pem"),
		`## Certificate data from Mozilla last updated on: Wed Jan  4 04:12:02 2012 GMT\n${first}\n`,
	);
	writeFileSync(path("undated.pem"), `${first}\n${second}\n`);
	const isNew = await roots("--mozilla", path("new.pem"), "--out", path("new.bin"));
	assert.match(isNew.words, /new\.bin: 1 roots,/);
	assert.match(isNew.words, /^from Mozilla's list in \S+new\.pem, of 2030-01-04, 0 days old$/m);
	for (const name of ["old.pem", "undated.pem"]) {
		const { words } = await roots("--mozilla", path(name), "--out", path("other.bin"));
		assert.match(words, new RegExp(`: ${rootCertificates.length} roots,`), words);
	}
	const trusted = new X509Certificate(first);
	const other = new X509Certificate(second);
	const one = { issuer: Buffer.from("one"), serial: Buffer.of(1) };
	const two = { issuer: Buffer.from("one"), serial: Buffer.of(2) };
	const list =
		certdata(trusted.raw, one, "CKT_NSS_TRUSTED_DELEGATOR") + certdata(other.raw, two, "CKT_NSS_MUST_VERIFY_TRUST");
	writeFileSync(path("certdata.txt"), list);
	const { certificates } = mozillaList(path("certdata.txt"));
	assert.deepEqual(
		certificates.map(({ fingerprint256 }) => fingerprint256),
		[trusted.fingerprint256],
	);
	writeFileSync(path("certdata.txt"), certdata(trusted.raw, one, "CKT_NSS_NOT_TRUSTED"));
	assert.throws(() => mozillaList(path("certdata.txt")), /has no root that is trusted for servers/);
});

test("bad arguments get a sentence", async () => {
	writeFileSync(path("p384.pem"), makeKey("p384").privateKey.export({ type: "pkcs8", format: "pem" }));
	writeFileSync(path("rsa.pem"), makeKey("rsa2048").privateKey.export({ type: "pkcs8", format: "pem" }));
	const locked = makeKey("p256").privateKey.export({
		type: "pkcs8",
		format: "pem",
		cipher: "aes-128-cbc",
		passphrase: "x",
	});
	writeFileSync(path("locked.pem"), locked);
	writeFileSync(path("broken.pem"), "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n");
	const sign = (key: string): string[] => ["--sign", path(key), "--version", "1", "--out", path("never.bin")];
	for (const [values, code, says] of [
		[["--from", folder], 2, /: a folder, not a file$/m],
		[["--from", path("missing.pem")], 2, /missing\.pem: no such file$/m],
		[["--from", path("broken.pem")], 1, /broken\.pem: certificate 1 is malformed$/m],
		[["--mozilla", path("missing.pem")], 2, /missing\.pem: no such file$/m],
		[["--mozilla", path("none.pem"), "--from", path("odd.pem")], 2, /--from and --mozilla: give one of them$/m],
		[["--out", folder, "--from", path("odd.pem")], 1, /: a folder, not a file$/m],
		[["--sign"], 2, /--sign needs a value$/m],
		[["--sign", path("p384.pem")], 2, /--sign and --version go together/],
		[["--version", "1"], 2, /--sign and --version go together/],
		[["--version"], 2, /--version needs a value$/m],
		...["0", "-1", "1.5", "4294967296", "x"].map(
			version => [["--version", version], 2, /--version takes a whole number from 1 to 4294967295/] as const,
		),
		[sign("missing.pem"), 2, /missing\.pem: no such file$/m],
		[sign("none.pem"), 1, /none\.pem has no private key in PEM/],
		[sign("p384.pem"), 1, /p384\.pem: a key of secp384r1, expected P-256/],
		[sign("rsa.pem"), 1, /rsa\.pem: a key of rsa, expected P-256/],
		[sign("locked.pem"), 1, /locked\.pem: the key is encrypted/],
	] as const) {
		const result = await roots(...values);
		assert.match(result.words, says);
		assert.doesNotMatch(result.words, /\n {4}at /, "no stack");
		if (code) assert.equal(result.code, code, result.words);
	}
	assert.ok(!existsSync(path("never.bin")), "nothing is written");
});

for (const variant of variants) {
	runSuite(join(projectRoot, "tests", "certificates", "roots.ts"), "certificates", {
		variant,
		extra: { data: { "*": ["all", "common", "odd", "expected"].map(path) } },
	});
}
