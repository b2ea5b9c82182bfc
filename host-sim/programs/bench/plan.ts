/*
	What is measured, in which order and under which names, and what each figure should be at most. Each goal is two
	numbers: what to reach, and what would be better still. They are for one connection over a chain of leaf and
	intermediate. A kind of handshake or transfer is added by adding its line here.
*/

import { constants } from "node:crypto";

import type { Chain } from "./measure.js";
import type { ServerOptions } from "./server.js";

const KB = 1024;

/** By the name of a figure: what it should be at most, and what would be better still. */
export type Goals = Readonly<Record<string, readonly [number, number]>>;

function peak(reach: number, better: number): Goals {
	return { livePeak: [reach * KB, better * KB] };
}

/** A server with old suites alone, and the words of "config.xs_tls" that it takes. */
export interface OldServer {
	readonly tls: string;
	readonly server: ServerOptions;
}

const keyTransport: OldServer = { tls: "rsa cbc", server: { ciphers: "AES128-SHA256" } };
const blocks: OldServer = { tls: "cbc", server: { ciphers: "ECDHE-ECDSA-AES128-SHA256" } };
/** The MAC inside: each record is checked in constant time. */
const innerMAC: OldServer = {
	tls: "cbc",
	server: { ...blocks.server, secureOptions: constants.SSL_OP_NO_ENCRYPT_THEN_MAC },
};

export interface HandshakeRow {
	readonly name: string;
	readonly chain: Chain;
	/** More of TLSClient's `secure`. */
	readonly secure: object;
	/** How many certificates the server sends: 2 unless said otherwise. */
	readonly certificates?: number;
	/** It goes on with a session. */
	readonly resumes?: boolean;
	readonly old?: OldServer;
	/** The app trusts a root store, as one in flash, and not a certificate that is read for each connection. */
	readonly hasStore?: boolean;
	/** The app has modules/optional/hybrid, and the server is OpenSSL 3.5. */
	readonly isHybrid?: boolean;
	readonly targets: Goals;
}

const full: Goals = {
	held: [1150, 1000],
	slots: [700, 650],
	chunks: [80, 50],
	collections: [0, 0],
	engine: [1.9e6, 1.6e6],
};
const resumed = { ...peak(5.5, 4.8), held: full["held"]! };
const tls12 = { minVersion: 0x303, maxVersion: 0x303 };

export const handshakes: readonly HandshakeRow[] = [
	{ name: "1.3 RSA", chain: "rsa", secure: {}, targets: { ...peak(7.8, 6.8), ...full } },
	{ name: "1.3 ECDSA", chain: "ecdsa", secure: {}, targets: { ...peak(6.5, 5.6), ...full } },
	{ name: "1.2 RSA", chain: "rsa", secure: tls12, targets: { ...peak(7.8, 6.8), ...full } },
	{ name: "1.2 ECDSA", chain: "ecdsa", secure: tls12, targets: { ...peak(6.5, 5.6), ...full } },
	{ name: "1.3 RSA, root store", chain: "rsa", secure: {}, hasStore: true, targets: { ...peak(7.3, 6.3), ...full } },
	{
		name: "1.3 ECDSA, root store",
		chain: "ecdsa",
		secure: {},
		hasStore: true,
		targets: { ...peak(6.1, 5.2), ...full },
	},
	{ name: "1.3 resumed", chain: "ecdsa", secure: {}, resumes: true, targets: resumed },
	{ name: "1.2 resumed", chain: "ecdsa", secure: tls12, resumes: true, targets: resumed },
	{ name: "1.3 resumed, root store", chain: "ecdsa", secure: {}, resumes: true, hasStore: true, targets: resumed },
	{
		name: "1.3 ECDSA, root store, X25519MLKEM768",
		chain: "ecdsa",
		secure: {},
		hasStore: true,
		isHybrid: true,
		targets: { ...peak(20, 14), held: full["held"]! },
	},
	{ name: "1.2 RSA key transport, CBC", chain: "rsa", secure: tls12, old: keyTransport, targets: {} },
	{ name: "1.3 RSA, 3 certificates", chain: "rsa", secure: {}, certificates: 3, targets: {} },
	{ name: "1.3 RSA, 6 certificates", chain: "rsa", secure: {}, certificates: 6, targets: {} },
	{ name: "1.3 ECDSA, 3 certificates", chain: "ecdsa", secure: {}, certificates: 3, targets: {} },
	{ name: "1.3 ECDSA, 6 certificates", chain: "ecdsa", secure: {}, certificates: 6, targets: {} },
];

export interface TransferRow {
	readonly name: string;
	readonly part: "receive" | "plain" | "send" | "https";
	readonly bytes: number;
	/** Most text in a record of the server's. */
	readonly fragment: number;
	/** More of TLSClient's `secure`. */
	readonly secure?: object;
	readonly old?: OldServer;
	readonly server?: ServerOptions;
	readonly targets: Goals;
}

const received: Goals = { slots: [64, 48], chunks: [16, 8], collections: [0, 0] };

