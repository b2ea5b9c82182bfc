/*
	Ends in the way that config.end names.
*/

import config from "mc/config";
import Timer from "timer";
import { exit } from "simulator";
import * as flash from "flash";

/** Writes to the first byte, whatever the buffer says about that. */
function writeAnyway(this: void, buffer: Uint8Array): void {
	return native("test_writeAnyway").call(this, buffer);
}

let kept: unknown;

function fillSlots(): void {
	const list: object[] = [];
	kept = list;
	for (;;) list.push({ a: { b: {} } });
}

/** Takes no chunk. */
function fillSlotsOnly(): void {
	for (;;) kept = { kept };
}

function fillChunks(): void {
	kept = new ArrayBuffer(100_000);
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

function useKeys(): void {
	const object: Record<string, number> = {};
	for (let i = 0; ; i++) object[`key${i}`] = i;
}

class CustomError extends Error {}

const ends: Record<string, () => unknown> = {
	normal() {
		trace("done\n");
	},
	exit() {
		exit(Number(config.code));
	},
	exitFromTimer() {
		Timer.set(() => exit(7), 1);
		Timer.repeat(() => {}, 10_000);
	},
	throw() {
		throw new CustomError("thrown on purpose");
	},
	throwCause() {
		throw new Error("outer", { cause: new RangeError("inner") });
	},
	throwString() {
		throw "just text";
	},
	throwFromTimer() {
		Timer.set(() => {
			throw new TypeError("in a timer");
		});
	},
	reject() {
		Promise.reject(new Error("rejected on purpose"));
	},
	rejectAsync() {
		return (async () => {
			await undefined;
			throw new Error("rejected later");
		})();
	},
	handledRejection() {
		Promise.reject(new Error("handled")).catch(() => trace("caught\n"));
	},
	slots: fillSlots,
	slotsOnly: fillSlotsOnly,
	chunks: fillChunks,
	stack() {
		recurse(0);
	},
	caughtStack() {
		try {
			recurse(0);
		} catch {
			trace("caught\n");
		}
	},
	nativeStack: recurseInC,
	keys: useKeys,
	work() {
		for (;;) kept = 1;
	},
	wait() {
		Timer.repeat(() => {}, 1000);
	},
	flashInC() {
		writeAnyway(flash.bytes);
	},
	flashBytes() {
		flash.bytes[0] = 9;
	},
	flashList() {
		flash.list[0] = 9;
		trace(`${flash.list}\n`);
	},
	flashMap() {
		flash.map.set("b", 2);
	},
	flashObject() {
		flash.object.a = 9;
		trace(`${flash.object.a}\n`);
	},
	flashNewMember() {
		flash.object.b = 9;
		trace(`${flash.object.b}\n`);
	},
	flashCounter() {
		trace(`${flash.count()} ${flash.count()}\n`);
	},
};

ends[config.end]!();
