/*
	Reads what the SDK's linker, xsl, has written for an app (mc.xs.c): the heap in flash, slot by slot, and the code of
	modules.
*/

export interface Linked {
	/** Slots of the heap, with those of names and built-ins. */
	readonly slots: number;
	readonly keys: number;
	/** Bytes of code: all of modules that are not preloaded, and the functions of those that are. */
	readonly bytecode: number;
	/** Bytes of texts and buffers, each once, as the compiler merges equal ones. */
	readonly chunks: number;
	/** Names that the heap has a slot for, and the bytes of their texts. */
	readonly named: number;
	readonly nameTexts: number;
	/** Bytes of modules' paths in the table of scripts, without those that are names, too. */
	readonly paths: number;
}

/**
 * Bytes of a C string literal's inside, without the NUL. The linker begins a new literal after a byte in hexadecimal:
 * `\x0a""more`.
 */
function literalBytes(text: string): number {
	return text.replace(/\\(?:x[0-9a-fA-F]{2}|[0-7]{1,3}|.)|""/gs, part => (part === '""' ? "" : "?")).length;
}

function numberOf(text: string, name: string): number {
	return Number(new RegExp(`#define ${name} (\\d+)`).exec(text)?.[1] ?? 0);
}

/** Literals of slots whose kind is `kind`, or any but `kind`; equal ones once. */
function literalsOf(lines: readonly string[], takes: (kind: string) => boolean): Set<string> {
	const found = new Set<string>();
	for (const line of lines) {
		const kind = /\.kind = XS_(\w+)_KIND/.exec(line)?.[1];
		if (kind === undefined || !takes(kind)) continue;
		for (const [, text] of line.matchAll(/"((?:[^"\\]|\\.|"")*)"/g)) found.add(text!);
	}
	return found;
}

function sumOf(literals: Iterable<string>): number {
	let sum = 0;
	for (const text of literals) sum += literalBytes(text) + 1;
	return sum;
}

/** Paths in the table of scripts. */
function pathsOf(text: string): Set<string> {
	const start = text.indexOf("static const txScript gxScripts[mxScriptsCount] = {");
	const table = start < 0 ? "" : text.slice(start, text.indexOf("};", start));
	return new Set([...table.matchAll(/"((?:[^"\\]|\\.)*)", \{ XS_MAJOR_VERSION/g)].map(([, path]) => path!));
}

/** Bytes of numbers beside the heap: BigInts and regular expressions. */
function tableBytes(text: string): number {
	return 4 * (numberOf(text, "mxBigIntCount") + numberOf(text, "mxRegExpCount"));
}

export function readLinked(text: string): Linked {
	const start = text.indexOf("static const txSlot gxHeap[mxHeapCount] = {");
	const heap = text.slice(start, text.indexOf("static const txSlot gxStack[mxStackCount] = {")).split("\n");
	const names = literalsOf(heap, kind => kind === "KEY_X");
	const texts = literalsOf(heap, kind => kind !== "KEY_X" && kind !== "CODE_X");
	const functions = literalsOf(heap, kind => kind === "CODE_X");
	let bytecode = sumOf(functions);
	for (const [, size] of text.matchAll(/static const txU1 gxCode\d+\[(\d+)\];/g)) bytecode += Number(size);
	return {
		slots: numberOf(text, "mxHeapCount"),
		keys: numberOf(text, "mxKeysCount"),
		bytecode,
		chunks: sumOf([...texts].filter(one => !names.has(one))) + tableBytes(text),
		named: names.size,
		nameTexts: sumOf(names),
		paths: sumOf([...pathsOf(text)].filter(path => !names.has(path))),
	};
}
