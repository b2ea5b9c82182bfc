/*
	Reads options out of the application's objects: each property once, own ones only, lists and buffers copied. What
	was checked can't change later, and nothing that a getter or a proxy does gets past "configuration".
*/

import { refuse, TLSError } from "./errors";
import { typeName } from "./options";
import { isBuffer, wipe } from "tls/hardware/copy";

/** Most items of a list, and most prototypes of an object. */
const MAX_ITEMS = 1024;
const MAX_PROTOTYPES = 16;

/** Longest name of an option for which a known one is looked for, in characters. */
const MAX_NAME = 40;

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const STRING = "string";
const ARRAY = "array";
const OBJECT = "object";
const FUNCTION = "function";
export const BUFFER = "buffer";
const BYTE_OFFSET = "byteOffset";
const BYTE_LENGTH = "byteLength";
const ANYTHING = "anything";
const NESTED = "nested";
const OPEN = "open";
const NO_TITLE = "";

export function isString(value: unknown): value is string {
	return typeof value === STRING;
}

/** What each option must be, in words: "a string or a buffer". */
export type OptionTypes = Readonly<Record<string, string>>;

/** A type with its article, as messages have it. */
export function describeType(value: unknown): string {
	const name = typeName(value);
	switch (name) {
		case "null":
		case "undefined":
			return name;
		case "array":
		case "object":
			return `an ${name}`;
		default:
			return `a ${name}`;
	}
}

/** Changes of one character that make `b` of `a` (Levenshtein). */
function distance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, i) => i);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let k = 1; k <= b.length; k++)
			next.push(Math.min(row[k]! + 1, next[k - 1]! + 1, row[k - 1]! + (a[i - 1] === b[k - 1] ? 0 : 1)));
		row = next;
	}
	return row[b.length]!;
}

/** The option that has the meaning of `name` in Node's TLS or the SDK's. */
function sameElsewhere(name: string): string | undefined {
	switch (name) {
		case "ca":
		case "cas":
			return "certificate";
		case "cache":
			return "sessions";
		case "cert":
			return "clientCertificates";
		case "key":
			return "clientKey";
		case "host":
		case "tls_server_name":
			return "serverName";
		case "ALPNProtocols":
		case "alpn":
			return "applicationLayerProtocolNegotiation";
		case "ciphers":
			return "cipherSuites";
		case "curves":
		case "ecdhCurve":
		case "tls_elliptic_curves":
			return "groups";
		case "sigalgs":
		case "tls_signature_algorithms":
			return "signatureAlgorithms";
		default:
			return undefined;
	}
}

/** The known option that means the same as `name`, or that it is closest to, if it is close. */
function nearestName(name: string, types: OptionTypes): string | undefined {
	if (name.length > MAX_NAME) return undefined;
	const same = sameElsewhere(name);
	if (same !== undefined && Object.hasOwn(types, same)) return same;
	let nearest: string | undefined;
	let least = 1 + Math.min(4, name.length / 3);
	for (const known of Object.keys(types)) {
		const changes = distance(name.toLowerCase(), known.toLowerCase());
		if (changes >= least) continue;
		least = changes;
		nearest = known;
	}
	return nearest;
}

function refuseUnknown(title: string, name: string, types: OptionTypes, form: Form): never {
	const nearest = nearestName(name, types),
		place = form === "beside" ? ' beside "secure"' : "";
	const advice =
		nearest === undefined
			? place && '; options of TLS belong in "secure", those of the TCP class in "TCP"'
			: `: did you mean "${nearest}"?`;
	refuse(`${title}"${name.slice(0, MAX_NAME)}" is not an option${place}${advice}`);
}

/** Options on a prototype would be passed over without a word, and with them a pin: they are refused. */
function refuseInherited(title: string, given: object, types: OptionTypes): void {
	let prototype = Object.getPrototypeOf(given) as object | null;
	for (let i = 0; prototype !== null && prototype !== Object.prototype; i++) {
		for (const name of i < MAX_PROTOTYPES ? Object.keys(types) : []) {
			if (Object.hasOwn(prototype, name))
				refuse(`${title}"${name}" is inherited: options are properties of the object itself`);
		}
		if (i === MAX_PROTOTYPES)
			refuse(`${title}the options have more than ${MAX_PROTOTYPES} prototypes: give a plain object`);
		prototype = Object.getPrototypeOf(prototype) as object | null;
	}
}

export function refuseUnreadable(title: string, name: string): never {
	refuse(`${title}"${name}" can't be read: its getter or proxy throws`);
}

