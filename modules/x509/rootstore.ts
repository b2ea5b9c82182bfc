/*
	A store of trusted names and keys (store.ts has the format). It is read where it is, in flash, or a root at a time
	from a file or a partition. A store from the field is accepted by its maker's signature alone. A lookup in flash
	allocates nothing.
*/

import { refuse, TLSError } from "../errors";
import { equal } from "tls/hardware/compare";
import { isBuffer } from "tls/hardware/copy";
import { hash, Hash, HashAlgorithm } from "tls/hardware/hash";
import { KeyKind, Padding, verifySignature } from "../crypto/signature";
import type { PublicKey } from "../crypto/signature";
import { DER, sameBytes } from "../wire/der";
import { empty } from "../wire/reader";
import { takePublicKey } from "./algorithms";
import { NO_PATH_LENGTH } from "./certificate";
import { readPEM } from "./pem";
import { Store } from "./store";

/** SHA-256's bytes. */
export const DIGEST = 32;

/** Bytes of a store that is in a file or a partition, read a piece at a time. The SDK's `Flash` is one. */
export interface RootSource {
	readonly byteLength: number;
	read(offset: number, byteLength: number): ArrayBuffer | Uint8Array;
}

/** A store: bytes, a Resource or another buffer in flash, or what reads a file or a partition. */
export type RootBytes = ArrayBuffer | Uint8Array | HostBuffer | RootSource;

/** Who may have made a store. */
export interface RootMaker {
	/** The maker's public key, P-256: DER of SubjectPublicKeyInfo, or PEM. */
	readonly key: string | ArrayBuffer | Uint8Array;
	/** The lowest version that is accepted, 1 to 4294967295: that of the store that is replaced. */
	readonly version: number;
}

/** Bytes read at once while a store's digest is made. */
const PIECE_BYTES = 512;

/** Bytes of the longest signature by P-256, in DER. */
const LONGEST_SIGNATURE = 72;

// XS: literals outside of functions, which a device does not copy at each use
const MALFORMED = "the root store is malformed";
const CUT_SHORT = "the root store is cut short";
const NO_STORE = "a root store must be a buffer, or a file that can be read";
const OBJECT = "object";

/** Says that bytes are those of `trustCertificates`, which need no check. */
export const TRUSTED_BYTES = Object.freeze({});

function u16(bytes: Uint8Array, at: number): number {
	return (bytes[at]! << 8) | bytes[at + 1]!;
}

function u32(bytes: Uint8Array, at: number): number {
	return bytes[at]! * 0x1000000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
}

function isSource(value: RootBytes): value is RootSource {
	return "read" in value;
}

/** A root is known by its index, from which `placeOf` finds its entry. */
export class RootStore {
	/** All of the store; of one in a file, the root that `placeOf` found last. */
	bytes: Uint8Array;
	/** Number of roots. */
	readonly count: number;
	/** XS: absent unless the store is in a file. */
	declare private readonly source: RootSource | undefined;

	/**
	 * Reads a store in flash, as `new RootStore(new Resource("roots.bin"))`, in memory, or in a file. It must not
	 * change afterwards. Throws "configuration" if it is not a store, cut short or damaged. Proves nothing about its
	 * maker: see `open`.
	 */
	constructor(from: RootBytes, madeBy?: typeof TRUSTED_BYTES) {
		if (typeof from !== OBJECT || from === null) refuse(NO_STORE);
		if (from instanceof Uint8Array) this.bytes = from;
		else if (isSource(from)) {
			this.source = from;
			this.bytes = this.readAt(0, Math.min(from.byteLength, Store.entries));
		} else {
			if (!isBuffer(from)) refuse(NO_STORE);
			this.bytes = new Uint8Array(from as ArrayBuffer);
		}
		this.count = u16(this.bytes, Store.count);
		if (madeBy !== TRUSTED_BYTES) this.#check();
	}

	/**
	 * Opens a store that came from the field. Throws "bad_root_store" unless it is whole, signed by its maker, and not
	 * older than `version`. Then use the store that the firmware has. Throws "configuration" for a wrong key or
	 * version.
	 */
	static open(from: RootBytes, maker: RootMaker): RootStore {
		const { key, version: lowest } = readMaker(maker);
		if (!(lowest >= 1 && lowest <= 0xffffffff && lowest === Math.floor(lowest)))
			refuse('"version" must be a whole number from 1 to 4294967295: the lowest that is accepted');
		let store: RootStore;
		try {
			store = new RootStore(from);
		} catch (error) {
			throw error instanceof TLSError ? new TLSError("bad_root_store", error.message) : error;
		}
		store.checkSigned(key);
		if (store.version < lowest)
			refuseStore(`is of version ${store.version}, expected ${lowest} or later: it is older than the one in use`);
		return store;
	}

	/** True for a store that this class has made, and not for what only looks like one. */
	static isStore(value: object): boolean {
		return #check in value;
	}

