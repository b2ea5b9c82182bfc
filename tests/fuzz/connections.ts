/*
	Handshakes and what follows on them, in both versions, with changes that a seed picks. A flight to which nothing was
	done must succeed; one by an impostor, or with a changed proof of identity, must not.
*/

import type { Numbers } from "test/harness";
import { configure } from "tls/configure";
import { inflate } from "tls/inflate";
import type { Options } from "tls/options";
import { ALPN } from "./flight";
import type { Identity, Material } from "./flight";
import { chance, numbersOf, pick } from "./mutate";
import { Finding, Watch } from "./oracle";
import type { Damage, Level, Peer } from "./peer";
import { Peer12 } from "./peer12";
import type { Flight12 } from "./peer12";
import { Peer13 } from "./peer13";
import type { Flight13 } from "./peer13";

/** What came of a run. */
export interface Result {
	/** A TLSError's code, or "open". */
	readonly code: string;
	/** Metered steps of the longest turn. */
	readonly longest: number;
	readonly story: string;
}

/** Where changes go: with none, the flight is right. */
function makeDamages(n: Numbers): Damage[] {
	const count = pick(n, [0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3]);
	const damages: Damage[] = [];
	for (let i = 0; i < count; i++) {
		const level = pick<Level>(n, ["message", "message", "message", "message", "record", "record", "wire"]);
		damages.push({ level, at: n.below(level === "message" ? 9 : 12) });
	}
	return damages;
}

/**
 * A server that has the certificates of another, and not its key: what it signs is of the right form, and something
 * else.
 */
function impostor(identity: Identity): Identity {
	const { credential } = identity;
	const sign = (scheme: number, digest: Uint8Array): Uint8Array => {
		const other = digest.slice();
		other[0]! ^= 1;
		return credential.sign(scheme, other);
	};
	return { ...identity, credential: { sign } };
}

function commonFlight(n: Numbers, material: Material, damages: readonly Damage[]) {
	const right = chance(n, 4) ? material.ec : material.rsa;
	const isImpostor = chance(n, 12);
	const fragment = chance(n, 3) ? pick(n, [1, 2, 5, 64, 200, 1000]) : 16384;
	return {
		n,
		material,
		damages,
		isImpostor,
		identity: isImpostor ? impostor(right) : right,
		fragment,
		asksCertificate: chance(n, 4),
		staples: chance(n, 3),
		tickets: n.below(3),
		// within the limit that the client may set
		data: n.below(4),
		dataLength: pick(n, [0, 1, 100, 1000, 1900]),
		closes: !chance(n, 6),
		leavesAt: chance(n, 16) ? n.below(60) : -1,
	};
}

/** Options of the client that change nothing of the flight. */
function commonOptions(n: Numbers, material: Material): Options {
	return {
		serverName: "fuzz.example",
		roots: material.roots,
		recordSizeLimit: pick(n, [0x4001, 0x4001, 2000]),
		staple: "ask",
		...(chance(n, 2) ? { applicationLayerProtocolNegotiation: [ALPN, "h2"] } : {}),
		...(chance(n, 3) ? { clientCertificates: material.client.certificate, clientKey: material.client.key } : {}),
		...(chance(n, 6) ? { recordPadding: 64 } : {}),
	};
}

const external = new Uint8Array(32).fill(7);

function flight13(n: Numbers, material: Material, damages: readonly Damage[]): Flight13 {
	const common = commonFlight(n, material, damages);
	const resumes = chance(n, 3) ? pick(n, material.sessions13) : undefined;
	const early = resumes && chance(n, 2) ? pick(n, ["take", "refuse"] as const) : undefined;
	const isExternal = !resumes && chance(n, 8);
	const options = commonOptions(n, material);
	if (chance(n, 2)) options.inflate = inflate;
	if (chance(n, 3)) options.postHandshakeAuth = true;
	if (resumes) {
		// the session is bound to what it was made with
		options.session = resumes.session.slice();
		delete options.clientCertificates;
		delete options.clientKey;
		delete options.applicationLayerProtocolNegotiation;
		if (early) options.earlyData = n.bytes(1 + n.below(300));
	}
	if (isExternal) options.psk = { identity: "key", key: external };
	return {
		...common,
		resumes,
		early,
		options,
		external: isExternal ? external : undefined,
		isImpostor: common.isImpostor && !resumes && !isExternal,
		suite: resumes?.suite ?? (isExternal ? pick(n, [0x1301, 0x1303]) : pick(n, [0x1301, 0x1302, 0x1303])),
		group: pick(n, [0x17, 0x18]),
		retries: chance(n, 5),
		compresses: chance(n, 2),
		updates: n.below(3),
		asksLater: options.postHandshakeAuth === true && chance(n, 2),
		limitsRecords: chance(n, 3),
	};
}

const suitesRSA: readonly number[] = [0xc02f, 0xc030, 0xcca8, 0xc013, 0xc014, 0xc027];
const suitesEC: readonly number[] = [0xc02b, 0xc02c, 0xcca9, 0xc009, 0xc023, 0xc024];

