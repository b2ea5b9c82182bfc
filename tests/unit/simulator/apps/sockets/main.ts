/*
	The TCP class and the resolver, against the servers of sockets.test.ts on config.port. Prints what happened in a
	line of JSON.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import Timer from "timer";
import { collect } from "simulator";
import { events, finish, message, refused } from "./events";
import { families, names } from "./names";

const port = Number(config.port);
const address = "127.0.0.1";
/** Sends a line, gets it back, closes. `this` and `target` are as they should be. */
function echo(): void {
	const target = {};
	const socket = new TCP({
		host: "not looked up",
		address,
		port,
		target,
		nodelay: true,
		onWritable(count) {
			if (events.length > 2) return;
			events.push(this === socket, this.target === target, count >= 1024, this.remoteAddress, this.remotePort === port);
			const left = this.write(ArrayBuffer.fromString("hello"));
			events.push(count - left);
			socket.write(Uint8Array.of(33, 10, 0).subarray(0, 2));
		},
		onReadable(count) {
			events.push(String.fromArrayBuffer(this.read()), count);
			events.push(typeof this.read());
			this.close();
			this.close();
			refused(() => this.read());
			refused(() => this.write(new ArrayBuffer(1)));
			Timer.set(finish, 20);
		},
		onError() {
			events.push("error");
		},
	});
	events.push(socket.remoteAddress === address && socket.remotePort === port);
	message(() => socket.write(new ArrayBuffer(1)));
}

/** The server sends "abcdefgh" and closes. Each way of reading; the end is reported when all is read. */
function reading(): void {
	let calls = 0;
	new TCP({
		address,
		port,
		onReadable(count) {
			if (++calls > 1) events.push("called twice");
			const buffer = new Uint8Array(3);
			events.push(count, this.format);
			refused(() => this.read(0));
			refused(() => this.read(count + 1));
			refused(() => this.read(new ArrayBuffer(count + 1)));
			refused(() => {
				this.format = "string" as never;
			});
			events.push(this.read(buffer), String.fromArrayBuffer(buffer.buffer as ArrayBuffer));
			events.push(String.fromArrayBuffer(this.read(2)));
			this.format = "number";
			events.push(this.read(), this.format);
			Timer.set(() => {
				events.push("later");
				this.format = "buffer";
				events.push((this.read() as ArrayBuffer).byteLength);
			}, 50);
		},
		onError() {
			events.push("end", this.read() === undefined);
			message(() => this.write(new ArrayBuffer(1)));
			this.close();
			finish();
		},
	});
}

function writingNumbers(): void {
	new TCP({
		address,
		port,
		format: "number",
		onWritable(count) {
			if (events.length > 0) return;
			events.push(this.format, count - this.write(0x68), count - this.write(0x69));
			this.write(10);
		},
		onReadable(count) {
			while (count--) events.push(this.read());
			this.close();
			finish();
		},
	});
}

/** 300,000 bytes to a server that takes its time: never more than there is room for. */
function upload(): void {
	const total = 300_000;
	let sent = 0;
	let calls = 0;
	const chunk = new Uint8Array(2000);
	new TCP({
		address,
		port,
		onWritable(count) {
			calls++;
			refused(() => this.write(new Uint8Array(count + 1)));
			if (events.length > 1) events.length = 1;
			while (count > 0 && sent < total) {
				const size = Math.min(count, chunk.length, total - sent);
				for (let i = 0; i < size; i++) chunk[i] = sent + i;
				count = this.write(chunk.subarray(0, size));
				sent += size;
			}
		},
		onReadable() {
			events.push(calls > 40, String.fromArrayBuffer(this.read()));
			this.close();
			finish();
		},
	});
}

/** 300,000 bytes from a server that sends them at once, read in small pieces with pauses. */
function download(): void {
	let received = 0;
	let isRight = true;
	let most = 0;
	const socket = new TCP({
		address,
		port,
		onReadable(count) {
			most = Math.max(most, count);
		},
		onError() {
			Timer.clear(timer);
			events.push(received, isRight, most);
			this.close();
			finish();
		},
	});
	const timer = Timer.repeat(() => {
		for (let i = 0; i < 7; i++) {
			const bytes = new Uint8Array(i < 3 ? (socket.read(1) ?? 0) : (socket.read() ?? 0));
			for (const byte of bytes) isRight &&= byte === (received++ & 0xff);
		}
	}, 1);
}

