/* Prints what the engine is, by parts of the language that only newer ones have, and uses what lies in flash before and after collections. */

import Timer from "timer";
import { collect } from "simulator";
import * as flash from "preloaded";

const has = {
	toSorted: typeof [].toSorted === "function",
	withResolvers: typeof Promise.withResolvers === "function",
	groupBy: typeof Map.groupBy === "function",
	irandom: Number.isInteger(Math.irandom(5)),
	toBase64: Uint8Array.of(1, 2, 250).toBase64(),
	fromHex: Uint8Array.fromHex("00ff").length,
};

function use() {
	const counter = new flash.Counter().raise();
	return [flash.list.join(""), flash.table.get("key").value, flash.raise(), counter.value, [...new Set([1, 1, 2])].length];
}

const uses = [];
for (let i = 0; i < 3; i++) {
	uses.push(use());
	collect();
	new Array(200).fill("garbage").map((text, j) => ({ text: text + j }));
}

Timer.set(async () => {
	await null;
	trace(`${JSON.stringify({ has, uses, written: write() })}\n`);
}, 1);

/* A Map in flash is read-only. */
function write() {
	try {
		flash.table.set("other", 1);
		return "done";
	} catch (error) {
		return error.name;
	}
}
