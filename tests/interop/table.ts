/*
	What is run against real servers: each row is a connection, or two where a session goes on. matrix.test.ts runs them
	and writes what came of them as one table.
*/

import type { KeyType } from "../../host-sim/servers/certificates.js";
import { oldSuites12, suiteInfo12 } from "../../host-sim/trace/keys12.js";

export type PeerName = "OpenSSL" | "GnuTLS" | "Node" | "NSS" | "Botan" | "BoringSSL";

export interface Row {
	readonly peer: PeerName;
	readonly version: "1.2" | "1.3";
	/** As IANA registers it. */
	readonly suite: string;
	/** As RFC 8446 section 4.2.7 names it; the server's choice where undefined. */
	readonly group?: Group;
	/** The server's key, and that of its CAs. */
	readonly key: KeyType;
	/** The server demands a certificate, and gets one with such a key. */
	readonly client?: KeyType;
	/** A second connection goes on with a session of the first. */
	readonly resumed?: "ticket" | "session ID";
	readonly forced?: Forced;
	/** encrypt_then_mac, where the suite has a block cipher: agreed on or not. */
	readonly encryptThenMac?: boolean;
}

/**
 * What the server does only when it is made to: another group than the first, a long chain, long and short records,
 * single bytes. Also new keys of both sides in the middle, a certificate asked for after the handshake, its own
 * certificates compressed.
 */
export type Forced =
	| "retry"
	| "six certificates"
	| "16 KB records"
	| "1 KB records"
	| "one byte per segment"
	| "KeyUpdate"
	| "client asked later"
	| "compressed certificates";

export const groups = {
	x25519: 0x1d,
	secp256r1: 0x17,
	secp384r1: 0x18,
	ffdhe2048: 0x100,
	ffdhe3072: 0x101,
	ffdhe4096: 0x102,
} as const;
export type Group = keyof typeof groups;

const curves: readonly Group[] = ["x25519", "secp256r1", "secp384r1"];
const keyTypes: readonly KeyType[] = ["p256", "p384", "rsa2048", "rsa3072", "rsa4096"];
const suites13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** What a peer can't do; the rows that need it are not there. */
interface Limits {
	readonly versions: readonly Row["version"][];
	/** Suites that it lacks. */
	readonly lacks?: RegExp;
	/** Encrypt-then-MAC: always, never, or as asked. */
	readonly encryptThenMac: readonly boolean[];
	readonly resumption: readonly NonNullable<Row["resumed"]>[];
	readonly groups: readonly Group[];
	/** It can ask for a certificate. */
	readonly clients: boolean;
	readonly dhe: readonly Group[];
	/** What it can be made to do, beside a retry. */
	readonly forced: readonly Forced[];
}

/** What every server can be made to do. */
const always: readonly Forced[] = ["six certificates", "one byte per segment"];
/** What needs a server that answers with a file. */
const filed: readonly Forced[] = [...always, "16 KB records", "1 KB records"];
/** What TLS 1.2 does not have. */
const only13: readonly Forced[] = ["KeyUpdate", "client asked later", "compressed certificates"];

const limits: Record<PeerName, Limits> = {
	OpenSSL: {
		versions: ["1.2", "1.3"],
		encryptThenMac: [true, false],
		resumption: ["ticket", "session ID"],
		groups: curves,
		clients: true,
		dhe: ["ffdhe2048", "ffdhe3072", "ffdhe4096"],
		forced: [...filed, "KeyUpdate", "client asked later"],
	},
	GnuTLS: {
		versions: ["1.2", "1.3"],
		encryptThenMac: [true, false],
		resumption: ["ticket", "session ID"],
		groups: curves,
		clients: true,
		dhe: ["ffdhe2048", "ffdhe3072", "ffdhe4096"],
		forced: [...filed, "KeyUpdate", "client asked later"],
	},
	// its DHE has other groups than RFC 7919's; new keys and late questions are not to be had from script
	Node: {
		versions: ["1.2", "1.3"],
		encryptThenMac: [true],
		resumption: ["ticket"],
		groups: curves,
		clients: true,
		dhe: [],
		lacks: /_DHE_/,
		forced: filed,
	},
	NSS: {
		versions: ["1.2", "1.3"],
		encryptThenMac: [false],
		resumption: ["ticket", "session ID"],
		groups: curves,
		clients: true,
		dhe: ["ffdhe2048", "ffdhe3072", "ffdhe4096"],
		forced: [...filed, "client asked later"],
	},
	// it gives back what it is sent, which is no more than the simulator's TCP takes at once
	Botan: {
		versions: ["1.2"],
		encryptThenMac: [true, false],
		resumption: ["session ID"],
		groups: curves,
		clients: false,
		dhe: ["ffdhe2048", "ffdhe3072", "ffdhe4096"],
		forced: always,
	},
	// suites are its own choice; Debian's builds of the others have no zlib
	BoringSSL: {
		versions: ["1.3"],
		lacks: /AES_256|CHACHA20/,
		encryptThenMac: [],
		resumption: ["ticket"],
		groups: curves,
		clients: true,
		dhe: [],
		forced: [...always, "16 KB records", "KeyUpdate", "compressed certificates"],
	},
};

/** All peers, in the order of the table. */
export const peerNames = Object.keys(limits) as PeerName[];

