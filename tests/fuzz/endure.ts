/*
	The app of endure.test.ts. With config.mode "cuts", connections end after each byte of either side, in both
	versions, full and resumed. With "many", connections come in a row, most of them resumed, and what is in use after
	them is looked at. Prints lines of JSON.
*/

import config from "mc/config";
import { collect, memory } from "simulator";
import type { SecureOptions } from "tls/client";
import { trustCertificates } from "tls/trust";
import type { Flight } from "./flight";
import { readMaterial } from "./material";
import { numbersOf } from "./mutate";
import type { Peer } from "./peer";
import { Peer12 } from "./peer12";
import { Peer13 } from "./peer13";
import { connect, traffic } from "./pipe";
import type { Ending, Plan } from "./pipe";

const material = readMaterial();
/** The certificate above the server's own, so that its chain is short. */
const roots = trustCertificates([material.certificates[1]!]);
const identity = { ...material.ec, chain: [material.ec.chain[0]!] };

/** A session, and the secret that the server keeps for it. */
interface Kept {
	readonly session: Uint8Array;
	readonly secret: Uint8Array;
}

function print(line: object): void {
	trace(`${JSON.stringify(line)}\n`);
}

function makePeer(version: number, kept: Kept | undefined): Peer13 | Peer12 {
	const suite = version === 0x304 ? 0x1301 : 0xc02b;
	const common: Flight = {
		n: numbersOf(5),
		material,
		damages: [],
		identity,
		isImpostor: false,
		suite,
		group: 0x1d,
		fragment: 16384,
		resumes: kept && { ...kept, suite },
		asksCertificate: false,
		staples: false,
		tickets: 1,
		data: 1,
		dataLength: 20,
		leavesAt: -1,
		closes: true,
		options: {},
	};
	if (version === 0x303)
		return new Peer12({ ...common, isDHE: false, encryptsThenMACs: false, hasId: false, requests: 0 });
	return new Peer13({
		...common,
		retries: false,
		compresses: false,
		early: undefined,
		external: undefined,
		updates: 0,
		asksLater: false,
		limitsRecords: false,
	});
}

/** One connection; gives what the next can go on with. */
async function run(
	version: number,
	kept: Kept | undefined,
	cut: Partial<Plan>,
): Promise<{ ending: Ending; kept: Kept | undefined; peer: Peer }> {
	const peer = makePeer(version, kept);
	let session: Uint8Array | undefined;
	const secure: SecureOptions = {
		roots,
		maxVersion: version,
		recordSizeLimit: 0x4001,
		...(kept ? { session: kept.session.slice() } : {}),
		onSession: made => {
			session = new Uint8Array(made);
		},
	};
	const ending = await new Promise<Ending>(done =>
		connect({ peer, fromServer: Infinity, fromClient: Infinity, ...cut }, secure, done),
	);
	const secret = peer instanceof Peer13 ? peer.lastTicketSecret : peer.master;
	return { ending, peer, kept: session && secret ? { session, secret } : undefined };
}

function expectGood(ending: Ending, peer: Peer): void {
	if (
		ending.code !== "closed" ||
		ending.errors !== 1 ||
		!ending.isOpened ||
		ending.received !== 20 ||
		!peer.isConfirmed ||
		peer.received !== 4
	)
		throw new Error(`a good connection ended so: ${JSON.stringify(ending)}, the server got ${peer.received} bytes`);
}

/** Every cut of one kind of handshake, in steps of `stride` bytes; in between, good connections. */
async function runCuts(version: number, kept: Kept | undefined, stride: number): Promise<void> {
	const first = await run(version, kept, {});
	expectGood(first.ending, first.peer);
	const lengths = { ...traffic };
	const codes: Record<string, number> = {};
	let cuts = 0;
	for (const side of ["fromServer", "fromClient"] as const) {
		for (let at = 0; at < lengths[side]; at += stride) {
			const { ending } = await run(version, kept, side === "fromServer" ? { fromServer: at } : { fromClient: at });
			cuts++;
			codes[ending.code] = (codes[ending.code] ?? 0) + 1;
			// the client's last bytes are its goodbye, for which nobody waits
			const isGood =
				["transport", "truncated"].includes(ending.code) ||
				(side === "fromClient" && ending.code === "closed" && ending.received === 20);
			if (!isGood || ending.errors !== 1)
				print({ wrong: `${side} ${at} of ${lengths[side]}: ${JSON.stringify(ending)}` });
			if (cuts % 200) continue;
			const good = await run(version, kept, {});
			expectGood(good.ending, good.peer);
		}
	}
	const last = await run(version, kept, {});
	expectGood(last.ending, last.peer);
	print({ cuts, version, resumed: kept !== undefined, bytes: lengths, codes });
}

function held(): object {
	collect();
	collect();
	const { chunks, slots, nativeBytes, keySlots } = memory();
	return { chunks, slots, nativeBytes, keySlots };
}

/** Connections in a row; every tenth makes a full handshake. */
async function runMany(version: number, count: number): Promise<void> {
	let kept: Kept | undefined;
	let resumed = 0;
	for (let i = 1; i <= count; i++) {
		const before: Kept | undefined = i % 10 ? kept : undefined;
		const one: Awaited<ReturnType<typeof run>> = await run(version, before, {});
		expectGood(one.ending, one.peer);
		if (before) resumed++;
		kept = one.kept;
		if (!kept) throw new Error("no session came");
		if (i === count / 10 || i === count) print({ many: i, version, resumed, held: held() });
	}
}

async function start(): Promise<void> {
	for (const version of [0x304, 0x303]) {
		if (config.mode === "many") await runMany(version, Number(config.count));
		else {
			const stride = Number(config.stride);
			const { kept } = await run(version, undefined, {});
			if (!kept) throw new Error("no session came");
			await runCuts(version, undefined, stride);
			await runCuts(version, kept, stride);
		}
	}
}
start();
