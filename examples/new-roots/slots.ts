/*
	Two places for a root store in one partition of flash. A new store goes where the one in use is not, and nothing
	else is written. Of the stores that are right, the one with the highest version is in use. So the power may fail at
	any moment. A store that is cut short has no right signature, and the one before it is still there.
*/

import { RootStore } from "tls/trust";

/** The SDK's `Flash`: offsets are in bytes, blocks are erased to 0xff, and writing clears bits. */
export interface FlashPartition {
	readonly byteLength: number;
	readonly blockSize: number;
	erase(block: number): void;
	read(offset: number, byteLength: number): ArrayBuffer;
	write(offset: number, byteLength: number, buffer: ArrayBuffer): void;
}

/** Bytes that are written at once: a page of flash. */
const PAGE_BYTES = 256;

/** One of the two, as RootStore reads it. */
class Slot {
	readonly byteLength: number;
	private readonly flash: FlashPartition;
	private readonly start: number;

	constructor(flash: FlashPartition, index: number) {
		const blocks = Math.floor(flash.byteLength / flash.blockSize / 2);
		this.flash = flash;
		this.byteLength = blocks * flash.blockSize;
		this.start = index * this.byteLength;
	}

	read(offset: number, byteLength: number): ArrayBuffer {
		return this.flash.read(this.start + offset, byteLength);
	}

	write(offset: number, page: ArrayBuffer): void {
		this.flash.write(this.start + offset, page.byteLength, page);
	}

	/** Erases as many blocks as `byteLength` bytes take. */
	erase(byteLength: number): void {
		const { blockSize } = this.flash;
		for (let at = 0; at < byteLength; at += blockSize) this.flash.erase((this.start + at) / blockSize);
	}
}

export class RootSlots {
	private readonly slots: readonly [Slot, Slot];
	private readonly key: string;
	/** The lowest version that is accepted: that of the store in use, or of the firmware's. */
	private version: number;
	/** The slot of the store in use; -1 if that is the firmware's. */
	private current = -1;
	/** While a store is written: where, its length, how much has come, and the page that is being filled. */
	private target: Slot | undefined;
	private length = 0;
	private received = 0;
	private page = new Uint8Array(0);

	/** `key` is the maker's public key (PEM), `version` that of the store in the firmware. */
	constructor(flash: FlashPartition, key: string, version: number) {
		this.slots = [new Slot(flash, 0), new Slot(flash, 1)];
		this.key = key;
		this.version = version;
	}

	/**
	 * Opens the newest store in flash. Returns undefined if none is right, and newer than the firmware's: use that
	 * then.
	 */
	open(): RootStore | undefined {
		let best: RootStore | undefined;
		for (let i = 0; i < 2; i++) {
			try {
				const store = RootStore.open(this.slots[i]!, { key: this.key, version: this.version + 1 });
				best = store;
				this.version = store.version;
				this.current = i;
			} catch (error) {
				// "bad_root_store": erased, cut short, or older
				if ((error as { code?: string }).code !== "bad_root_store") throw error;
			}
		}
		return best;
	}

	/** Starts to write a store of `length` bytes. The one in use stays. Throws RangeError for one that is too long. */
	begin(length: number): void {
		const target = this.slots[this.current === 0 ? 1 : 0];
		if (!(length > 0 && length <= target.byteLength))
			throw new RangeError(`a root store of ${length} bytes does not fit: a slot has ${target.byteLength}`);
		target.erase(length);
		this.target = target;
		this.length = length;
		this.received = 0;
		this.page = new Uint8Array(PAGE_BYTES).fill(0xff);
	}

	/** Writes the next bytes. */
	append(bytes: Uint8Array): void {
		if (!this.target || bytes.length > this.length - this.received)
			throw new RangeError("more bytes than the root store has");
		for (let i = 0; i < bytes.length; i++) {
			this.page[this.received++ % PAGE_BYTES] = bytes[i]!;
			if (this.received % PAGE_BYTES === 0 || this.received === this.length) this.flush(this.target);
		}
	}

	/** Writes the page. What it lacks stays erased. */
	private flush(target: Slot): void {
		const start = Math.floor((this.received - 1) / PAGE_BYTES) * PAGE_BYTES;
		target.write(start, this.page.buffer as ArrayBuffer);
		this.page.fill(0xff);
	}

	/**
	 * Opens the store that was written. Throws TLSError "bad_root_store" if it is not right, or no newer: the one in
	 * use stays.
	 */
	finish(): RootStore {
		const target = this.target;
		this.target = undefined;
		if (!target || this.received !== this.length)
			throw new RangeError(`${this.received} bytes of a root store, expected ${this.length}`);
		const store = RootStore.open(target, { key: this.key, version: this.version + 1 });
		this.version = store.version;
		this.current = target === this.slots[0] ? 0 : 1;
		return store;
	}
}