	/** Returns `length` bytes from `offset`. Throws if they are not there. */
	private readAt(offset: number, length: number): Uint8Array {
		const piece = this.source ? this.source.read(offset, length) : this.bytes.subarray(offset, offset + length);
		const bytes = piece instanceof Uint8Array ? piece : new Uint8Array(piece);
		if (bytes.length !== length) refuse(CUT_SHORT);
		return bytes;
	}

	/** Bytes that there are: the store, and perhaps its signature. */
	private get size(): number {
		return this.source ? this.source.byteLength : this.bytes.length;
	}

	/** Where the checksum starts. Throws if the header is not that of a store. */
	private findChecksum(): number {
		if (this.size < Store.entries + Store.checkSize) refuse("the bytes given as roots are not a root store");
		const header = this.readAt(0, Store.entries);
		const magic = u32(header, 0);
		if (magic >>> 8 !== Store.magic >>> 8) refuse("the bytes given as roots are not a root store");
		if (magic !== Store.magic)
			refuse("the root store is of another version of this library: make it anew with `npm run roots`");
		const end = u32(header, Store.length) - Store.checkSize;
		if (end + Store.checkSize > this.size || end < Store.entries + this.count * Store.entrySize) refuse(CUT_SHORT);
		return end;
	}

	/** Returns the SHA-256 of the first `end` bytes. */
	private digestOf(end: number): Uint8Array {
		const digest = new Uint8Array(DIGEST);
		if (!this.source) {
			sha256(this.bytes, 0, end, digest);
			return digest;
		}
		const running = new Hash(HashAlgorithm.sha256);
		try {
			for (let at = 0; at < end; at += PIECE_BYTES) {
				const piece = this.readAt(at, Math.min(PIECE_BYTES, end - at));
				running.update(piece, 0, piece.length);
			}
			running.peek(digest, 0);
		} finally {
			running.close();
		}
		return digest;
	}

