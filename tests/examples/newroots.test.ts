/*
	examples/new-roots: its slots under power cuts (slots.ts), and the app itself, which fetches stores from a server
	over TLS.
*/

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { after, test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeStore, signStore, storedRoot } from "../../host-sim/programs/rootfile.js";
import { makeCertificate, makeKey, type Certificate } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";

const folder = mkdtempSync(join(tmpdir(), "xs-tls-newroots-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const maker = makeKey("p256");
const key = maker.publicKey.export({ type: "spki", format: "pem" }).toString();
const now = Math.floor(Date.now() / 1000);

function makeRoot(subject: string): Certificate {
	return makeCertificate({ subject, key: makeKey("p256"), isAuthority: true });
}

function storeOf(...roots: Certificate[]): Uint8Array {
	return makeStore(
		roots.map(({ der }) => storedRoot(new X509Certificate(der))),
		now,
	);
}

const old = makeRoot("Old Root");
const young = makeRoot("Young Root");
const others = Array.from({ length: 20 }, (_, i) => makeRoot(`Root ${i}`));
const stores = {
	firmware: storeOf(old),
	v2: signStore(storeOf(old, young, ...others), maker.privateKey, 2),
	v3: signStore(storeOf(young, ...others), maker.privateKey, 3),
	v4: signStore(storeOf(young), maker.privateKey, 4),
	v1: signStore(storeOf(old, young), maker.privateKey, 1),
	stranger: signStore(storeOf(old, young), makeKey("p256").privateKey, 9),
};

/** Writes a resource to a folder of its own, so that runs have different ones of one name. */
function resource(run: string, name: string, bytes: Uint8Array): string {
	mkdirSync(join(folder, run), { recursive: true });
	writeFileSync(join(folder, run, name), bytes);
	return join(folder, run, name.replace(/\.bin$/, ""));
}

for (const variant of variants) {
	runSuite(join(projectRoot, "tests", "examples", "slots.ts"), "examples", {
		variant,
		config: { key },
		extra: {
			data: {
				"*": (["v2", "v3", "v4", "stranger"] as const).map(name => resource("slots", `${name}.bin`, stores[name])),
			},
		},
	});
}

interface Run {
	/** Who has issued the server's certificate. */
	readonly issuer: Certificate;
	/** The answer; what has no content-length of its own gets that of the body. */
	readonly body: Uint8Array;
	readonly status?: number;
	readonly length?: number;
	/** What the partition has at first. */
	readonly flash?: Uint8Array;
}

/** Runs the example once, and returns what it prints. */
async function update(name: string, { issuer, body, status = 200, length = body.length, flash }: Run): Promise<string> {
	const leaf = makeCertificate({ subject: "roots", key: makeKey("p256"), issuer, names: ["localhost"] });
	const server = createServer({ cert: leaf.pem, key: leaf.keyPem }, (_request, response) => {
		response.writeHead(status, { "content-length": length, connection: "close" });
		if (length === body.length) response.end(body);
		else response.write(body, () => response.destroy());
	});
	server.on("tlsClientError", () => {});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	try {
		const data = [
			resource(name, "firmware.bin", stores.firmware),
			...(flash ? [resource(name, "flash.bin", flash)] : []),
		];
		const app = await buildApp(join(projectRoot, "examples", "new-roots"), {
			variant: "native",
			config: {
				host: "localhost",
				address: "127.0.0.1",
				port: String((server.address() as AddressInfo).port),
				roots: "firmware.bin",
				key,
			},
			extra: { creation: { static: 131072 }, modules: { flash: "../../tests/examples/flash" }, data: { "*": data } },
		});
		const { code, stdout, stderr } = await runApp(app, { timeout: 60 });
		assert.equal(code, 0, stderr);
		return stdout.join("\n");
	} finally {
		server.close();
	}
}

/** The partition with a store in one of its slots. */
function flashWith(slot: 0 | 1, store: Uint8Array): Uint8Array {
	const flash = new Uint8Array(0x10000).fill(0xff);
	flash.set(store, slot * 0x8000);
	return flash;
}

test("a new store is fetched over TLS and installed", async () => {
	const words = await update("good", { issuer: old, body: stores.v2 });
	assert.match(words, /^the firmware's root store, 1 roots$/m);
	assert.match(words, /^installed: root store of version 2, 22 roots$/m);
});

test("after a reset the store in flash is trusted, and replaced by a newer one in the other slot", async () => {
	for (const slot of [0, 1] as const) {
		// the firmware's store does not have this server's root any more
		const words = await update(`reset${slot}`, { issuer: young, body: stores.v4, flash: flashWith(slot, stores.v3) });
		assert.match(words, /^root store of version 3, 21 roots$/m);
		assert.match(words, /^installed: root store of version 4, 1 roots$/m);
	}
});

for (const [name, run, says] of [
	["another maker's signature", { issuer: old, body: stores.stranger }, /is not signed with the key of its maker/],
	["a version that is not newer", { issuer: old, body: stores.v1 }, /is of version 1, expected 2 or later/],
	["a store without a signature", { issuer: old, body: stores.firmware }, /is not signed/],
	["a server that says no", { issuer: old, body: stores.v2, status: 404 }, /status 404, expected 200/],
	["an answer that is cut", { issuer: old, body: stores.v2.subarray(0, 200), length: stores.v2.length }, /./],
	[
		"an answer that is too long",
		{ issuer: old, body: stores.v2, length: 1_000_000 },
		/1000000 bytes does not fit: a slot has 32768/,
	],
	["a server that is not trusted", { issuer: young, body: stores.v2 }, /no trust anchor/],
] as const) {
	test(`the store in use stays: ${name}`, async () => {
		const words = await update(name.replace(/\W+/g, "-"), run);
		assert.match(words, /^the root store in use stays: /m);
		assert.match(words, says);
		assert.doesNotMatch(words, /installed/);
	});
}
