/*
	The figures of docs/XS-PATTERNS.md: slots that each form of code allocates. They are those of XS 13.3; a slot has 16
	bytes on a device.
*/

import { equal, ok, test } from "test/harness";
import { memory, meter } from "simulator";

const TIMES = 1000;

/** Slots that one call allocates, without those of the call itself. */
function slotsOf(body: () => unknown): number {
	body();
	const before = memory().slotAllocations;
	for (let i = 0; i < TIMES; i++) body();
	return Math.round((memory().slotAllocations - before) / TIMES);
}

/** Metered steps of one call. */
function stepsOf(body: () => unknown): number {
	const before = meter();
	for (let i = 0; i < TIMES; i++) body();
	return (meter() - before) / TIMES;
}

class OneField {
	a = 1;
}

class TwoFields {
	a = 1;
	b = 2;
}

class WithDeclared {
	a = 1;
	declare b?: number;
}

class WithPrivate {
	a = 1;
	// biome-ignore lint/correctness/noUnusedPrivateClassMembers: what it costs is the question
	#first(): number {
		return this.a;
	}
	// biome-ignore lint/correctness/noUnusedPrivateClassMembers: what it costs is the question
	#second(): number {
		return this.a;
	}
}

class OneHash {
	#a = 1;
	get value(): number {
		return this.#a;
	}
}

class TwoHashes {
	#a = 1;
	#b = 2;
	get value(): number {
		return this.#a + this.#b;
	}
}

test("fields: a slot each, none if they are declared; the first #field two; private methods a slot and more", () => {
	equal(
		slotsOf(() => new OneField()),
		2,
	);
	equal(
		slotsOf(() => new TwoFields()),
		3,
	);
	equal(
		slotsOf(() => new WithDeclared()),
		2,
	);
	equal(
		slotsOf(() => new OneHash()),
		3,
	);
	equal(
		slotsOf(() => new TwoHashes()),
		4,
	);
	equal(
		slotsOf(() => new WithPrivate()),
		5,
	);
});

const list = [1, 2, 3, 4, 5, 6, 7, 8];

function byIndex(): number {
	let sum = 0;
	for (let i = 0; i < list.length; i++) sum += list[i]!;
	return sum;
}

function byIterator(): number {
	let sum = 0;
	for (const x of list) sum += x;
	return sum;
}

test("loops: an iterator takes 8 slots and more steps, an index none", () => {
	equal(slotsOf(byIterator), 8);
	equal(slotsOf(byIndex), 0);
	ok(stepsOf(byIterator) > 1.2 * stepsOf(byIndex), `${stepsOf(byIterator)} steps, ${stepsOf(byIndex)} by index`);
});

test("destructuring an array takes 8 slots, two elements none", () => {
	equal(
		slotsOf(() => {
			const [a, b] = list;
			return a! + b!;
		}),
		8,
	);
	equal(
		slotsOf(() => list[0]! + list[1]!),
		0,
	);
});

test("a view takes 4 slots, a new array of bytes 7 and a chunk", () => {
	const bytes = new Uint8Array(64);
	equal(
		slotsOf(() => bytes.subarray(1, 2)),
		4,
	);
	equal(
		slotsOf(() => new Uint8Array(32)),
		7,
	);
	const before = memory().chunkAllocations;
	for (let i = 0; i < TIMES; i++) new Uint8Array(32);
	equal(Math.round((memory().chunkAllocations - before) / TIMES), 1);
});

test("a closure takes 9 slots, a generator 3 and its result 3, an async function that waits 35", () => {
	function closure(value: number): () => number {
		return () => value;
	}
	function* flow(): Generator<number> {
		yield 1;
	}
	const never = new Promise<void>(() => {});
	async function waiting(): Promise<void> {
		await never;
	}
	equal(
		slotsOf(() => closure(1)),
		9,
	);
	equal(slotsOf(flow), 3);
	equal(
		slotsOf(() => flow().next()),
		6,
	);
	equal(slotsOf(waiting), 35);
});
