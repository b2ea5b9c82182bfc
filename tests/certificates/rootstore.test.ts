/*
	Root stores from the field, inside XS (rootstore.ts). They are signed by their maker, and read from a file a root at
	a time. Some have a date from which a root no longer counts for TLS.
*/

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { makeStore, signStore, storedRoot } from "../../host-sim/programs/rootfile.js";
import { makeCertificate, makeKey } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";
import { host, makeWorld, world } from "./node/chain.js";
import { X509Certificate } from "node:crypto";

const folder = mkdtempSync(join(tmpdir(), "xs-tls-rootstore-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const now = Math.floor(Date.now() / 1000);
const maker = makeKey("p256");
const stranger = makeKey("p256");
const rsa = makeKey("rsa2048");
const limited = makeWorld({ root: { subject: "Limited", permitted: ["example"] } });
const barred = makeWorld({ root: { subject: "Barred", permitted: ["other.example"] } });
const others = Array.from({ length: 9 }, (_, i) =>
	makeCertificate({ subject: `Other ${i}`, key: makeKey("p256"), isAuthority: true }),
);

function stored(der: Uint8Array, distrusted?: number) {
	return { ...storedRoot(new X509Certificate(der)), ...(distrusted === undefined ? {} : { distrusted }) };
}

const roots = [world.root, limited.root, barred.root, ...others].map(({ der }) => stored(der));
const store = makeStore(roots, now);
const distrusted = now + 1000;
const file = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);
file("plain.bin", store);
file("signed.bin", signStore(store, maker.privateKey, 7));
file("stranger.bin", signStore(store, stranger.privateKey, 7));
file("newest.bin", signStore(store, maker.privateKey, 0xffffffff));
file("old.bin", makeStore([stored(world.root.der, distrusted)], now));
file("renewed.bin", makeStore([stored(world.root.der, distrusted), stored(withOtherKey().der)], now));

/** A root of the same name, with another key: it is tried, too. */
function withOtherKey() {
	return makeCertificate({ subject: "Root", key: makeKey("p256"), isAuthority: true });
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const spki = ({ publicKey }: { publicKey: typeof maker.publicKey }): string =>
	base64(publicKey.export({ type: "spki", format: "der" }));
const chainOf = ({ leaf, lower, upper }: typeof world): string[] => [leaf, lower, upper].map(({ der }) => base64(der));
file(
	"expected.json",
	Buffer.from(
		JSON.stringify({
			host,
			now,
			distrusted,
			key: spki(maker),
			pem: maker.publicKey.export({ type: "spki", format: "pem" }),
			rsa: spki(rsa),
			p384: spki(makeKey("p384")),
			good: chainOf(world),
			limited: chainOf(limited),
			barred: chainOf(barred),
			untrusted: chainOf(makeWorld({ root: { subject: "Nobody" } })),
			count: roots.length,
		}),
	),
);

const names = ["plain", "signed", "stranger", "newest", "old", "renewed", "expected"];
for (const variant of variants) {
	runSuite(join(projectRoot, "tests", "certificates", "rootstore.ts"), "certificates", {
		variant,
		extra: { data: { "*": names.map(name => join(folder, name)) } },
	});
}
