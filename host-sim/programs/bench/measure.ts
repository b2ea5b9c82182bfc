/*
	Runs the app tests/bench against a server and reads its marks: the figures of a handshake, of a transfer, of memory
	over many requests. All from the 32-bit build with Mbed TLS as on a device, whose memory is that of the device.
*/

import { join } from "node:path";

import { buildApp, type App } from "../../build/build.js";
import { makeIdentity, type ServerIdentity } from "../../servers/certificates.js";
import type { Chip } from "../../chip/costs.js";
import { between, predict } from "../../chip/model.js";
import { Problem, projectRoot } from "../../build/files.js";
import { runApp, type Mark, type RunOptions, type RunResult } from "../../build/run.js";
import { findOpenSSL35 } from "../../servers/openssl35.js";
import { startWithText } from "../../servers/servers.js";
import { startServer, type ServerOptions } from "./server.js";

/** Figures by name; a sentence stands for what could not be measured. */
export type Figures = Record<string, number | string>;

export type Chain = "rsa" | "ecdsa";

/** The build whose memory is a device's: 32 bits, Mbed TLS as on a device. */
export const memoryVariant = "m32-device";

const identities = new Map<string, ServerIdentity>();

/** A root and `count` certificates below it with RSA-2048 or P-256 keys; made once. */
function identityOf(chain: Chain, count: number): ServerIdentity {
	const name = `${chain} ${count}`;
	let identity = identities.get(name);
	if (!identity)
		identities.set(name, (identity = makeIdentity(["localhost"], chain === "rsa" ? "rsa2048" : "p256", count)));
	return identity;
}

/** AES-128-GCM in each version, so that figures compare. */
const ciphers = "TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256";

export interface Work {
	/** What tests/bench/main.ts is to do. */
	readonly part: "handshake" | "resume" | "receive" | "plain" | "send" | "get" | "together" | "ticks" | "https";
	readonly chain?: Chain;
	/** How many certificates the server sends: 2, its own and an intermediate, unless said otherwise. */
	readonly certificates?: number;
	readonly bytes?: number;
	readonly times?: number;
	/** More of TLSClient's `secure`. */
	readonly secure?: object;
	/** The app makes a root store before it is measured; else the root's certificate is an option. */
	readonly hasStore?: boolean;
	/** The app has modules/optional/hybrid, and the server is OpenSSL 3.5. */
	readonly isHybrid?: boolean;
	/** Words for "config.xs_tls"; with them the app has modules/optional/legacy. */
	readonly tls?: string;
	/** More of the manifest's `creation`. */
	readonly creation?: Record<string, unknown>;
	readonly server?: ServerOptions;
	readonly run?: RunOptions;
	/**
	 * "m32-device" unless said otherwise. Bare ones are for counting instructions, and do without AES-NI, as no chip
	 * has it.
	 */
	readonly variant?: "m32-device" | "native" | "native-bare" | "m32-bare";
	/** The app; tests/https/large for "https", tests/bench for all else, unless said otherwise. */
	readonly folder?: string;
	/** Whose order of groups is offered, and whose time is predicted. */
	readonly chip?: Chip;
}

export interface Outcome extends RunResult {
	readonly app: App;
	readonly marks: readonly Mark[];
	/** What went wrong in the connection, as TLSError has it; undefined where nothing did. */
	readonly refused: { readonly code: string; readonly message: string } | undefined;
}

/** Mbed TLS of a desktop processor then encrypts with its plain C. */
const withoutAESNI = {
	modules: { "bench/aes": join(projectRoot, "host-sim", "programs", "bench", "aes") },
	build: { LIBRARIES: "-Wl,--wrap=mbedtls_aesni_has_support" },
};

