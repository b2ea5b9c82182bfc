/*
	Writes DER (X.690): what certificates are made of.
*/

/** Tag, length and content. */
export function element(tag: number, ...contents: Uint8Array[]): Buffer {
	const content = Buffer.concat(contents);
	const length = content.length;
	if (length < 128) return Buffer.concat([Buffer.of(tag, length), content]);
	const bytes: number[] = [];
	for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
	return Buffer.concat([Buffer.of(tag, 0x80 | bytes.length, ...bytes), content]);
}

export function sequence(...contents: Uint8Array[]): Buffer {
	return element(0x30, ...contents);
}

export function set(...contents: Uint8Array[]): Buffer {
	return element(0x31, ...contents);
}

/** A context-specific tag: [number], constructed or primitive. */
export function context(number: number, isConstructed: boolean, ...contents: Uint8Array[]): Buffer {
	return element((isConstructed ? 0xa0 : 0x80) | number, ...contents);
}

export function boolean(value: boolean): Buffer {
	return element(0x01, Buffer.of(value ? 0xff : 0));
}

/** A non-negative INTEGER from its bytes, big-endian, or from a small number. */
export function integer(value: number | Uint8Array): Buffer {
	let bytes =
		typeof value === "number"
			? Buffer.from(value.toString(16).padStart(value < 256 ? 2 : 8, "0"), "hex")
			: Buffer.from(value);
	while (bytes.length > 1 && bytes[0] === 0 && bytes[1]! < 0x80) bytes = bytes.subarray(1);
	return element(0x02, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

export function nothing(): Buffer {
	return element(0x05);
}

/** "1.2.840.10045.4.3.2" */
export function oid(dotted: string): Buffer {
	const [first, second, ...rest] = dotted.split(".").map(Number);
	const bytes: number[] = [];
	for (const arc of [first! * 40 + second!, ...rest]) {
		const septets = [arc % 128];
		for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
			septets.unshift(0x80 | (left % 128));
		bytes.push(...septets);
	}
	return element(0x06, Buffer.from(bytes));
}

export function octetString(content: Uint8Array): Buffer {
	return element(0x04, content);
}

export function bitString(content: Uint8Array, unused = 0): Buffer {
	return element(0x03, Buffer.of(unused), content);
}

/** A named bit list (X.680 section 22.7): without trailing zero bits. */
export function bits(numbers: readonly number[]): Buffer {
	if (numbers.length === 0) return bitString(Buffer.alloc(0));
	const highest = Math.max(...numbers);
	const bytes = Buffer.alloc((highest >> 3) + 1);
	for (const number of numbers) bytes[number >> 3]! |= 0x80 >> (number & 7);
	return bitString(bytes, 7 - (highest & 7));
}

export function utf8String(text: string): Buffer {
	return element(0x0c, Buffer.from(text, "utf8"));
}

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5). */
export function time(date: Date): Buffer {
	const text = `${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
	const isShort = date.getUTCFullYear() >= 1950 && date.getUTCFullYear() < 2050;
	return isShort ? element(0x17, Buffer.from(text.slice(2), "latin1")) : element(0x18, Buffer.from(text, "latin1"));
}