/** The key that a suite goes with. */
function keyOf(suite: string): KeyType {
	return suite.includes("RSA_WITH") ? "rsa2048" : "p256";
}

/** All rows of a peer, each once. */
export function rowsOf(peer: PeerName): Row[] {
	return [...new Map(allRows(peer).map(row => [titleOf(row), row])).values()];
}

/** A key share goes out for one group alone: a server of TLS 1.3 that takes another one only has to ask for it. */
function retryOf(version: Row["version"], group: Group): { readonly forced?: "retry" } {
	return version === "1.3" && group !== "x25519" ? { forced: "retry" } : {};
}

function forcedRows(peer: PeerName, version: Row["version"], suiteOf: (key: KeyType) => string): Row[] {
	const { forced: all, clients } = limits[peer];
	const rows: Row[] = [];
	for (const forced of all) {
		if (version === "1.2" && only13.includes(forced)) continue;
		const key = forced === "six certificates" ? "rsa4096" : "p256";
		rows.push({
			peer,
			version,
			suite: suiteOf(key),
			key,
			forced,
			...(forced === "client asked later" ? { client: "p256" } : {}),
		});
	}
	if (version === "1.2" || !clients) return rows;
	// several things at once
	return [
		...rows,
		{
			peer,
			version,
			suite: suiteOf("p256"),
			key: "p256",
			group: "secp384r1",
			client: "p256",
			resumed: "ticket",
			forced: "retry",
		},
	];
}

function allRows(peer: PeerName): Row[] {
	const { versions, lacks, encryptThenMac, resumption, groups: own, clients, dhe } = limits[peer];
	const rows: Row[] = [];
	const has = (suite: string): boolean => !lacks?.test(suite);
	for (const version of versions) {
		const usual = version === "1.3" ? "TLS_AES_128_GCM_SHA256" : "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
		const usualOf = (key: KeyType): string => (key.startsWith("rsa") ? usual.replace("ECDSA", "RSA") : usual);
		const modern = version === "1.3" ? suites13 : Object.keys(suiteInfo12).filter(suite => !suite.includes("CCM"));
		for (const suite of modern.filter(has)) rows.push({ peer, version, suite, key: keyOf(suite) });
		for (const group of own) rows.push({ peer, version, suite: usual, group, key: "p256", ...retryOf(version, group) });
		for (const key of keyTypes) rows.push({ peer, version, suite: usualOf(key), key });
		if (clients)
			for (const client of ["p256", "p384", "rsa2048"] as const)
				rows.push({ peer, version, suite: usual, key: "p256", client });
		for (const resumed of version === "1.3" ? (["ticket"] as const) : resumption)
			rows.push({ peer, version, suite: usual, key: "p256", resumed });
		rows.push(...forcedRows(peer, version, usualOf));
	}
	if (!versions.includes("1.2")) return rows;
	for (const [suite, { mac }] of Object.entries(oldSuites12)) {
		if (!has(suite)) continue;
		for (const choice of mac ? encryptThenMac : [undefined])
			rows.push({
				peer,
				version: "1.2",
				suite,
				key: keyOf(suite),
				...(choice === undefined ? {} : { encryptThenMac: choice }),
			});
	}
	for (const group of dhe)
		rows.push({ peer, version: "1.2", suite: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", group, key: "rsa2048" });
	const old = [
		"TLS_RSA_WITH_AES_128_GCM_SHA256",
		"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
		"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
	].filter(has);
	for (const suite of old) {
		const more = suite.includes("CBC") ? { encryptThenMac: encryptThenMac[0]! } : {};
		for (const resumed of resumption) rows.push({ peer, version: "1.2", suite, key: "rsa2048", resumed, ...more });
		if (clients) rows.push({ peer, version: "1.2", suite, key: "rsa2048", client: "p256", ...more });
	}
	return rows;
}

/** A row in words. */
export function titleOf({ version, suite, group, key, client, resumed, forced, encryptThenMac }: Row): string {
	const mac = encryptThenMac === undefined ? undefined : encryptThenMac ? "MAC behind" : "MAC inside";
	const parts = [`TLS ${version}`, suite.slice(4), group, key, client && `client ${client}`, resumed, forced, mac];
	return parts.filter(Boolean).join(", ");
}

/** A row and what came of it; of the first connection, the group and whether there was the extended master secret. */
export interface RowResult {
	readonly row: Row;
	outcome: "done" | "failed" | "skipped";
	group?: string;
	extendedMasterSecret?: boolean;
}

/** Rows and what came of them, as a table in Markdown. */
export function tableText(results: readonly RowResult[]): string {
	const cells = results.map(
		({
			row: { peer, version, suite, key, client = "", resumed = "", forced = "", encryptThenMac },
			outcome,
			group = "",
			extendedMasterSecret,
		}) => [
			peer,
			version,
			suite,
			group,
			extendedMasterSecret === undefined ? "" : extendedMasterSecret ? "yes" : "no",
			key,
			client,
			resumed,
			forced,
			encryptThenMac === undefined ? "" : encryptThenMac ? "behind" : "inside",
			outcome,
		],
	);
	const head = [
		"peer",
		"TLS",
		"suite",
		"group",
		"EMS",
		"server's key",
		"client's key",
		"resumed by",
		"forced",
		"MAC",
		"outcome",
	];
	return [head, head.map(() => "---"), ...cells].map(row => `| ${row.join(" | ")} |\n`).join("");
}