export const transfers: readonly TransferRow[] = [
	{
		name: "1 MB in, 16 KB records",
		part: "receive",
		bytes: KB * KB,
		fragment: 16 * KB,
		targets: { ...received, livePeak: [18400, 18000], overCrypto: [1.06, 1.05] },
	},
	{
		name: "1 MB in, 4 KB records",
		part: "receive",
		bytes: KB * KB,
		fragment: 4 * KB,
		targets: { ...received, overCrypto: [1.1, 1.08] },
	},
	{
		name: "1 MB in, 1.4 KB records",
		part: "receive",
		bytes: KB * KB,
		fragment: 1400,
		targets: { ...received, overCrypto: [1.21, 1.17] },
	},
	{
		name: "256 KB in, 16 KB records, CBC, MAC behind",
		part: "receive",
		bytes: 256 * KB,
		fragment: 16 * KB,
		secure: tls12,
		old: blocks,
		targets: received,
	},
	{
		name: "256 KB in, 16 KB records, CBC, MAC inside",
		part: "receive",
		bytes: 256 * KB,
		fragment: 16 * KB,
		secure: tls12,
		old: innerMAC,
		targets: received,
	},
	// what the same costs an app without any TLS
	{
		name: "1 MB in, plain TCP",
		part: "plain",
		bytes: KB * KB,
		fragment: 16 * KB,
		server: { isPlain: true },
		targets: {},
	},
	// what fetch and HTTPClient take beside TLS, with 32 KB for all of XS
	{ name: "HTTPS GET of 1 MB in 32 KB, 4 KB records", part: "https", bytes: KB * KB, fragment: 4 * KB, targets: {} },
	{ name: "256 KB out", part: "send", bytes: 256 * KB, fragment: 16 * KB, targets: { overCrypto: [1.2, 1.15] } },
];

export const systemTargets: Goals = {
	static: [15 * KB, 13 * KB],
	staticTwo: [22 * KB, 19 * KB],
	stretchRSA: [30_000, 20_000],
	stretchECDSA: [30_000, 20_000],
};

/** Flash in bytes: code, slots and C of all parts; the names beside them; all of the smallest build. */
export const flashTargets: Goals = {
	code: [216 * KB, 205 * KB],
	names: [36 * KB, 20 * KB],
	lean: [166 * KB, 155 * KB],
	distCode: [216 * KB, 205 * KB],
	distNames: [36 * KB, 20 * KB],
	distLean: [166 * KB, 155 * KB],
	distNumbers: [166 * KB, 155 * KB],
};

/** What figures are, in the order of the table. */
export const figureNames: Readonly<Record<string, string>> = {
	missing: "not there yet",
	predicted: "predicted on the chip, ms, without waiting",
	predictedScript: "  of it script",
	livePeak: "live peak: heap and native, bytes",
	livePeakHeap: "  slots and chunks alone, at their peak",
	livePeakNative: "  native memory alone, at its peak",
	held: "held by an open idle connection, bytes",
	heldHeap: "  of it slots and chunks",
	heldNative: "  of it native",
	left: "left after close, bytes",
	once: "native memory that PSA Crypto takes once, at its first use, bytes",
	slots: "slots allocated",
	chunks: "chunks allocated",
	literals: "  of them copies of literals and closures",
	natives: "native blocks allocated",
	collections: "garbage collections",
	meter: "XS metering",
	stack: "JavaScript stack, slots",
	sent: "bytes sent",
	received: "bytes received",
	roundTrips: "round trips after TCP's own",
	wire: "bytes on the wire",
	script: "instructions, all but C crypto",
	engine: "  of them in the script engine",
	rest: "  of them in other C",
	crypto: "instructions, C crypto",
	overCrypto: "instructions, all over C crypto",
	countedBits: "  counted in the build of so many bits",
	instructions: "instructions",
	static: "smallest creation.static for an HTTPS GET, RSA chain",
	staticStack: "  with creation.stack of",
	staticNative: "  native memory beside it",
	staticSum: "  in sum",
	staticTwo: "smallest creation.static for two at once, 4 KB records",
	staticTwoNative: "  native memory beside it",
	staticTwoSum: "  in sum",
	stretchRSA: "longest stretch of a handshake between two turns, XS steps, RSA chain",
	stretchECDSA: "longest stretch of a handshake between two turns, XS steps, ECDSA chain",
	code: "bytecode, slots, chunks, tables and C of all parts",
	names: "names of all parts",
	lean: "the smallest build, in all",
	distCode: "dist: bytecode, slots, chunks, tables and C of all parts",
	distNames: "dist: names of all parts",
	distLean: "dist: the smallest build, in all",
	distNumbers: "dist: that with numbers for the texts of errors",
};

/**
 * The figures that are the same in every run, but for how TCP cuts its stream: those that a test holds to the baseline.
 */
export const steady: readonly string[] = [
	"livePeak",
	"livePeakHeap",
	"livePeakNative",
	"held",
	"heldHeap",
	"heldNative",
	"slots",
	"chunks",
	"collections",
	"meter",
	"stack",
];
