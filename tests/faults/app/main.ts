/*
	An app that misbehaves, and a TCP class that does. config.scenarios is a list of JSON, each a connection of its own,
	one after the other. For each it says in a line of JSON what happened.
*/

import config from "mc/config";
import Timer from "timer";
import { TLSClient } from "tls/client";
import type { TLSError } from "tls/errors";
import type { Scenario, Writing } from "./scenario";
import { accelerate, accelerators, failNative, longestTurn, memory } from "simulator";
import { makeTCP } from "./faulty";

const pattern = new Uint8Array(8448).map((_, i) => i & 0xff);

const scenarios = JSON.parse(config.scenarios) as Scenario[];
const request = ArrayBuffer.fromString("GET / HTTP/1.1\r\n\r\n");

/** Calls of the client's methods that are at work: none may call back. */
let inside = 0;

function call<Value>(body: () => Value): Value {
	inside++;
	try {
		return body();
	} finally {
		inside--;
	}
}

/** How a call ends, in words. */
function attempt(body: () => unknown): string {
	try {
		const result = call(body);
		return result instanceof ArrayBuffer ? `${result.byteLength} bytes` : String(result);
	} catch (e) {
		return `${(e as Error).name} ${(e as TLSError).code ?? ""}: ${(e as Error).message}`;
	}
}

