/*
	Ends in the way that config.end names.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import Timer from "timer";
import { Secret } from "tls/hardware/secret";
import { bytes, object } from "preloaded";

function writeBuffer(this: void, buffer: Uint8Array): void {
	return native("fault_writeBuffer").call(this, buffer);
}
function writeCode(this: void): void {
	return native("fault_writeCode").call(this);
}
function write(this: void, address: number): void {
	return native("fault_write").call(this, address);
}
function call(this: void): void {
	return native("fault_call").call(this);
}
function deepen(this: void, depth: number): number {
	return native("fault_deepen").call(this, depth);
}

let kept: unknown;

function fillSlots(): void {
	for (;;) kept = { kept };
}

function recurse(depth: number): number {
	return 1 + recurse(depth + 1);
}

/** Every level goes through C. */
function recurseInC(): void {
	const object = {
		toString(): string {
			return String(object);
		},
	};
	String(object);
}

/** Each takes 1 KB of the C heap, and little of JavaScript's. */
function fillNativeHeap(): void {
	const list: Secret[] = [];
	kept = list;
	for (;;) list.push(new Secret(1024));
}

/** Nothing listens there. */
function connect(): void {
	new TCP({
		address: "127.0.0.1",
		port: 1,
		onWritable() {
			trace("connected\n");
		},
		onError() {
			trace("no connection\n");
			this.close();
		},
	});
}

/** Two at a time are one too many for the serial line. */
function connectTwice(): void {
	connect();
	connect();
}

const ends: Record<string, () => unknown> = {
	normal() {
		object.a++;
		Timer.set(() => trace(`${object.a} ${deepen(8)}\n`), 20);
	},
	throw() {
		throw new RangeError("thrown on purpose");
	},
	reject() {
		Promise.reject(new Error("rejected on purpose"));
	},
	eval() {
		kept = eval("1 + 1");
	},
	chunks() {
		kept = new ArrayBuffer(100_000);
	},
	slots: fillSlots,
	stack() {
		recurse(0);
	},
	nativeStack: recurseInC,
	nativeStackInC() {
		deepen(1000);
	},
	nativeHeap: fillNativeHeap,
	connect,
	connectTwice,
	preloaded() {
		writeBuffer(bytes);
	},
	preloadedInScript() {
		bytes[0] = 9;
	},
	code: writeCode,
	null() {
		write(0);
	},
	outside() {
		write(0x81000000);
	},
	data: call,
};

ends[config.end]!();
