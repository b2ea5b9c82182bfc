/*
	"test/harness": what tests inside XS are written with. A test file calls test(name, body) for each of its tests;
	they run one after the other once the file's own body is done. Each reports itself as one line of JSON, read by
	drivers/suite.ts under Node.
*/

export type Body = () => void | Promise<void>;

interface Case {
	readonly name: string;
	readonly body: Body;
}

const cases: Case[] = [];

/** One test; `body` throws, or returns a promise that rejects, where it fails. */
export function test(name: string, body: Body): void {
	if (cases.length === 0) Promise.resolve().then(runAll);
	cases.push({ name, body });
}

function report(line: object): void {
	trace(`${JSON.stringify(line)}\n`);
}

async function runAll(): Promise<void> {
	report({ tests: cases.length });
	for (const { name, body } of cases) {
		try {
			await body();
			report({ test: name, ok: true });
		} catch (error) {
			report({ test: name, ok: false, error: String(error), stack: error instanceof Error ? error.stack : undefined });
		}
	}
}

/** A figure that the driver prints with the results. */
export function note(text: string): void {
	report({ note: text });
}

/** Fails the test. */
export function fail(message: string): never {
	throw new Error(message);
}

export function ok(value: unknown, message = "expected a true value"): asserts value {
	if (!value) fail(message);
}

function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
	return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

/** A value in a message. */
function show(value: unknown): string {
	if (isBytes(value)) {
		const text = hex(value);
		return `<${value.byteLength} bytes ${text.length > 160 ? `${text.slice(0, 160)}...` : text}>`;
	}
	if (typeof value === "bigint") return `${value}n`;
	if (typeof value === "function") return `function ${value.name}`;
	if (value instanceof Error) return String(value);
	return JSON.stringify(value) ?? String(value);
}

/** Where two values differ: "" where they don't, else a sentence. */
function difference(actual: unknown, expected: unknown, path: string): string {
	if (Object.is(actual, expected) || (typeof actual === "bigint" && actual == expected)) return "";
	const differs = `${path}: ${show(actual)} instead of ${show(expected)}`;
	if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null)
		return differs;
	if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return differs;
	if (actual instanceof ArrayBuffer) return hex(actual) === hex(expected as ArrayBuffer) ? "" : differs;
	if (ArrayBuffer.isView(actual) || Array.isArray(actual)) {
		const found = differentItems(actual as unknown as unknown[], expected as unknown[], path);
		return found && isBytes(actual) ? `${differs}: ${found}` : found;
	}
	return differentMembers(actual as Record<string, unknown>, expected as Record<string, unknown>, path);
}

function differentItems(actual: ArrayLike<unknown>, expected: ArrayLike<unknown>, path: string): string {
	if (actual.length !== expected.length)
		return `${path}: ${actual.length} items instead of ${expected.length}: ${show(actual)} instead of ${show(expected)}`;
	for (let i = 0; i < actual.length; i++) {
		const found = difference(actual[i], expected[i], `${path}[${i}]`);
		if (found) return found;
	}
	return "";
}

function differentMembers(actual: Record<string, unknown>, expected: Record<string, unknown>, path: string): string {
	for (const key of Object.keys(expected)) {
		if (!Object.hasOwn(actual, key)) return `${path}.${key}: missing, ${show(expected[key])} expected`;
		const found = difference(actual[key], expected[key], `${path}.${key}`);
		if (found) return found;
	}
	for (const key of Object.keys(actual)) {
		if (!Object.hasOwn(expected, key)) return `${path}.${key}: ${show(actual[key])} not expected`;
	}
	return "";
}

/** The two are equal through and through: lists, typed arrays and plain objects item by item. */
export function equal(actual: unknown, expected: unknown, message = ""): void {
	const found = difference(actual, expected, message || "value");
	if (found) fail(found);
}

/** What `throws` expects: a TLSError's code, or an error's class. */
export type Expected = string | (new (...values: any[]) => Error);

function check(error: unknown, expected: Expected | undefined): Error {
	if (!(error instanceof Error)) fail(`${show(error)} was thrown, which is not an Error`);
	if (typeof expected === "string") {
		const { code } = error as { code?: unknown };
		if (code !== expected) fail(`error code ${show(code)} instead of ${show(expected)}: ${String(error)}`);
	} else if (expected && !(error instanceof expected)) fail(`${String(error)} instead of a ${expected.name}`);
	return error;
}

/** `body` throws an error; its `code` or class is the expected one. Returns the error. */
export function throws(body: () => unknown, expected?: Expected): Error {
	try {
		body();
	} catch (error) {
		return check(error, expected);
	}
	fail(`nothing was thrown; expected ${typeof expected === "string" ? expected : (expected?.name ?? "an error")}`);
}

/** The same for a promise. */
export async function rejects(promise: Promise<unknown>, expected?: Expected): Promise<Error> {
	try {
		await promise;
	} catch (error) {
		return check(error, expected);
	}
	fail(
		`the promise was fulfilled; expected ${typeof expected === "string" ? expected : (expected?.name ?? "an error")}`,
	);
}

const digits = "0123456789abcdef";

/** Bytes in hexadecimal. */
export function hex(content: Uint8Array | ArrayBuffer): string {
	const bytes = content instanceof Uint8Array ? content : new Uint8Array(content);
	const parts: string[] = [];
	for (let i = 0; i < bytes.length; i++) parts.push(digits[bytes[i]! >> 4]! + digits[bytes[i]! & 15]!);
	return parts.join("");
}

/** What the code of a hexadecimal digit stands for. */
function digitOf(code: number): number {
	return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
}

/** The bytes of hexadecimal text; spaces and line ends are passed over. */
export function bytes(text: string): Uint8Array {
	const clean = text.replace(/\s+/g, "");
	if (clean.length % 2 || /[^0-9a-fA-F]/.test(clean)) fail(`not hexadecimal: ${show(text)}`);
	// a string's nth character is looked for from its start
	const codes = new Uint8Array(ArrayBuffer.fromString(clean));
	const result = new Uint8Array(codes.length / 2);
	for (let i = 0; i < result.length; i++) result[i] = (digitOf(codes[2 * i]!) << 4) | digitOf(codes[2 * i + 1]!);
	return result;
}

/** The bytes of ASCII text. */
export function ascii(text: string): Uint8Array {
	const result = new Uint8Array(text.length);
	for (let i = 0; i < text.length; i++) result[i] = text.charCodeAt(i);
	return result;
}

/** Several pieces as one. */
export function join(...pieces: Uint8Array[]): Uint8Array {
	const result = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
	let at = 0;
	for (const piece of pieces) {
		result.set(piece, at);
		at += piece.length;
	}
	return result;
}

/** A repeatable source of numbers for tests (xorshift32): the same seed gives the same numbers. */
export class Numbers {
	#state: number;

	constructor(seed: number) {
		this.#state = seed | 0 || 1;
	}

	/** An integer from 0 to below `limit`. */
	below(limit: number): number {
		let x = this.#state;
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		this.#state = x;
		return (x >>> 0) % limit;
	}

	bytes(length: number): Uint8Array {
		const result = new Uint8Array(length);
		for (let i = 0; i < length; i++) result[i] = this.below(256);
		return result;
	}
}