/**
 * Whose options are copied. "secure": TLSClient's. "nested": those of one of them, which messages name. "beside": those
 * beside "secure". "open": those of a dictionary in which others may have options, too.
 */
type Form = "secure" | "nested" | "beside" | "open";

/**
 * Returns a copy of `given` that has only its own properties, each known and of its type. `name` is the option that
 * `given` is.
 */
export function copyOptions<T extends object>(name: string, given: unknown, types: OptionTypes, form: Form): T {
	const title = form === NESTED ? `"${name}": ` : NO_TITLE;
	const copy = Object.create(null) as Record<string, unknown>;
	if (typeName(given) !== OBJECT) refuse(`"${name}" must be an object, not ${describeType(given)}`);
	// one try for all: a closure for each option would take ten slots
	let option = NO_TITLE;
	try {
		if (Object.getPrototypeOf(given) !== Object.prototype) refuseInherited(title, given as object, types);
		const names = Object.getOwnPropertyNames(given);
		for (let i = 0; i < names.length; i++) {
			option = names[i]!;
			if (!Object.hasOwn(types, option)) {
				if (form === OPEN) continue;
				refuseUnknown(title, option, types, form);
			}
			const value = (given as Record<string, unknown>)[option];
			if (value === undefined) continue;
			const type = types[option]!;
			if (type !== ANYTHING && !type.includes(typeName(value)))
				refuse(`${title}"${option}" must be ${type}, not ${describeType(value)}`);
			copy[option] = value;
		}
	} catch (error) {
		if (error instanceof TLSError) throw error;
		refuseUnreadable(option && title, option || name);
	}
	return copy as T;
}

/** Returns the items of a list, which must have `least` at least. */
export function copyList(name: string, list: unknown, least = 1): unknown[] {
	const items: unknown[] = [];
	try {
		const length = (list as unknown[]).length;
		if (!(length >= least && length <= MAX_ITEMS))
			refuse(`"${name}" must have ${least} to ${MAX_ITEMS} items, not ${length}`);
		for (let i = 0; i < length; i++) items.push((list as unknown[])[i]);
	} catch (error) {
		if (error instanceof TLSError) throw error;
		refuseUnreadable("", name);
	}
	return items;
}

/** `value` as a list: itself, or the one item that it is. */
export function listOf(name: string, value: unknown): unknown[] {
	return typeName(value) === ARRAY ? copyList(name, value) : [value];
}

const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);

/**
 * The bytes of a buffer or of any view of one, where they are. Only what JavaScript itself knows of a buffer counts,
 * not what properties of the object say; an object with a `length` is not a buffer. A Resource is one, in flash.
 */
export function viewBytes(name: string, value: unknown): Uint8Array {
	const type = typeName(value);
	if ((type !== BUFFER && type !== OBJECT) || !(ArrayBuffer.isView(value) || isBuffer(value)))
		refuse(`"${name}" must be a buffer, not ${describeType(value)}`);
	try {
		if (!ArrayBuffer.isView(value)) return new Uint8Array(new DataView(value as ArrayBuffer).buffer as ArrayBuffer);
		const prototype = value instanceof DataView ? DataView.prototype : typedArray;
		const buffer = Reflect.get(prototype, BUFFER, value) as ArrayBuffer;
		return new Uint8Array(
			buffer,
			Reflect.get(prototype, BYTE_OFFSET, value) as number,
			Reflect.get(prototype, BYTE_LENGTH, value) as number,
		);
	} catch {
		refuse(`"${name}" must be a buffer, not ${describeType(value)} that has no bytes`);
	}
}

/** True for bytes in flash. */
export function isReadOnly(bytes: Uint8Array): boolean {
	try {
		wipe(bytes, 0, 0);
		return false;
	} catch {
		return true;
	}
}

/** A copy of the bytes of a buffer; those in flash can't change and are used where they are. */
export function copyBytes(name: string, value: unknown): Uint8Array {
	const bytes = viewBytes(name, value);
	return isReadOnly(bytes) ? bytes : bytes.slice();
}

/** A function of the application's with `self` as its `this`: without that, it would be an object of the engine. */
export function bindTo<F extends (...values: never[]) => unknown>(self: unknown, name: string, value: F): F {
	try {
		return Function.prototype.bind.call(value, self) as unknown as F;
	} catch {
		return refuseUnreadable(NO_TITLE, name);
	}
}

/** True if an object of the application's has these methods. */
export function hasMethods(name: string, value: object, methods: readonly string[]): boolean {
	try {
		return methods.every(method => typeof (value as Record<string, unknown>)[method] === FUNCTION);
	} catch {
		return refuseUnreadable(NO_TITLE, name);
	}
}
