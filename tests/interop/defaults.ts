/*
	What servers do by default. Each row is a server with the settings of its library or package. It has what that
	negotiates with a client whose options are the defaults, too. The versions are those of Debian 12. defaults.test.ts
	runs them, two connections each, and writes them as one table.
*/

import type { KeyType } from "../../host-sim/servers/certificates.js";
import type { DaemonName } from "./daemons.js";
import type { LibraryName } from "./libraries.js";

/** What came of a row: of the second connection if that says so. */
export interface Outcome {
	readonly version: "TLS 1.2" | "TLS 1.3";
	readonly suite: string;
	readonly group: string;
	readonly signature: string;
	/** The keys depend on the whole handshake: the extended master secret, or TLS 1.3. */
	readonly extendedMasterSecret: boolean;
	/** The second connection resumes the first one's session. */
	readonly resumed: boolean;
}

export interface DefaultRow {
	readonly peer: LibraryName | DaemonName;
	/** The server's key, and that of its CAs. */
	readonly key: KeyType;
	/** Versions that the client offers. */
	readonly offers: "1.3, 1.2" | "1.2";
	readonly outcome: Outcome;
}

/** Outcomes of a server, as far as they differ from the usual ones. */
interface Differences {
	/** Without it the server has no TLS 1.3. */
	readonly in13?: Partial<Outcome>;
	readonly in12: Partial<Outcome>;
	/** What it picks in TLS 1.2. */
	readonly cipher: string;
}

const keys = ["p256", "rsa2048"] as const;
const signatures = { p256: "ecdsa_secp256r1_sha256", rsa2048: "rsa_pss_rsae_sha256" } as const;

/** Rows of a server with both kinds of keys: TLS 1.3 if it has that, and TLS 1.2. */
function rowsOf(peer: DefaultRow["peer"], { in13, in12, cipher }: Differences): DefaultRow[] {
	const rows: DefaultRow[] = [];
	for (const key of keys) {
		const usual = { group: "x25519", signature: signatures[key], extendedMasterSecret: true, resumed: true };
		const of13: Outcome = { ...usual, version: "TLS 1.3", suite: "TLS_AES_128_GCM_SHA256", ...in13 };
		const suite = `TLS_ECDHE_${key === "p256" ? "ECDSA" : "RSA"}_WITH_${cipher}`;
		const { signature, ...rest } = in12;
		const of12: Outcome = {
			...usual,
			version: "TLS 1.2",
			suite,
			...rest,
			...(signature && key !== "p256" ? { signature } : {}),
		};
		rows.push({ peer, key, offers: "1.3, 1.2", outcome: in13 ? of13 : of12 });
		if (in13) rows.push({ peer, key, offers: "1.2", outcome: of12 });
	}
	return rows;
}

const GCM128 = "AES_128_GCM_SHA256",
	GCM256 = "AES_256_GCM_SHA384",
	CHACHA = "CHACHA20_POLY1305_SHA256";
const with256 = { suite: "TLS_AES_256_GCM_SHA384" };
/** A server of TLS 1.2 without the extended master secret: no session is kept. */
const withoutEMS = { extendedMasterSecret: false, resumed: false };

export const defaultRows: readonly DefaultRow[] = [
	...rowsOf("wolfSSL", { in13: {}, in12: {}, cipher: GCM256 }),
	// PSS is for TLS 1.3 in its version 3 alone
	...rowsOf("Mbed TLS", { in12: { group: "secp384r1", signature: "rsa_pkcs1_sha256" }, cipher: CHACHA }),
	...rowsOf("BearSSL", { in12: { signature: "rsa_pkcs1_sha256", ...withoutEMS }, cipher: GCM128 }),
	// it has the extended master secret from 1.21 on; Debian has 1.19
	...rowsOf("Go", { in13: {}, in12: withoutEMS, cipher: GCM128 }),
	...rowsOf("Erlang", { in13: { resumed: false }, in12: { group: "secp256r1", ...withoutEMS }, cipher: GCM128 }),
	...rowsOf("Java", { in13: with256, in12: {}, cipher: GCM256 }),
	...rowsOf("nginx", { in13: with256, in12: {}, cipher: GCM256 }),
	...rowsOf("apache2", { in13: {}, in12: {}, cipher: GCM128 }),
	...rowsOf("haproxy", { in13: {}, in12: {}, cipher: GCM128 }),
	...rowsOf("lighttpd", { in13: {}, in12: {}, cipher: GCM128 }),
	...rowsOf("stunnel", { in13: {}, in12: {}, cipher: GCM128 }),
	...rowsOf("mosquitto", { in13: with256, in12: {}, cipher: GCM256 }),
];

export function titleOf({ peer, key, offers }: DefaultRow): string {
	return `${peer}, ${key}, a client of TLS ${offers}`;
}

/** Rows and what was negotiated, as a table in Markdown; "skipped" or "failed" in its place. */
export function tableText(
	results: readonly { readonly row: DefaultRow; readonly outcome: Outcome | string }[],
): string {
	const head = ["server", "server's key", "client offers", "TLS", "suite", "group", "signature", "EMS", "resumed"];
	const cells = results.map(({ row: { peer, key, offers }, outcome }) => [
		peer,
		key,
		offers,
		...(typeof outcome === "string"
			? [outcome, "", "", "", "", ""]
			: [
					outcome.version,
					outcome.suite,
					outcome.group,
					outcome.signature,
					outcome.extendedMasterSecret ? "yes" : "no",
					outcome.resumed ? "yes" : "no",
				]),
	]);
	return [head, head.map(() => "---"), ...cells].map(row => `| ${row.join(" | ")} |\n`).join("");
}
