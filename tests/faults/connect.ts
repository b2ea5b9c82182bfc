/*
	Runs the client app of this folder against a server of the test's own, once for each script. All are in one run of
	the simulator. It pairs up what both sides saw.
*/

import { createServer, type Socket } from "node:net";
import { buildApp } from "../../host-sim/build/build.js";
import { runApp } from "../../host-sim/build/run.js";

/** What the client app prints for each connection. */
export interface ClientResult {
	readonly code: string;
	readonly message: string;
	readonly negotiated?: {
		readonly version: number;
		readonly suite: string;
		readonly group: number;
		readonly signature: number;
		readonly protocol?: string;
		readonly resumed: boolean;
		readonly earlyData: boolean;
		readonly extendedMasterSecret: boolean;
		readonly retried: boolean;
		readonly remoteAddress?: string;
		/** The names of version, group and signature scheme. */
		readonly names: readonly (string | undefined)[];
		/** In hexadecimal. */
		readonly certificate?: string;
		readonly subject: string;
	};
	/** The session that the connection gave, in hexadecimal. */
	readonly session?: string;
	/** How many it gave. */
	readonly sessions?: number;
	/** Keying material and the channel binding, in hexadecimal; why that or a KeyUpdate was refused. */
	readonly exported?: string[];
	readonly binding?: string;
	readonly refused?: string;
	readonly text: string;
	/** Bytes delivered, and of the longest record. */
	readonly length: number;
	readonly most: number;
	/** Metered steps of the longest turn of the event loop. */
	readonly turn: number;
	/** Bytes of the last certificate that was compressed. */
	readonly inflated?: number;
}

export interface ClientOptions {
	/** Folder of the app; this one's by default. */
	readonly app?: string;
	readonly variant?: string;
	/** PEM of what the client trusts; empty where that is a key only. */
	readonly ca: string;
	/** Name that the client asks for; "localhost" by default. */
	readonly host?: string;
	/** More of TLSClient's `secure`. */
	readonly secure?: object;
	/** An external key in hexadecimal, with the name by which the server finds it. */
	readonly psk?: {
		readonly identity: string;
		readonly key: string;
		readonly hash?: string;
		readonly maxEarlyData?: number;
		readonly cipherSuite?: string;
		readonly protocol?: string;
	};
	/** What it asks for; "/" by default. */
	readonly path?: string;
	/** A request in hexadecimal in place of one for HTTP. */
	readonly bytes?: string;
	/** Lines to send in place of a request, each when something has come of the one before. */
	readonly lines?: readonly string[];
	/** Bytes that the client reads at a time; all that is there by default. */
	readonly chunk?: number;
	/** The kind of buffer that it reads into; a new ArrayBuffer of each read's own by default. */
	readonly into?: "ArrayBuffer" | "Uint8Array" | "Uint16Array" | "DataView";
	/** The request goes out early, with so many spaces at its end that it has this many bytes. */
	readonly early?: number;
	/** Each connection offers the session that the one before gave, the first one this, in hexadecimal. */
	readonly session?: string;
	readonly timeout?: number;
	/** `creation.static`, in bytes; 65536 by default. */
	readonly memory?: number;
	/** A file for what was said on each connection (host-sim/trace). */
	readonly trace?: string;
	/** Bytes that TCP buffers each way; 5,744 by default. */
	readonly tcpBuffer?: number;
	/** More of the simulator's environment. */
	readonly env?: Readonly<Record<string, string>>;
	/** The device's clock when it starts, in seconds since 1970, or "unset". */
	readonly clock?: string;
	/** The client closes where its answer holds this; else it waits for the server to. */
	readonly until?: string;
	/** Words for "config.xs_tls"; with them the app has modules/optional/legacy. */
	readonly tls?: string;
	/** More of the app's "mc/config". */
	readonly config?: Readonly<Record<string, string>>;
	/** SHA-256 of public keys that are trusted, in hexadecimal, in place of `ca`. */
	readonly pins?: readonly string[];
	/** The app has modules/optional/rawkeys. */
	readonly withRawKeys?: boolean;
	/** Leaves modules/optional/legacy out nevertheless. */
	readonly withoutLegacy?: boolean;
	/** Folders of modules/optional that are off by default: the app has these manifests, too. */
	readonly optional?: readonly string[];
	/** Folders of modules/optional/without: the app has these manifests. */
	readonly without?: readonly string[];
}