/** Does the work once. Throws where the simulator does not end well and `mayFail` is not given. */
export async function work(what: Work, mayFail = false): Promise<Outcome> {
	const {
		part,
		chain = "ecdsa",
		certificates = 2,
		bytes = 0,
		times = 1,
		secure = {},
		hasStore = false,
		isHybrid = false,
		tls,
		creation,
		server: options = {},
		run = {},
		variant = memoryVariant,
		folder = join(projectRoot, "tests", ...(part === "https" ? ["https", "large"] : ["bench"])),
		chip,
	} = what;
	const identity = identityOf(chain, certificates);
	const server = isHybrid
		? await startWithText(await findOpenSSL35(), identity, "", "-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256")
		: await startServer(identity, { ciphers, ...options });
	try {
		const config = {
			part,
			bytes: String(bytes),
			times: String(times),
			ca: identity.root.pem,
			secure: JSON.stringify(secure),
			port: String(server.port),
			...(hasStore ? { trust: "store" } : {}),
			...(tls === undefined ? {} : { xs_tls: tls }),
		};
		const extra = {
			...(creation ? { creation } : {}),
			...(tls === undefined ? {} : { include: ["../../modules/optional/legacy/manifest.json"] }),
			...(isHybrid ? { include: ["../../modules/optional/hybrid/manifest.json"] } : {}),
			...(variant.endsWith("bare") ? withoutAESNI : {}),
		};
		const app = await buildApp(folder, { variant, config, extra, isRelease: !run.census });
		const result = await runApp(app, { timeout: 120, ...(chip ? { chip: chip.features } : {}), ...run });
		if (result.code !== 0 && !mayFail)
			throw new Problem(`measuring "${part}" ended with code ${result.code}: ${result.stderr.trim()}`);
		const lines = result.stdout
			.filter(line => line.startsWith("{"))
			.map(line => JSON.parse(line) as { code: string; message: string });
		return { ...result, app, marks: result.report?.marks ?? [], refused: lines.find(line => line.code !== "closed") };
	} finally {
		await server.stop();
	}
}

/** The mark of that name; a Problem with what the connection said where the app did not get there. */
export function markOf(outcome: Outcome, name: string): Mark {
	const mark = outcome.marks.find(one => one.name === name);
	if (!mark) throw new Problem(`the app did not reach "${name}": ${outcome.refused?.message ?? "no reason was given"}`);
	return mark;
}

/** All that is in use at a mark, in bytes. */
export function inUse(mark: Mark): number {
	return mark.chunks + mark.slots * mark.slotSize + mark.native;
}

/** What is in use of XS's heap, in bytes. */
function inHeap(mark: Mark): number {
	return mark.chunks + mark.slots * mark.slotSize;
}

/** The time that a chip would take between two marks; words where it has no cost for something. */
function predicted(chip: Chip, from: Mark, to: Mark): Figures {
	const { script, crypto, unknown } = predict(chip, between(from, to));
	if (unknown.length > 0) return { predicted: `no cost is known of ${unknown.join(", ")}` };
	return { predicted: Math.round(script + crypto), predictedScript: Math.round(script) };
}

/** What was counted between two marks. */
function counted(from: Mark, to: Mark, chip: Chip | undefined): Figures {
	return {
		...(chip ? predicted(chip, from, to) : {}),
		slots: to.slotAllocations - from.slotAllocations,
		chunks: to.chunkAllocations - from.chunkAllocations,
		natives: to.nativeAllocations - from.nativeAllocations,
		collections: to.collections - from.collections,
		meter: to.meter - from.meter,
	};
}

/** Most bytes that a server sends in a resumed handshake: too few for certificates. */
const MAX_RESUMED_BYTES = 512;

/**
 * A handshake, full or with the session of one before: run once as it is, once with a collection at every allocation.
 */
export async function handshake(what: Work): Promise<Figures> {
	const usual = await work(what);
	if (usual.refused?.code === "configuration") return { missing: usual.refused.message };
	const live = await work({ ...what, run: { ...what.run, live: true } });
	const [start, done] = [markOf(usual, "start"), markOf(usual, "handshake")];
	if (what.part === "resume" && done.received - start.received > MAX_RESUMED_BYTES)
		throw new Problem("the server did not go on with the session");
	const atStart = markOf(live, "start");
	const base = inUse(atStart);
	const [peak, idle, closed] = [markOf(live, "handshake"), markOf(live, "idle"), markOf(live, "closed")];
	return {
		livePeak: Math.max(peak.bytesPeak, idle.bytesPeak) - base,
		livePeakHeap: peak.heapPeak - inHeap(atStart),
		livePeakNative: Math.max(peak.nativePeak, idle.nativePeak) - atStart.native,
		held: inUse(idle) - base,
		heldHeap: inHeap(idle) - inHeap(atStart),
		heldNative: idle.native - atStart.native,
		left: inUse(closed) - base,
		once: atStart.native - markOf(live, "first").native,
		...counted(start, done, what.chip),
		stack: peak.stackPeak,
		sent: done.sent,
		received: done.received,
		roundTrips: done.turns,
	};
}

