/*
	examples/new-roots/slots.ts over flash whose power fails: at each operation, before it, in the middle of it and
	after it.
*/

import Resource from "Resource";
import config from "mc/config";
import { equal, note, ok, test, throws } from "test/harness";
import { RootSlots } from "new-roots/slots";
import type { FlashPartition } from "new-roots/slots";

const BLOCK = 512;
/** Where a cut leaves an operation: not begun, half done, or done. */
const moments = [0, 0.5, 1];

class PowerCut extends Error {}

/** NOR flash. Operation `cutAt` is the last: `done` of it happens. */
class NOR implements FlashPartition {
	readonly bytes: Uint8Array;
	readonly blockSize = BLOCK;
	operations = 0;
	cutAt = Number.POSITIVE_INFINITY;
	done = 0;

	constructor(from: number | Uint8Array) {
		this.bytes = typeof from === "number" ? new Uint8Array(from).fill(0xff) : from.slice();
	}

	get byteLength(): number {
		return this.bytes.length;
	}

	read(offset: number, byteLength: number): ArrayBuffer {
		if (offset + byteLength > this.bytes.length) throw new Error("read failed");
		return this.bytes.slice(offset, offset + byteLength).buffer as ArrayBuffer;
	}

	erase(block: number): void {
		const length = this.#share(BLOCK);
		this.bytes.fill(0xff, block * BLOCK, block * BLOCK + length);
		this.#end();
	}

	write(offset: number, byteLength: number, buffer: ArrayBuffer): void {
		const from = new Uint8Array(buffer);
		const length = this.#share(byteLength);
		for (let i = 0; i < length; i++) {
			ok(this.cutAt < Number.POSITIVE_INFINITY || this.bytes[offset + i] === 0xff, "only erased bytes are written");
			this.bytes[offset + i]! &= from[i]!;
		}
		this.#end();
	}

	#share(length: number): number {
		return this.operations === this.cutAt ? Math.floor(length * this.done) : length;
	}

	#end(): void {
		if (this.operations++ === this.cutAt) throw new PowerCut();
	}
}

function storeOf(name: string): Uint8Array {
	return new Uint8Array(new Resource(name).slice(0));
}

const stores = ["v2.bin", "v3.bin", "v4.bin"].map(storeOf);
const SIZE = 2 * BLOCK * Math.ceil((Math.max(...stores.map(({ length }) => length)) + BLOCK) / BLOCK);

/** What a device finds after a reset: the version in use, 1 for the firmware's. */
function versionIn(flash: NOR): number {
	return new RootSlots(flash, config.key, 1).open()?.version ?? 1;
}

/** Installs a store, in pieces of `size` bytes. */
function install(flash: NOR, store: Uint8Array, size = 100): void {
	const slots = new RootSlots(flash, config.key, 1);
	slots.open();
	slots.begin(store.length);
	for (let at = 0; at < store.length; at += size) slots.append(store.subarray(at, Math.min(at + size, store.length)));
	slots.finish();
}

test("stores are installed one after the other, in turn in both slots", () => {
	for (const size of [1, 100, 255, 256, 257, 5000]) {
		const flash = new NOR(SIZE);
		equal(versionIn(flash), 1);
		stores.forEach((store, i) => {
			install(flash, store, size);
			equal(versionIn(flash), i + 2);
		});
	}
});

test("the power may fail at every operation: the store in use is the old one or the new one, and the next update works", () => {
	let cuts = 0;
	let old = 0;
	const before = new NOR(SIZE);
	stores.forEach((store, i) => {
		const version = i + 2;
		const counting = new NOR(before.bytes);
		install(counting, store);
		const { operations } = counting;
		for (let cutAt = 0; cutAt < operations; cutAt++) {
			for (const done of moments) {
				const flash = new NOR(before.bytes);
				flash.cutAt = cutAt;
				flash.done = done;
				throws(() => install(flash, store), PowerCut);
				const after = new NOR(flash.bytes);
				const found = versionIn(after);
				ok(found === version - 1 || found === version, `version ${found} after a cut at ${cutAt}, ${done}`);
				if (found === version - 1) old++;
				cuts++;
				// a second cut at the same operation, and then none
				if (found === version) continue;
				after.cutAt = cutAt;
				after.done = done;
				throws(() => install(after, store), PowerCut);
				const last = new NOR(after.bytes);
				if (versionIn(last) === version) continue;
				equal(versionIn(last), version - 1);
				install(last, store);
				equal(versionIn(last), version);
			}
		}
		install(before, store);
		equal(versionIn(before), version);
	});
	note(`${cuts} cuts: ${old} leave the old store, ${cuts - old} the new one, none another`);
	ok(cuts > 60 && old > 0 && old < cuts);
});

test("a store that is not right, or no newer, leaves the one in use", () => {
	const flash = new NOR(SIZE);
	install(flash, stores[1]!);
	const stranger = storeOf("stranger.bin");
	const damaged = stores[2]!.slice();
	damaged[40]! ^= 1;
	for (const store of [stores[0]!, stores[1]!, stranger, damaged, new Uint8Array(300)]) {
		throws(() => install(flash, store), "bad_root_store");
		equal(versionIn(flash), 3);
	}
	install(flash, stores[2]!);
	equal(versionIn(flash), 4);
});

test("a store that is too long, too short or longer than it was said to be", () => {
	const flash = new NOR(SIZE);
	install(flash, stores[0]!);
	const slots = new RootSlots(flash, config.key, 1);
	slots.open();
	const { operations } = flash;
	for (const length of [0, -1, Number.NaN, SIZE / 2 + 1]) throws(() => slots.begin(length), RangeError);
	equal(flash.operations, operations, "nothing is erased");
	throws(() => slots.append(new Uint8Array(1)), RangeError);
	throws(() => slots.finish(), RangeError);
	slots.begin(SIZE / 2);
	throws(() => slots.finish(), RangeError);
	slots.begin(10);
	throws(() => slots.append(new Uint8Array(11)), RangeError);
	equal(versionIn(flash), 2);
});
