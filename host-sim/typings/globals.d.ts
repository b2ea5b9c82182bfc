/*
	What the Moddable SDK adds to the language (its xs.d.ts), as far as XS 13 has it and the simulator's modules and
	apps use it.
*/

/** Prints on standard output. */
declare function trace(...items: (string | number | boolean)[]): void;

/** Bytes outside the heap: a Resource. */
declare class HostBuffer {
	readonly byteLength: number;
	private readonly brand: undefined;
}

/**
 * What may lie under a view: as in the SDK, with HostBuffer, so that code which the SDK's typings refuse is refused
 * here too.
 */
interface ArrayBufferTypes {
	HostBuffer: HostBuffer;
}

interface ByteBufferTypes extends ArrayBufferTypes {
	Uint8Array: Uint8Array;
	Uint8ClampedArray: Uint8ClampedArray;
	Int8Array: Int8Array;
	DataView: DataView;
}

/** What the SDK's declarations call a buffer of bytes. */
type ByteBuffer = ByteBufferTypes[keyof ByteBufferTypes];

interface ObjectConstructor {
	/** Freezes an object and, where `deep` is true, all that it refers to. */
	freeze<T>(object: T, deep?: boolean): Readonly<T>;
}

interface Math {
	/** A whole number at random, below `limit`, or from `low` to below `high`. */
	irandom(limit: number): number;
	irandom(low: number, high: number): number;
}

/** XS 13 has none of these; the simulator supplies them, without the option `lastChunkHandling`. */
interface Uint8Array {
	toBase64(options?: { alphabet?: "base64" | "base64url"; omitPadding?: boolean }): string;
	toHex(): string;
}

interface Uint8ArrayConstructor {
	fromBase64(text: string, options?: { alphabet?: "base64" | "base64url" }): Uint8Array<ArrayBuffer>;
	fromHex(text: string): Uint8Array<ArrayBuffer>;
}

interface StringConstructor {
	/** A string from its bytes in UTF-8. */
	fromArrayBuffer(buffer: ArrayBufferLike): string;
}

interface ArrayBufferConstructor {
	/** A string's bytes in UTF-8. */
	fromString(text: string): ArrayBuffer;
}

interface ArrayBuffer {
	/** A new buffer with this one's bytes and those of others. */
	concat(...buffers: ArrayBufferLike[]): ArrayBuffer;
}
