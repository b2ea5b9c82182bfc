/*
	The figures of docs/XS-PATTERNS.md: slots that each form of code allocates. They are those of XS 13.3; a slot has 16 bytes on a device.
*/

import { equal, note, ok, test } from "test/harness";
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

class WithHash {
	#a = 1;
	get value(): number {
		return this.#a;
	}
}

test("zz", () => {
	note(`one ${slotsOf(() => new OneField())} two ${slotsOf(() => new TwoFields())} declared ${slotsOf(() => new WithDeclared())} hash ${slotsOf(() => new WithHash())} private ${slotsOf(() => new WithPrivate())}`);
	function* flow(): Generator<number> {
		yield 1;
	}
	class TwoHash { #a = 1; #b = 2; get v() { return this.#a + this.#b; } }
	class Empty {}
	class OnePrivate { a = 1; #f() { return this.a; } get g() { return this.#f(); } }
	const never = new Promise<void>(() => {});
	async function waiting(): Promise<void> {
		await never;
	}
	async function resolved(): Promise<void> {}
	note(`empty ${slotsOf(() => new Empty())} twohash ${slotsOf(() => new TwoHash())} oneprivate ${slotsOf(() => new OnePrivate())} started ${slotsOf(() => flow().next())} made ${slotsOf(() => flow())} result ${slotsOf(() => ({ value: 1, done: false }))} async ${slotsOf(waiting)} resolved ${slotsOf(resolved)} steps ${stepsOf(byIterator)} ${stepsOf(byIndex)}`);
});

test("fields: a slot each, none where they are declared; private methods a slot and more", () => {
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
		slotsOf(() => new WithHash()),
		2,
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

test("a closure takes 9 slots, a generator that waits 6, an async function that waits 42", () => {
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
	equal(slotsOf(flow), 6);
	equal(slotsOf(waiting), 42);
});