function run(scenario: Scenario, done: () => void): void {
	const {
		callback: chosen,
		nth = 1,
		does,
		tcp: fault,
		tcpNth = 1,
		sizes,
		secure: more = {},
		patience = 2000,
		fails,
		settle = 150,
	} = scenario;
	const log: string[] = [],
		wrong: string[] = [];
	const counts: Record<string, number> = {};
	let client: TLSClient | undefined,
		text = "",
		code = "",
		message = "",
		promised = 0,
		isSent = false,
		isOver = false;
	const started = Date.now();
	const before = Object.fromEntries(accelerators().map(({ name, calls: count }) => [name, count]));
	let time = 0;

	/** A callback was called. */
	function act(name: string, self: unknown): void {
		const count = (counts[name] = (counts[name] ?? 0) + 1);
		if (client && self !== client) wrong.push(name);
		if (isOver) wrong.push(`${name} after the end`);
		if (inside) wrong.push(`${name} from inside`);
		if (name !== chosen || count !== nth) return;
		log.push(`${name} ${does}`);
		switch (does) {
			case "throw":
				throw new Error(`app in ${name}`);
			case "close":
				call(() => client?.close());
				if (client) isOver = true;
				break;
			case "close and go on": {
				const used = client!;
				call(() => used.close());
				isOver = true;
				for (const method of ["write", "read", "end", "requestKeyUpdate", "channelBinding", "close"] as const)
					log.push(`${method}: ${attempt(() => (method === "write" ? used.write(request) : used[method]()))}`);
				break;
			}
			case "read":
				log.push(attempt(() => client?.read()));
				break;
			case "write":
				log.push(attempt(() => client?.write(request)));
				break;
			default:
		}
	}

	function end(): void {
		isOver = true;
		Timer.set(() => {
			failNative(0);
			const { keySlots, nativeBytes } = memory();
			const used = Object.fromEntries(
				accelerators().map(({ name, calls: count }) => [name, count - (before[name] ?? 0)]),
			);
			// out of reach of the connections that follow
			if (fails && fails[0] !== "native") accelerate("late", fails[0], 1000000);
			trace(
				`${JSON.stringify({ code, message, text, log, wrong, counts, promised, time, keySlots, nativeBytes, used, turn: longestTurn() })}\n`,
			);
			done();
		}, settle);
	}

	const watch = Timer.set(() => {
		client?.close();
		if (!isOver || !code) end();
	}, patience);

	function useUp(count: number, self: TLSClient): void {
		promised = count;
		for (let left = count, i = 0; left > 0; i++) {
			const size = Math.min(left, sizes![i % sizes!.length]!);
			call(() => self.write(new ArrayBuffer(size)));
			left -= size;
		}
		log.push(attempt(() => self.write(new ArrayBuffer(SPARE))));
		self.close();
		code = "closed";
		Timer.clear(watch);
		end();
	}

	let written = 0;

	/** The next bytes of what the server must get: each is one more than the one before. */
	function nextBytes(size: number): Uint8Array {
		const start = written & 0xff;
		written += size;
		return pattern.subarray(start, start + size);
	}

	function writeAll(self: TLSClient, list: readonly Writing[], count: number): void {
		let left = count;
		for (const { size, more, byteLength } of list) {
			if (size === -2) {
				log.push(attempt(() => self.write("text" as never, { more: true })));
				continue;
			}
			const length = size < 0 ? left : size,
				bytes = nextBytes(length);
			if (scenario.format === "number") for (const byte of bytes) call(() => self.write(byte, { more: more ?? false }));
			else {
				const options = more === undefined ? undefined : { more, ...(byteLength ? { byteLength } : {}) };
				left = call(() => self.write(bytes, options));
			}
		}
		promised = count;
		if (scenario.closes && list.length) call(() => self.close());
	}

	function writePart(self: TLSClient, count: number): void {
		const left = scenario.total! - written,
			size = Math.min(left, count);
		if (size < 5) return;
		call(() => self.write(nextBytes(4), { more: true, byteLength: size }));
		call(() => self.write(nextBytes(size - 4)));
	}

	function tryArguments(self: TLSClient, count: number): void {
		const view = new DataView(new ArrayBuffer(4), 1, 2);
		for (const value of ["text", 5, true, undefined, null, {}, [71, 69], new ArrayBuffer(count + 1), () => 0])
			log.push(attempt(() => self.write(value as ArrayBuffer)));
		for (const value of [new ArrayBuffer(0), view, new Uint16Array(2)]) self.write(value);
		for (const value of ["2", null, {}, 0, -1, 1.5]) log.push(attempt(() => self.read(value as number)));
	}

	/** More than any promise of the simulator's TCP. */
	const SPARE = 60000;
	const options = {
		host: "localhost",
		address: "127.0.0.1",
		port: Number(config.port),
		format: scenario.format ?? "buffer",
		TCP: { io: makeTCP({ fault, nth: tcpNth, log, wrong }) },
		secure: {
			certificate: config.ca,
			onHandshake() {
				act("onHandshake", this);
			},
			onSession() {
				act("onSession", this);
			},
			...(chosen === "now" || chosen === "every"
				? {
						now() {
							act("now", this);
							return 0;
						},
					}
				: {}),
			...(chosen === "clock" || chosen === "every"
				? {
						clock() {
							act("clock", this);
							return Date.now() / 1000;
						},
					}
				: {}),
			...(chosen === "sign"
				? {
						clientCertificates: config.client,
						sign() {
							act("sign", this);
							return new Uint8Array(64);
						},
					}
				: {}),
			...JSON.parse(config.secure),
			...more,
		},
		onWritable(this: TLSClient, count: number) {
			act("onWritable", this);
			if (isOver) return;
			if (scenario.total) {
				writePart(this, count);
				return;
			}
			if (isSent) return;
			isSent = true;
			if (scenario.writes) {
				const late = scenario.writes.filter(one => one.late);
				writeAll(
					this,
					scenario.writes.filter(one => !one.late),
					count,
				);
				if (late.length) Timer.set(() => writeAll(this, late, count), 50);
				return;
			}
			if (sizes) {
				useUp(count, this);
				return;
			}
			if (scenario.arguments) tryArguments(this, count);
			if (scenario.format === "number") for (const byte of new Uint8Array(request)) call(() => this.write(byte));
			else log.push(attempt(() => this.write(request)));
			if (!scenario.ends) return;
			call(() => this.end());
			call(() => this.end());
			log.push(attempt(() => this.write(request)));
		},
		onReadable(this: TLSClient, count: number) {
			if (does === "throw before reading" && chosen === "onReadable" && !counts["onReadable"]) {
				Timer.set(() => {
					text += String.fromArrayBuffer(client!.read() as ArrayBuffer);
				}, 100);
				counts["onReadable"] = 1;
				throw new Error("app in onReadable");
			}
			if (scenario.late) {
				Timer.set(() => {
					if (isOver) return;
					text += String.fromArrayBuffer(this.read() as ArrayBuffer);
					log.push(attempt(() => this.write(request)));
				}, scenario.late);
				return;
			}
			if (scenario.format === "number")
				while (count-- > 0) text += String.fromCharCode(this.read() as unknown as number);
			else text += String.fromArrayBuffer(this.read() as ArrayBuffer);
			act("onReadable", this);
		},
		onError(this: TLSClient, error: TLSError) {
			({ code, message } = error);
			time = Date.now() - started;
			act("onError", this);
			for (const method of ["write", "read", "close"] as const)
				log.push(attempt(() => (method === "write" ? this.write(request) : this[method]())));
			Timer.clear(watch);
			end();
		},
	};
	if (scenario.isDeaf) Reflect.deleteProperty(options, "onError");
	if (fails && fails[0] !== "native") accelerate(fails[1] < 0 ? "memory" : "fail", fails[0], Math.abs(fails[1]));
	try {
		if (fails?.[0] === "native") failNative(fails[1]);
		client = new TLSClient(options as never);
		// reading the options is not counted: they are the app's
		Timer.set(() => void longestTurn());
	} catch (e) {
		({ code = "thrown", message } = e as TLSError);
		Timer.clear(watch);
		end();
	}
}

function next(): void {
	const scenario = scenarios.shift();
	if (scenario) run(scenario, next);
}
next();
