/*
	"text/decoder": the SDK's TextDecoder for UTF-8. With `stream`, bytes at the end that are the start of a character
	wait for the next call. Malformed UTF-8 becomes U+FFFD, or a TypeError with `fatal`.
*/

const REPLACEMENT = 0xfffd;

/** Bytes that follow a first byte, or -1 where none starts with it. */
function following(byte: number): number {
	if (byte < 0x80) return 0;
	if (byte < 0xc2 || byte > 0xf4) return -1;
	return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
}

/** True where `byte` may stand at place `index` after `first` (Unicode 16, table 3-7). */
function mayFollow(first: number, index: number, byte: number): boolean {
	if (index > 1) return byte >= 0x80 && byte <= 0xbf;
	const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80,
		high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
	return byte >= low && byte <= high;
}

class TextDecoder {
	readonly fatal: boolean;
	readonly ignoreBOM: boolean;
	#rest = new Uint8Array();
	#isStarted = false;

	constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
		if (!/^(unicode-1-1-utf-8|utf-?8)$/i.test(label))
			throw new RangeError(`"${label}" is not an encoding that is known here`);
		this.fatal = fatal;
		this.ignoreBOM = ignoreBOM;
	}

	get encoding(): string {
		return "utf-8";
	}

	decode(buffer?: ArrayBuffer | ArrayBufferView, { stream = false } = {}): string {
		const bytes = this.#join(buffer);
		let text = "",
			at = 0;
		this.#rest = new Uint8Array();
		while (at < bytes.length) {
			const count = this.#wellFormed(bytes, at);
			if (count < 0 && stream && at - count === bytes.length) {
				this.#rest = bytes.slice(at);
				break;
			}
			if (count <= 0 && this.fatal) throw new TypeError("the bytes are not UTF-8");
			const end = at + Math.max(1, Math.abs(count));
			const isMark =
				!this.#isStarted &&
				!this.ignoreBOM &&
				count === 3 &&
				bytes[at] === 0xef &&
				bytes[at + 1] === 0xbb &&
				bytes[at + 2] === 0xbf;
			this.#isStarted = true;
			if (!isMark)
				text += count > 0 ? String.fromArrayBuffer(bytes.slice(at, end).buffer) : String.fromCodePoint(REPLACEMENT);
			at = end;
		}
		if (!stream) this.#isStarted = false;
		return text;
	}

	#join(buffer: ArrayBuffer | ArrayBufferView | undefined): Uint8Array<ArrayBuffer> {
		const more =
			buffer === undefined
				? new Uint8Array()
				: ArrayBuffer.isView(buffer)
					? new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength)
					: new Uint8Array(buffer);
		const bytes = new Uint8Array(this.#rest.length + more.length);
		bytes.set(this.#rest);
		bytes.set(more, this.#rest.length);
		return bytes;
	}

	/** Bytes of the character at `at`; 0 where none starts there; below 0 the bytes of one that is cut off. */
	#wellFormed(bytes: Uint8Array, at: number): number {
		const first = bytes[at]!,
			count = following(first);
		if (count < 0) return 0;
		for (let i = 1; i <= count; i++) {
			const byte = bytes[at + i];
			if (byte === undefined || !mayFollow(first, i, byte)) return -i;
		}
		return count + 1;
	}
}

export default TextDecoder;
