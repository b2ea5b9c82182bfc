/// <reference path="./native.d.ts" />
/*
	"simulator": what an app may ask of the simulator that it runs in, and tell it to do. There is no such module on a
	device. In C: xs/simulator.c.
*/

/**
 * Slots and stack are counted in pieces of `slotSize` bytes, the rest in bytes. Limits include what the arena has free.
 */
export interface Memory {
	readonly chunks: number;
	readonly chunksPeak: number;
	readonly chunksLimit: number;
	readonly slots: number;
	readonly slotsPeak: number;
	readonly slotsLimit: number;
	readonly slotSize: number;
	readonly stack: number;
	readonly stackPeak: number;
	readonly stackLimit: number;
	readonly keys: number;
	readonly collections: number;
	/** What C modules hold outside XS. */
	readonly nativeBytes: number;
	readonly nativePeak: number;
	readonly nativeAllocations: number;
	readonly slotAllocations: number;
	readonly chunkAllocations: number;
	/** Keys that PSA Crypto holds. */
	readonly keySlots: number;
}

/** How often `searchMemory` found bytes, by where they lay. */
export interface Found {
	/** Chunks, garbage included. */
	readonly chunks: number;
	/** Memory that XS has for chunks and does not use. */
	readonly freeChunks: number;
	/** Slots, and JavaScript's stack. */
	readonly slots: number;
	/** Memory that natives and Mbed TLS hold. */
	readonly native: number;
	/** Memory that they have freed, and what else the C heap has. */
	readonly freed: number;
	/** C's stack, also below where it ends now. */
	readonly stack: number;
	/** Variables of C, and other pages. */
	readonly other: number;
	readonly total: number;
}

export interface Accelerator {
	readonly name: string;
	readonly calls: number;
	readonly bytes: number;
	/** Calls that were made to fail. */
	readonly failed: number;
}

/** What is in use now, and since the peaks were last reset. */
export function memory(this: void): Memory {
	return native("simMemory").call(this);
}
export function resetPeaks(this: void): void {
	return native("simResetPeaks").call(this);
}
/** XS's measure of the work done by script so far: the same in every run and build. */
export function meter(this: void): number {
	return native("simMeter").call(this);
}
/**
 * Metered steps of the longest turn of the event loop since the last call. A turn is a callback of a socket, timer or
 * look-up, with the promise jobs that it caused. The turn that asks is not counted yet.
 */
export function longestTurn(this: void): number {
	return native("simLongestTurn").call(this);
}
/**
 * Ends an interval of the run: the report tells what each used, under its name. Starts the peaks anew, and takes no
 * memory.
 */
export function mark(this: void, name: string): void {
	return native("simMark").call(this, name);
}
/** Collects garbage. */
export function collect(this: void): void {
	return native("simCollect").call(this);
}
/** Ends the run with a code of 0 to 9. */
export function exit(this: void, code?: number): never {
	return native("simExit").call(this, code) as never;
}
/** Sets the wall clock to seconds since 1970; undefined makes it a clock that was never set. */
export function setClock(this: void, seconds?: number): void {
	return native("simSetClock").call(this, seconds);
}
export function accelerators(this: void): Accelerator[] {
	return native("simAccelerators").call(this);
}
/**
 * Something happens to the accelerator's nth call from now on. It fails, or is "late" by `delay` milliseconds; the
 * driver finds it "busy" and gives up. It has no "memory" for a key or for its own state, or finds the key
 * "unsupported".
 */
export function accelerate(
	this: void,
	action: "fail" | "busy" | "memory" | "unsupported" | "late",
	name: string,
	nth: number,
	delay?: number,
): void {
	return native("simAccelerate").call(this, action, name, nth, delay);
}
/**
 * Fails the nth allocation of native memory from now on, once; 0 or nothing: none. Natives, Mbed TLS, timers, sockets
 * and look-ups allocate it. Returns whether the one that was asked for before has failed: false where there were not so
 * many allocations.
 */
export function failNative(this: void, nth?: number): boolean {
	return native("simFailNative").call(this, nth);
}
/**
 * From now on native memory that is freed stays as it is and is not used again. `searchMemory` then finds what was left
 * in it.
 */
export function keepFreed(this: void): void {
	return native("simKeepFreed").call(this);
}
/**
 * Searches all memory that can be written, in use or not, for `bytes` (8 or more). Each is XORed with `mask` first, so
 * that a caller need not hold what it searches for. Without a mask, `bytes` itself is not counted. Linux only.
 */
export function searchMemory(this: void, bytes: ArrayBuffer | Uint8Array, mask?: number): Found {
	return native("simSearchMemory").call(this, bytes, mask);
}
/** What the chip does in hardware from now on: bits of ChipFeature of tls/hardware/chip. */
export function setChip(this: void, features: number): void {
	return native("simSetChip").call(this, features);
}
/** A variable of the environment that the simulator was started in. */
export function environment(this: void, name: string): string | undefined {
	return native("simEnvironment").call(this, name);
}