const appFolder = "tests/faults";

/** Runs the app `runs` times against a port; throws with the simulator's words where it does not end well. */
export async function runClient(port: number, runs: number, options: ClientOptions): Promise<ClientResult[]> {
	const {
		app: folder = appFolder,
		variant = "native",
		ca,
		host = "localhost",
		secure = {},
		chunk = 0,
		early = 0,
		session,
		psk,
		timeout = 60,
		memory,
		env = {},
		clock,
		until,
		tls,
		withoutLegacy,
		without = [],
		optional = [],
		path,
		bytes,
		lines,
		into,
		trace,
		tcpBuffer,
	} = options;
	const config = {
		...options.config,
		port: String(port),
		runs: String(runs),
		ca,
		host,
		secure: JSON.stringify(secure),
		chunk: String(chunk),
		early: String(early),
		...(session === undefined ? {} : { sessions: "1", session }),
		...(psk ? { psk: JSON.stringify(psk) } : {}),
		...(tls === undefined ? {} : { xs_tls: tls }),
		...(until === undefined ? {} : { until }),
		...(path === undefined ? {} : { path }),
		...(bytes === undefined ? {} : { bytes }),
		...(lines ? { lines: JSON.stringify(lines) } : {}),
		...(into === undefined ? {} : { into }),
		...(options.pins ? { pins: options.pins.join(" ") } : {}),
	};
	/** The way from the app's folder to the project's. */
	const root = folder.replace(/[^/]+/g, "..");
	const include = [
		...(tls === undefined || withoutLegacy ? [] : ["legacy"]),
		...optional,
		...(options.withRawKeys ? ["rawkeys"] : []),
		...without.map(part => `without/${part}`),
	];
	const extra = {
		...(include.length ? { include: include.map(part => `${root}/modules/optional/${part}/manifest.json`) } : {}),
		...(memory === undefined ? {} : { creation: { static: memory } }),
	};
	const app = await buildApp(folder, { variant, config, extra });
	const { code, stdout, stderr } = await runApp(app, {
		timeout,
		env,
		...(clock === undefined ? {} : { clock }),
		...(trace === undefined ? {} : { trace }),
		...(tcpBuffer === undefined ? {} : { tcpBuffer }),
	});
	if (code !== 0)
		throw new Error(
			`the simulator ended with ${code} in connection ${stdout.length}: ${stderr}\n${stdout.slice(-2).join("\n")}`,
		);
	return stdout.filter(line => line.startsWith("{")).map(line => JSON.parse(line) as ClientResult);
}

/** One connection, from both sides. */
export interface Pair<Outcome> {
	readonly client: ClientResult;
	readonly server: Outcome;
}

/** Serves connection number i with `serve(socket, i)` and returns what came of each. */
export async function runPairs<Outcome>(
	runs: number,
	options: ClientOptions,
	serve: (socket: Socket, index: number) => Promise<Outcome>,
): Promise<Pair<Outcome>[]> {
	const outcomes: Promise<Outcome>[] = [];
	const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
		const outcome = serve(socket, outcomes.length);
		outcome.catch(() => socket.destroy());
		outcomes.push(outcome);
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	try {
		const { port } = server.address() as { port: number };
		const clients = await runClient(port, runs, options);
		if (clients.length !== runs || outcomes.length !== runs)
			throw new Error(
				`${runs} connections were to be made; ${clients.length} were reported, ${outcomes.length} reached the server: ${clients.at(-1)?.message}`,
			);
		const servers = await Promise.all(outcomes);
		return clients.map((client, i) => ({ client, server: servers[i]! }));
	} finally {
		server.close();
	}
}