	/**
	 * The checksum finds what flash or the way there has damaged; the rest, a store that no tool of this project has
	 * made.
	 */
	#check(): void {
		const end = this.findChecksum();
		if (!equal(this.readAt(end, Store.checkSize), 0, this.digestOf(end), 0, Store.checkSize))
			refuse("the root store is damaged: its checksum is wrong");
		let at = Store.entries + this.count * Store.entrySize;
		for (let i = 0; i < this.count; i++) {
			if (this.offsetOf(i) !== at || at + Store.key + 2 > end) refuse(MALFORMED);
			at += Store.key + 2 + u16(this.readAt(at + Store.key, 2), 0);
			if (at + 2 > end) refuse(MALFORMED);
			at += 2 + u16(this.readAt(at, 2), 0);
		}
		if (at !== end) refuse(MALFORMED);
	}

	/** Returns what follows the store: its signature, with magic and version before it; empty if there is none. */
	private readSignature(): Uint8Array {
		const start = this.findChecksum() + Store.checkSize;
		const left = Math.min(this.size - start, Store.signature + LONGEST_SIGNATURE);
		if (left < Store.signature || u32(this.readAt(start, 4), 0) !== Store.signedMagic) return empty;
		return this.readAt(start, left);
	}

	/** Throws "bad_root_store" unless `key` has signed the store's digest, with magic and version before it. */
	private checkSigned(key: PublicKey): void {
		const signature = this.readSignature();
		if (!signature.length) refuseStore("is not signed: make it with npm run roots -- --sign KEY.pem --version N");
		const end = Store.signature + u16(signature, Store.signatureLength);
		const signed = new Uint8Array(Store.signatureLength + DIGEST);
		signed.set(signature.subarray(0, Store.signatureLength), 0);
		signed.set(this.digestOf(this.findChecksum()), Store.signatureLength);
		if (
			end > signature.length ||
			!verifySignature(
				key,
				Padding.ecdsa,
				HashAlgorithm.sha256,
				signed,
				0,
				signed.length,
				signature,
				Store.signature,
				end,
			)
		)
			refuseStore('is not signed with the key of its maker, "key"');
	}

	/** The version that its maker has signed; 0 for a store that is not signed. Only `open` proves it. */
	get version(): number {
		const signature = this.readSignature();
		return signature.length ? u32(signature, Store.signedVersion) : 0;
	}

	/** When it was made, in seconds since 1970; 0 for one that was made of the application's certificates. */
	get made(): number {
		return this.source ? u32(this.readAt(Store.made, 4), 0) : u32(this.bytes, Store.made);
	}

	/**
	 * Adds what tells this store from every other to `running`: its checksum, or all of a store that was made here and
	 * has none.
	 */
	addTo(running: Hash): void {
		if (!this.made) return running.update(this.bytes, 0, this.bytes.length);
		running.update(this.readAt(this.findChecksum(), Store.checkSize), 0, Store.checkSize);
	}

	/** Offset of what is known of root `index`. */
	private offsetOf(index: number): number {
		const at = Store.entries + index * Store.entrySize + Store.nameSize;
		return this.source ? u32(this.readAt(at, 4), 0) : u32(this.bytes, at);
	}

	/** Finds root `index`. Returns its place in `bytes`, for the methods that take a place. */
	placeOf(index: number): number {
		const offset = this.offsetOf(index);
		if (!this.source) return offset;
		const keyEnd = Store.key + 2 + u16(this.readAt(offset + Store.key, 2), 0);
		const end = keyEnd + 2 + u16(this.readAt(offset + keyEnd, 2), 0);
		// bytes of their own: what was found before may still be in use
		this.bytes = this.readAt(offset, end);
		return 0;
	}

	/** Returns below 0, 0 or above 0: how `digest` compares with the name of root `index`. */
	private compare(digest: Uint8Array, index: number): number {
		let at = Store.entries + index * Store.entrySize;
		let bytes = this.bytes;
		if (this.source) {
			bytes = this.readAt(at, Store.nameSize);
			at = 0;
		}
		if (equal(bytes, at, digest, 0, Store.nameSize)) return 0;
		for (let i = 0; i < Store.nameSize; i++) {
			const difference = digest[i]! - bytes[at + i]!;
			if (difference) return difference;
		}
		return 0;
	}

	/**
	 * Returns the first root whose name has this digest (`nameDigest`), or -1. Others follow it as long as `isNamed` is
	 * true.
	 */
	find(digest: Uint8Array): number {
		let low = 0;
		let high = this.count;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.compare(digest, middle) > 0) low = middle + 1;
			else high = middle;
		}
		return this.isNamed(low, digest) ? low : -1;
	}

	isNamed(index: number, digest: Uint8Array): boolean {
		return index < this.count && this.compare(digest, index) === 0;
	}

	/** True if it may issue certificates. */
	issues(place: number): boolean {
		return (this.bytes[place + Store.flags]! & Store.issues) !== 0;
	}

	/** True if it is not a CA but the certificate with this SHA-256. */
	isCertificate(place: number, digest: Uint8Array): boolean {
		return (
			!this.issues(place) && sameBytes(this.bytes, this.keyStart(place), this.keyEnd(place), digest, 0, digest.length)
		);
	}

	/** How many intermediates may be below it, or NO_PATH_LENGTH. */
	pathLength(place: number): number {
		const value = this.bytes[place + Store.pathLength]!;
		return value === Store.noPathLength ? NO_PATH_LENGTH : value;
	}

	notBefore(place: number): number {
		return u32(this.bytes, place + Store.notBefore);
	}

	notAfter(place: number): number {
		return u32(this.bytes, place + Store.notAfter);
	}

	/** From when it no longer counts for TLS, in seconds since 1970. */
	distrustedFrom(place: number): number {
		return u32(this.bytes, place + Store.distrusted);
	}

	/** When it ends, in seconds since 1970. */
	validUntil(place: number): number {
		return Math.min(this.notAfter(place), this.distrustedFrom(place));
	}

	/** Range of the SubjectPublicKeyInfo of one that issues others. */
	keyStart(place: number): number {
		return place + Store.key + 2;
	}

	keyEnd(place: number): number {
		return place + Store.key + 2 + u16(this.bytes, place + Store.key);
	}

	/** Range of its name constraints; empty if there are none. */
	constraintsStart(place: number): number {
		return this.keyEnd(place) + 2;
	}

	constraintsEnd(start: number): number {
		return start + u16(this.bytes, start - 2);
	}
}

function refuseStore(words: string): never {
	throw new TLSError("bad_root_store", `the root store ${words}`);
}

/** Reads the options of `open`, each once. */
function readMaker(maker: RootMaker): { readonly key: PublicKey; readonly version: number } {
	try {
		const { key, version } = maker;
		return { key: readMakerKey(key), version };
	} catch (error) {
		if (error instanceof TLSError) throw error;
		refuse("a root store is opened with { key, version }, which can be read");
	}
}

/** The bytes of a buffer; no bytes for anything else, so that a number never becomes a length. */
function keyBytes(input: ArrayBuffer | Uint8Array): Uint8Array {
	if (input instanceof Uint8Array) return input;
	return isBuffer(input) ? new Uint8Array(input) : empty;
}

/** Reads the option `key` of `open`. */
function readMakerKey(input: RootMaker["key"]): PublicKey {
	try {
		const bytes = typeof input === "string" ? readPEM(input, "PUBLIC KEY")[0]! : keyBytes(input);
		const key = takePublicKey(new DER(bytes, 0, bytes.length, "it"));
		if (key.kind === KeyKind.p256) return key;
	} catch (error) {
		if (!(error instanceof TLSError)) throw error;
	}
	refuse('"key" must be the P-256 public key of the store\'s maker: DER of SubjectPublicKeyInfo, or PEM');
}

/** Writes the SHA-256 of a key's or a certificate's DER to `digest`. */
export function sha256(bytes: Uint8Array, start: number, end: number, digest: Uint8Array): void {
	hash(HashAlgorithm.sha256, bytes, start, end, digest, 0);
}
