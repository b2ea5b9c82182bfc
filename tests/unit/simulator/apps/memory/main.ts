/*
	What the simulator says about memory and work. Prints a line of JSON.
*/

import config from "mc/config";
import Resource from "Resource";
import { collect, environment, memory, meter, resetPeaks, type Memory } from "simulator";

/** `size` bytes of native memory. */
class Block extends Native("test_block_destructor") {
	constructor(size: number) {
		super();
		native("test_block").call(this, size);
	}
}

/** How much each figure has grown. */
function growth(before: Memory, after: Memory): Record<string, number> {
	const result: Record<string, number> = {};
	for (const [name, value] of Object.entries(after)) result[name] = value - before[name as keyof Memory];
	return result;
}

function use(): object {
	collect();
	resetPeaks();
	const before = memory();
	const kept = new ArrayBuffer(2000);
	const during = memory();
	return { before, grown: growth(before, during), length: kept.byteLength };
}

/** Garbage of 40 KB: more than the arena has. */
function garbage(): object {
	collect();
	resetPeaks();
	const before = memory();
	for (let i = 0; i < 40; i++) new ArrayBuffer(1000);
	return { grown: growth(before, memory()), peak: memory().chunksPeak - before.chunks };
}

function nativeBlocks(): object {
	resetPeaks();
	const before = memory();
	let block: Block | undefined = new Block(3000);
	const during = memory();
	block = undefined;
	collect();
	const after = memory();
	return { during: growth(before, during), after: growth(before, after), block };
}

function work(): object {
	let sum = 0;
	const start = meter();
	for (let i = 0; i < 1000; i++) sum += `${i}`.length;
	return { sum, meter: meter() - start };
}

function resource(): object {
	const content = new Resource("bytes.bin");
	const before = memory().chunks;
	const view = new Uint8Array(content as unknown as ArrayBuffer);
	const grown = memory().chunks - before;
	const results: unknown[] = [
		grown,
		content.byteLength,
		view[7],
		Resource.exists("bytes.bin"),
		Resource.exists("none.bin"),
	];
	results.push(
		[...new Uint8Array(content.slice(250))],
		content.slice(10, 20).byteLength,
		content.slice(10, 20, false).byteLength,
	);
	results.push(new Uint8Array(content.slice(10, 20, false) as unknown as ArrayBuffer)[0]);
	for (const wrong of [
		() => new Resource("none.bin"),
		() => {
			view[0] = 1;
		},
	]) {
		try {
			wrong();
			results.push("not refused");
		} catch (error) {
			results.push((error as Error).name);
		}
	}
	return results;
}

/** `big` is imported at run time: how much it takes depends on whether it is preloaded. */
async function big(): Promise<object> {
	collect();
	const before = memory();
	const { table } = await import("big");
	collect();
	const { chunks, slots } = growth(before, memory());
	return { bytes: chunks! + slots! * before.slotSize, last: { ...table[39] } };
}

const parts: Record<string, () => object | Promise<object>> = {
	use,
	garbage,
	nativeBlocks,
	work,
	resource,
	big,
	environment() {
		return [environment("SIM_TEST"), environment("SIM_TEST_NOT") === undefined];
	},
};

const result = await parts[config.part]!();
trace(`${JSON.stringify(result)}\n`);
