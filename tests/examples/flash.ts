/*
	"flash" for examples in the simulator: a partition in memory, with what the resource "flash.bin" has. Erasing sets
	all bits of a block, writing clears bits, as flash does.
*/

import Resource from "Resource";

const SIZE = 0x10000;
const BLOCK = 4096;

export default class Flash {
	readonly #bytes = new Uint8Array(SIZE).fill(0xff);

	constructor(_name: string) {
		if (Resource.exists("flash.bin")) this.#bytes.set(new Uint8Array(new Resource("flash.bin").slice(0)));
	}

	get byteLength(): number {
		return SIZE;
	}

	get blockSize(): number {
		return BLOCK;
	}

	erase(block: number): void {
		this.#bytes.fill(0xff, block * BLOCK, (block + 1) * BLOCK);
	}

	read(offset: number, byteLength: number): ArrayBuffer {
		if (offset + byteLength > SIZE) throw new Error("read failed");
		return this.#bytes.slice(offset, offset + byteLength).buffer as ArrayBuffer;
	}

	write(offset: number, byteLength: number, buffer: ArrayBuffer): void {
		const from = new Uint8Array(buffer);
		for (let i = 0; i < byteLength; i++) this.#bytes[offset + i]! &= from[i]!;
	}
}
