/*
	A device whose TCP class is broken. config.faults is a list of names in JSON, each for a connection of its own, one
	after the other. For each it says in a line of JSON how the connection ended.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import Timer from "timer";
import { TLSClient } from "tls/client";
import type { TLSError } from "tls/errors";

/** Milliseconds until the app closes, where nothing else ends the connection. */
const PATIENCE_MS = 3000;

type Report = (count?: unknown) => void;

/** What a TCP class may say in place of a number of bytes: all of it means none. */
const oddCounts: readonly unknown[] = [NaN, -5, 0, undefined, null, "x", {}, -Infinity, 2 ** 31];

const request = ArrayBuffer.fromString("GET / HTTP/1.1\r\n\r\n");

function run(fault: string, done: () => void): void {
	let client: TLSClient | undefined,
		text = "",
		isOver = false,
		isSent = false,
		reads = 0,
		writes = 0;
	const caught: string[] = [],
		denied: string[] = [];

	/** Calls what an engine's callback throws into. */
	function guarded(body: () => void): void {
		try {
			body();
		} catch (error) {
			caught.push(String(error));
		}
	}

	function end(code: string, message: string): void {
		if (isOver) return;
		isOver = true;
		Timer.clear(watch);
		Timer.set(() => {
			trace(`${JSON.stringify({ fault, code, message, text, caught, inside: denied })}\n`);
			done();
		}, 60);
	}
	/** From inside of a method of TCP's. */
	function closeInside(): void {
		client!.close();
		Timer.set(() => end("closed", ""));
	}

	function attempt(body: () => void): void {
		try {
			body();
		} catch (error) {
			denied.push(String(error));
		}
	}
	const watch = Timer.set(() => {
		client?.close();
		end("", "");
	}, PATIENCE_MS);

	class Broken {
		readonly #tcp: TCP;
		/** Bytes that wait in it. */
		#left = 0;
		readonly #report: Record<"onReadable" | "onWritable" | "onError", Report>;

		constructor(options: any) {
			const { onReadable, onWritable, onError, target, ...rest } = options;
			(this as any).target = target;
			const bound =
				(f: Report): Report =>
				(...values) =>
					guarded(() => f.apply(this, values as []));
			this.#report = { onReadable: bound(onReadable), onWritable: bound(onWritable), onError: bound(onError) };
			if (fault === "calls back from its constructor") {
				this.#report.onWritable(5000);
				this.#report.onReadable(0);
			}
			this.#tcp = new TCP({
				...rest,
				onReadable: (count: number) => this.#pass("onReadable", count),
				onWritable: (count: number) => this.#pass("onWritable", count),
				onError: () => this.#report.onError(),
			});
			if (fault === "has no read") (this as any).read = undefined;
			if (fault === "has no write") (this as any).write = undefined;
		}

		#pass(name: "onReadable" | "onWritable", count: number): void {
			if (fault === "reports odd counts") for (const odd of oddCounts) this.#report[name](odd);
			if (name === "onReadable") this.#left = count;
			this.#report[name](fault === "reports strings" ? String(count) : count);
		}

		get remoteAddress(): string {
			if (fault === "has no address") throw new Error("no address");
			return "127.0.0.1";
		}

		read(buffer: Uint8Array): unknown {
			const nth = ++reads;
			if (fault === `closes in read ${nth}`) closeInside();
			if (fault === "reads in read" && isSent) client!.read();
			if (fault === `shrinks the buffer of read ${nth}`) {
				(buffer.buffer as ArrayBuffer).transfer?.(0);
				return buffer.length;
			}
			if (fault === `reads less ${nth}`) return this.#tcp.read(buffer.subarray(1));
			const count = this.#tcp.read(buffer);
			this.#left -= buffer.length;
			if (fault === "reports in read") this.#report.onReadable(this.#left);
			return fault === "says nothing" ? undefined : count;
		}

		write(buffer: Uint8Array): unknown {
			const nth = ++writes;
			if (fault === `closes in write ${nth}`) closeInside();
			if (fault === "writes in write" && isSent) attempt(() => client!.write(ArrayBuffer.fromString("more")));
			if (fault === "ends in write" && isSent) attempt(() => client!.end());
			if (fault === "asks for a key in write" && isSent) attempt(() => client!.requestKeyUpdate());
			const result = this.#tcp.write(buffer);
			if (fault === `takes the buffer of write ${nth}`) (buffer.buffer as ArrayBuffer).transfer?.(0);
			if (fault === "reports in write") this.#report.onWritable(5000);
			return result;
		}

		close(): void {
			this.#tcp.close();
			if (fault === "delivers after close" || fault === "delivers in close") {
				const deliver = (): void => {
					this.#report.onReadable(500);
					this.#report.onWritable(500);
					this.#report.onError();
					this.#report.onReadable(1);
				};
				if (fault === "delivers in close") deliver();
				else Timer.set(deliver, 10);
			}
		}
	}

	try {
		client = new TLSClient({
			host: "localhost",
			address: "127.0.0.1",
			port: Number(config.port),
			TCP: { io: Broken as never },
			secure: { certificate: config.ca, ...JSON.parse(config.secure) },
			onWritable(count) {
				if (isOver) caught.push("onWritable after the end");
				if (isSent || count < request.byteLength) return;
				isSent = true;
				const self = this;
				if (fault === "closes in a getter") {
					const options = {
						get more() {
							closeInside();
							return false;
						},
					};
					attempt(() => this.write(request, options));
				} else if (fault === "writes in a getter") {
					const options = {
						get byteLength() {
							self.write(ArrayBuffer.fromString("more "));
							return 1e9;
						},
					};
					const left = this.write(request, options);
					if (left !== count - request.byteLength - 5) caught.push(`${left} bytes are left of ${count}`);
				} else this.write(request);
			},
			onReadable() {
				if (isOver) caught.push("onReadable after the end");
				const bytes = this.read() as ArrayBuffer | undefined;
				if (bytes) text += String.fromArrayBuffer(bytes);
				if (fault === "delivers after close" || fault === "delivers in close") {
					this.close();
					end("closed", "");
				}
			},
			onError(error: TLSError) {
				end(error.code, error.message);
			},
		});
	} catch (error) {
		end((error as TLSError).code ?? "thrown", String(error));
	}
}

const faults = JSON.parse(config.faults) as string[];
function next(): void {
	const fault = faults.shift();
	if (fault !== undefined) run(fault, next);
}
next();