/**
 * How many chunks between two marks are copies of literals and closures, which preloaded modules make at each
 * evaluation.
 */
export async function literals(what: Work, from: string, to: string): Promise<number> {
	const chunks = async (run: RunOptions): Promise<number> => {
		const outcome = await work({ ...what, run: { ...what.run, ...run } });
		return markOf(outcome, to).chunkAllocations - markOf(outcome, from).chunkAllocations;
	};
	return (await chunks({})) - (await chunks({ keepsLiterals: true }));
}

/**
 * The longest stretch of a handshake between two turns of the event loop, in the meter's steps, beside a timer that
 * fires at each.
 */
export async function longestStretch(chain: Chain): Promise<number> {
	const { marks } = await work({ part: "ticks", chain });
	const done = marks.findIndex(mark => mark.name === "handshake");
	const stretches = marks.slice(1, done + 1).map((mark, i) => mark.meter - marks[i]!.meter);
	return Math.max(...stretches);
}

/** A transfer of `bytes` bytes once the handshake is over. */
export async function transfer(what: Work): Promise<Figures> {
	const usual = await work(what);
	const [ready, done] = [markOf(usual, "ready"), markOf(usual, "done")];
	const wire = done.sent - ready.sent + done.received - ready.received;
	// in a heap that just holds it, a collection at every allocation shows nothing more
	if (what.part === "https") return { ...counted(ready, done, what.chip), wire };
	const live = await work({ ...what, bytes: 65536, run: { ...what.run, live: true } });
	const [start, peak] = [markOf(live, "start"), markOf(live, "done")];
	return {
		...counted(ready, done, what.chip),
		livePeak: peak.bytesPeak - inUse(start),
		livePeakHeap: peak.heapPeak - inHeap(start),
		livePeakNative: peak.nativePeak - start.native,
		wire,
	};
}

/** Builds and runs an app under these limits; the result where `count` of its lines say that a request ended well. */
async function fits(
	folder: string,
	count: number,
	config: Record<string, string>,
	creation: Record<string, unknown>,
): Promise<RunResult | undefined> {
	const app = await buildApp(folder, { variant: memoryVariant, config, extra: { creation } });
	const result = await runApp(app, { timeout: 60 });
	return result.code === 0 && result.stdout.filter(line => / bytes received$|"closed"/.test(line)).length === count
		? result
		: undefined;
}

/**
 * The smallest creation.static, in steps of 256 bytes, with which an app's requests work; with a stack that just holds.
 */
async function smallest(folder: string, count: number, config: Record<string, string>): Promise<Figures> {
	const ample = await fits(folder, count, config, { static: 65536 });
	let native = ample?.report?.memory.native.peak ?? 0;
	if (!ample) return { static: "the app does not work in 64 KB either" };
	const stack = Math.ceil(ample.report!.memory.stack.peak / 16 + 1) * 16;
	const step = 256;
	let low = 8192 / step;
	let high = 65536 / step;
	while (low + 1 < high) {
		const middle = (low + high) >> 1;
		const creation = {
			static: middle * step,
			stack,
			chunk: { initial: 512, incremental: 256 },
			heap: { initial: 128, incremental: 16 },
		};
		const fitted = await fits(folder, count, config, creation);
		if (fitted) [high, native] = [middle, fitted.report!.memory.native.peak];
		else low = middle;
	}
	return { static: high * step, stack, native };
}

/** What the demo's HTTPS GET needs, and two requests at once with records of 4 KB (tests/memory/pair). */
export async function smallestStatic(chain: Chain): Promise<Figures> {
	const identity = identityOf(chain, 2);
	const server = await startServer(identity, { ciphers, fragment: 4095, body: 8192 });
	try {
		const ca = identity.root.pem;
		const one = await smallest(projectRoot, 1, { url: `https://localhost:${server.port}/`, ca });
		const two = await smallest(join(projectRoot, "tests", "memory", "pair"), 2, { port: String(server.port), ca });
		const sum = ({ static: heap, native }: Figures): number | string =>
			typeof heap === "number" && typeof native === "number" ? heap + native : "-";
		return {
			static: one["static"]!,
			staticStack: one["stack"] ?? "-",
			staticNative: one["native"] ?? "-",
			staticSum: sum(one),
			staticTwo: two["static"]!,
			staticTwoNative: two["native"] ?? "-",
			staticTwoSum: sum(two),
		};
	} finally {
		await server.stop();
	}
}
