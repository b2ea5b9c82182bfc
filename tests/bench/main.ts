/*
	The device in measurements: does one piece of work, config.part, with a server at config.port, and marks where it
	begins and ends. All that the app itself needs exists before the first mark. A connection that fails is reported in
	a line of JSON.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import Timer from "timer";
import { TLSClient } from "tls/client";
import type { TLSClientOptions } from "tls/client";
import type { TLSError } from "tls/errors";
import { KeyShare } from "tls/hardware/agree";
import { readPEM } from "tls/x509/pem";
import { trustCertificates } from "tls/trust";
import { collect, mark } from "simulator";

/** The group of RFC 8446 section 4.2.7. */
const SECP256R1 = 23;
/** Milliseconds for what a server sends after the handshake, such as tickets. */
const SETTLE = 500;

const total = Number(config.bytes);
const buffer = new Uint8Array(1024);
const options: TLSClientOptions = {
	host: "localhost",
	address: "127.0.0.1",
	port: Number(config.port),
	TCP: { io: TCP },
	secure: {
		// DER, as an app has it in a resource; or a store, which is there before the first mark, as one in flash is
		...(config.trust === "store"
			? { roots: trustCertificates([config.ca]) }
			: { certificate: readPEM(config.ca, "CERTIFICATE") }),
		// records of any length are measured; whole requests go by what memory allows
		...(config.part === "get" || config.part === "together" ? {} : { recordSizeLimit: 16385 }),
		...JSON.parse(config.secure),
	},
	onError(error: TLSError) {
		trace(`${JSON.stringify({ code: error.code, message: error.message })}\n`);
	},
};

/**
 * PSA Crypto takes memory at its first use and keeps it for the app's life: tables of key slots. On a device Wi-Fi has
 * used it before.
 */
function useCryptoOnce(): void {
	settle("first");
	new KeyShare(SECP256R1).close();
}

/** Marks what is truly in use. */
function settle(name: string): void {
	collect();
	mark(name);
}

function start(): TLSClient | undefined {
	try {
		return new TLSClient(options);
	} catch (error) {
		options.onError!.call(undefined as never, error as TLSError);
	}
}

let client: TLSClient | undefined;

function closed(): void {
	settle("closed");
}

function idle(): void {
	settle("idle");
	client!.close();
	client = undefined;
	Timer.set(closed, 20);
}

/** A handshake, an idle connection, its end. */
function handshake(): void {
	let isOpen = false;
	options.onWritable = () => {
		if (isOpen) return;
		isOpen = true;
		mark("handshake");
		Timer.set(idle, SETTLE);
	};
	settle("start");
	client = start();
}

/** A handshake that goes on with the session of one before it. */
function resume(): void {
	options.secure.onSession = session => {
		options.secure.session = session;
	};
	options.secure.onHandshake = () =>
		Timer.set(() => {
			first!.close();
			first = undefined;
			delete options.secure.onSession;
			delete options.secure.onHandshake;
			Timer.set(handshake, 20);
		}, SETTLE);
	let first = start();
}

/** Asks for `total` bytes and reads them through a buffer of 1 KB. */
function receive(): void {
	const request = ArrayBuffer.fromString(`R ${total}\n`);
	let isSent = false;
	let received = 0;
	options.onWritable = function () {
		if (isSent) return;
		isSent = true;
		// by then tickets have been read
		Timer.set(() => {
			settle("ready");
			this.write(request);
		}, SETTLE);
	};
	options.onReadable = function () {
		for (let count; (count = this.read(buffer) as number | undefined) !== undefined; ) received += count;
		if (received !== total) return;
		mark("done");
		this.close();
	};
	settle("start");
	start();
}

/** The same over TCP alone, which is what any transfer costs. */
function plain(): void {
	const request = ArrayBuffer.fromString(`R ${total}\n`);
	// TCP fills a buffer whole: its length is that of what is there
	const most = buffer.length;
	const piece = new Uint8Array(new ArrayBuffer(most, { maxByteLength: most }));
	let isSent = false;
	let received = 0;
	settle("start");
	new TCP({
		address: "127.0.0.1",
		port: options.port!,
		onWritable() {
			if (isSent) return;
			isSent = true;
			settle("ready");
			this.write(request);
		},
		onReadable(count: number) {
			received += count;
			for (; count > 0; count -= piece.length) {
				if (count < piece.length || piece.length < most) piece.buffer.resize(Math.min(count, most));
				this.read(piece);
			}
			if (received !== total) return;
			mark("done");
			this.close();
		},
	});
}

/** Sends `total` bytes, 1 KB at a time, and waits for the server's word that it has them. */
function send(): void {
	let left = total;
	let isReady = false;
	options.onWritable = function (count: number) {
		if (!isReady) {
			isReady = true;
			Timer.set(() => {
				settle("ready");
				left -= 16;
				this.write(ArrayBuffer.fromString(`S ${String(total).padStart(13)}\n`));
			}, SETTLE);
			return;
		}
		try {
			while (left < total && left > 0 && count >= buffer.length) {
				const piece = left < buffer.length ? buffer.subarray(0, left) : buffer;
				count = this.write(piece);
				left -= piece.length;
			}
		} catch {
			// onError is called, too
		}
	};
	options.onReadable = function () {
		mark("done");
		this.close();
	};
	settle("start");
	start();
}

/** `times` HTTPS requests: one after the other, or all at once. */
function get(times: number, isTogether: boolean): void {
	const request = ArrayBuffer.fromString("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
	let left = times;
	const next = (): void => {
		const state = { isSent: false, received: 0 };
		new TLSClient({
			...options,
			onWritable() {
				if (state.isSent) return;
				state.isSent = true;
				this.write(request);
			},
			onReadable() {
				for (let count; (count = this.read(buffer) as number | undefined) !== undefined; ) state.received += count;
			},
			onError(error: TLSError) {
				trace(`${JSON.stringify({ code: error.code, message: error.message, received: state.received })}\n`);
				left--;
				if (isTogether) return;
				Timer.set(() => {
					settle("request");
					if (left) next();
				});
			},
		});
	};
	settle("start");
	if (!isTogether) next();
	else for (let i = 0; i < times; i++) next();
}

/** A handshake beside a timer that fires at every turn of the loop, with a mark each time. */
function ticks(): void {
	let isDone = false;
	const tick = (): void => {
		mark("tick");
		if (!isDone) Timer.set(tick, 0);
	};
	options.secure.onHandshake = () => {
		isDone = true;
		mark("handshake");
		client!.close();
	};
	mark("start");
	const client = start();
	Timer.set(tick, 0);
}

function run(): void {
	useCryptoOnce();
	switch (config.part) {
		case "handshake":
			handshake();
			break;
		case "resume":
			resume();
			break;
		case "receive":
			receive();
			break;
		case "plain":
			plain();
			break;
		case "send":
			send();
			break;
		case "get":
			get(Number(config.times), false);
			break;
		case "together":
			get(Number(config.times), true);
			break;
		case "ticks":
			ticks();
			break;
		case "nothing":
			break;
		default:
			throw new Error(`config.part: there is no "${config.part}"`);
	}
}

// what the module holds stays to the end, so that no figure is smaller for its being dropped on the way
Object.assign(globalThis, { bench: [run, config] });
// from the loop: by then nothing of the module's own start is left
Timer.set(run, 1);