function flight12(n: Numbers, material: Material, damages: readonly Damage[]): Flight12 {
	const common = commonFlight(n, material, damages);
	const resumes = chance(n, 3) ? pick(n, material.sessions12) : undefined;
	const options = commonOptions(n, material);
	const { isRSA } = common.identity;
	const isDHE = !resumes && isRSA && chance(n, 40);
	if (chance(n, 2)) options.maxVersion = 0x303;
	if (resumes) {
		options.session = resumes.session.slice();
		options.maxVersion = 0x303;
		delete options.clientCertificates;
		delete options.clientKey;
	}
	return {
		...common,
		resumes,
		options,
		isDHE,
		isImpostor: common.isImpostor && !resumes,
		suite: resumes?.suite ?? (isDHE ? 0x9e : pick(n, isRSA ? suitesRSA : suitesEC)),
		group: pick(n, [0x1d, 0x17]),
		encryptsThenMACs: chance(n, 2),
		hasId: chance(n, 2),
		requests: chance(n, 5) ? 1 + n.below(3) : 0,
	};
}

const right13 = /^(2 )?2 8 ((13 )?(11|25) 15 )?20$/;
const right12 = /^2 (11 (22 )?(12 )?(13 )?14 )?(4 )?20$/;

/** What an open connection needs. */
function checkOpen(peer: Peer, watch: Watch, isImpostor: boolean, order: RegExp): void {
	if (isImpostor) throw new Finding(`open with an impostor: ${peer.story.join("; ")}`);
	if (peer.isForged) throw new Finding(`open with a changed proof: ${peer.story.join("; ")}`);
	if (!peer.isConfirmed && !(peer.isUnclear && peer.isLost))
		throw new Finding(`open, but the server has not got the right Finished: ${peer.story.join("; ")}`);
	const types = peer.types.join(" ");
	if (!order.test(types)) throw new Finding(`open after the messages ${types}: ${peer.story.join("; ")}`);
	if (!watch.info!.peer) throw new Finding("open without a peer");
}

/** A flight to which nothing was done. */
function checkRight(peer: Peer, watch: Watch, closes: boolean): void {
	const { error, info } = watch;
	if (!info) throw new Finding(`a right flight was refused: ${error?.code}: ${error?.message}`);
	if (error && (error.code !== "truncated" || closes))
		throw new Finding(`a right connection failed: ${error.code}: ${error.message}`);
	if (peer.isLost) throw new Finding("the server could not read a record");
}

function runFlight(flight: Flight13 | Flight12, peer: Peer, order: RegExp): { watch: Watch; result: Result } {
	const { n, isImpostor } = flight;
	const options = { ...flight.options };
	if (flight.onSession || chance(n, 2)) options.onSession = () => {};
	try {
		const watch = new Watch(configure(options, undefined), peer, n, flight.leavesAt);
		if (flight.onSession) watch.onSession = session => flight.onSession!(session);
		watch.run();
		if (watch.info) checkOpen(peer, watch, isImpostor, order);
		if (!peer.applied && !isImpostor && !watch.wasClosed) checkRight(peer, watch, flight.closes);
		return {
			watch,
			result: { code: watch.error?.code ?? "open", longest: watch.turns.longest, story: peer.story.join("; ") },
		};
	} finally {
		peer.close();
	}
}

/** One run in TLS 1.3. */
export function runConnection13(seed: number, material: Material): Result {
	const n = numbersOf(seed);
	const flight = flight13(n, material, makeDamages(n));
	return runFlight(flight, new Peer13(flight), right13).result;
}

/** One run in TLS 1.2. */
export function runConnection12(seed: number, material: Material): Result {
	const n = numbersOf(seed);
	const flight = flight12(n, material, makeDamages(n));
	return runFlight(flight, new Peer12(flight), right12).result;
}

/** Right connections whose sessions the runs go on with. */
export function makeSessions(material: Material): void {
	const n = numbersOf(1);
	for (const suite of [0x1301, 0x1302, 0x1303]) {
		const base = flight13(n, material, []);
		let session: Uint8Array | undefined;
		const options: Options = { serverName: "fuzz.example", roots: material.roots };
		const flight: Flight13 = {
			...base,
			suite,
			options,
			identity: material.rsa,
			isImpostor: false,
			resumes: undefined,
			external: undefined,
			early: undefined,
			retries: false,
			tickets: 1,
			updates: 0,
			leavesAt: -1,
			fragment: 16384,
			data: 0,
			closes: true,
			asksLater: false,
			onSession: made => {
				session = new Uint8Array(made);
			},
		};
		const peer = new Peer13(flight);
		runFlight(flight, peer, right13);
		if (!session) throw new Finding("a right flight of TLS 1.3 gives no session");
		material.sessions13.push({ session, secret: peer.lastTicketSecret!, suite });
	}
	for (const suite of [0xc02f, 0xc030, 0xc013]) {
		for (const tickets of [0, 1]) {
			const base = flight12(n, material, []);
			let session: Uint8Array | undefined;
			const options: Options = { serverName: "fuzz.example", roots: material.roots, maxVersion: 0x303 };
			const flight: Flight12 = {
				...base,
				suite,
				options,
				identity: material.rsa,
				isImpostor: false,
				resumes: undefined,
				isDHE: false,
				leavesAt: -1,
				fragment: 16384,
				tickets,
				hasId: !tickets,
				data: 0,
				closes: true,
				requests: 0,
				onSession: made => {
					session = new Uint8Array(made);
				},
			};
			const peer = new Peer12(flight);
			runFlight(flight, peer, right12);
			if (!session) throw new Finding("a right flight of TLS 1.2 gives no session");
			material.sessions12.push({ session, secret: peer.master!, suite });
		}
	}
}