/** Ends with an error, before anything or after it was connected. */
function failing(): void {
	new TCP({
		address,
		port,
		onWritable() {
			events.push("connected");
		},
		onError() {
			events.push("error", this.remoteAddress, this.remotePort === port);
			this.close();
			finish();
		},
	});
}

/** What is written just before close is sent. */
function writeAndClose(): void {
	new TCP({
		address,
		port,
		onWritable(count) {
			this.write(new Uint8Array(count).fill(7));
			this.close();
			events.push(count);
			finish();
		},
	});
}

/** Nobody holds the socket; it lives until it is closed. */
function unheld(): void {
	const make = (): void => {
		new TCP({
			address,
			port,
			onReadable() {
				events.push(String.fromArrayBuffer(this.read()));
				this.close();
				finish();
			},
		});
	};
	make();
	collect();
	Timer.set(collect, 5);
}

function wrongOptions(): void {
	const usual = { address, port: 1 };
	const closed = new TCP(usual);
	closed.close();
	const wrong: object[] = [
		{ port: 1 },
		{ port: 1, host: "localhost" },
		{ port: 1, address: "localhost" },
		{ address },
		{ ...usual, port: 70_000 },
		{ ...usual, port: -1 },
		{ ...usual, format: "string" },
		{ ...usual, onReadable: 5 },
		{ ...usual, from: {} },
		{ from: closed },
	];
	for (const options of wrong) refused(() => new TCP(options as never));
	for (const options of wrong.slice(0, 3)) message(() => new TCP(options as never));
	// as the SDK has it, these are not errors
	for (const options of [{ format: "" }, { onReadable: null }, { port: 0 }])
		new TCP({ ...usual, ...options } as never).close();
	finish();
}

/**
 * What a socket takes over with `from` is the connection, with what has arrived; the old object is closed, and none of
 * its callbacks comes.
 */
function takingOver(): void {
	const old = new TCP({
		address,
		port,
		onWritable(count) {
			if (events.length) return;
			events.push(`${count}`);
			this.write(ArrayBuffer.fromString("first "));
		},
		onReadable(count) {
			events.push(`old can read ${count}`);
			const taken = new TCP({
				from: this,
				nodelay: true,
				onReadable(more) {
					events.push(`new can read ${more}`, String.fromArrayBuffer(this.read()));
					if (events.length > 8) {
						this.close();
						finish();
					}
				},
				onWritable(room) {
					if (events.includes("writable")) return;
					events.push("writable");
					if (room > 0) this.write(ArrayBuffer.fromString("second"));
				},
			});
			events.push(taken.remoteAddress === address);
			refused(() => old.read());
			refused(() => new TCP({ from: old }));
		},
	});
}

/** Taken over before it is connected: the new object gets the events. */
function takingOverEarly(): void {
	const old = new TCP({
		address,
		port,
		onWritable() {
			events.push("old");
		},
	});
	new TCP({
		from: old,
		onWritable() {
			events.push("new");
			this.close();
			finish();
		},
	});
}

/** What there is room for at first. */
function room(): void {
	new TCP({
		address,
		port,
		onWritable(count) {
			events.push(count);
			message(() => this.write(new Uint8Array(count + 1)));
			for (let i = 0; i < 4; i++) this.write(new Uint8Array(count / 4));
			message(() => this.write(Uint8Array.of(1)));
			this.close();
			finish();
		},
	});
}

function closeAtOnce(): void {
	new TCP({
		address,
		port,
		onWritable() {
			events.push("called");
		},
		onError() {
			events.push("called");
		},
	}).close();
	Timer.set(finish, 50);
}

/** A socket with each value of `nodelay`, and one that takes a connection over. */
function nodelay(): void {
	const usual = { address, port };
	new TCP({ ...usual, nodelay: true }).close();
	new TCP({ ...usual, nodelay: false }).close();
	new TCP(usual).close();
	const from = new TCP(usual);
	new TCP({ from, nodelay: false } as never).close();
	finish();
}

const parts: Record<string, () => void> = {
	nodelay,
	families,
	reading,
	writingNumbers,
	upload,
	download,
	writeAndClose,
	unheld,
	wrongOptions,
	names,
	closeAtOnce,
	echo,
	failing,
	takingOver,
	takingOverEarly,
	room,
};
parts[config.part]!();
