/*
	Reads DER that node:crypto has read before, for the tools that make root stores.
*/

/** An element of DER: its tag, where it starts, and its content. */
export interface Element {
	readonly tag: number;
	readonly at: number;
	readonly start: number;
	readonly end: number;
}

/** The elements in `der[start..end)`, which node:crypto has read before. */
export function elements(der: Buffer, start: number, end: number): Element[] {
	const list: Element[] = [];
	for (let at = start; at < end; ) {
		let length = der[at + 1]!;
		let content = at + 2;
		if (length >= 0x80) {
			const bytes = length & 0x7f;
			length = der.readUIntBE(content, bytes);
			content += bytes;
		}
		list.push({ tag: der[at]!, at, start: content, end: content + length });
		at = content + length;
	}
	return list;
}

export function inside(der: Buffer, element: Element): Element[] {
	return elements(der, element.start, element.end);
}
