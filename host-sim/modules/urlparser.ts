/*
	Parses and writes URLs as the SDK does, for "url": by the WHATWG's URL standard. RFC 3986 is older, and browsers,
	Node and the SDK do not follow it. What the SDK 8.2.3 does otherwise is so here, too:
	- A host with characters beyond ASCII is refused: there is no Punycode.
	- A path that is relative to another keeps that one's query where it has none.
	- "%2e%2E" in a path does not count as "..", as its letters are not of one case.
	- A file on a host has an origin (url.ts).
*/

/** A URL in parts. A path is opaque, as that of "mailto:", or a list of segments. */
export interface Parts {
	scheme: string;
	username: string;
	password: string;
	host: string | undefined;
	port: string;
	path: string | string[];
	query: string | undefined;
	fragment: string | undefined;
}

const specialPorts: Readonly<Record<string, string>> = Object.freeze({
	ftp: "21",
	file: "",
	http: "80",
	https: "443",
	ws: "80",
	wss: "443",
});

/** Characters that are percent-encoded beside controls and those beyond "~": each set with the parts that need it. */
const FRAGMENT_SET = ' "<>`';
const QUERY_SET = ' "#<>';
const SPECIAL_QUERY_SET = `${QUERY_SET}'`;
const PATH_SET = `${QUERY_SET}?\`{}`;
const USER_SET = `${PATH_SET}/:;=@[\\]^|`;

/** Not in the name of a host. */
const FORBIDDEN = " #/:<>?@[\\]^|";

export function isSpecial(scheme: string): boolean {
	return scheme in specialPorts;
}

/** A code point's bytes in UTF-8, percent-encoded; half of a pair becomes U+FFFD. */
function encodeCharacter(character: string): string {
	const code = character.codePointAt(0)!;
	if (code >= 0xd800 && code <= 0xdfff) return "%EF%BF%BD";
	const text = encodeURIComponent(character);
	if (text !== character) return text;
	const hex = code.toString(16).toUpperCase();
	return `%${hex.length < 2 ? "0" : ""}${hex}`;
}

export function percentEncode(text: string, set: string): string {
	let result = "";
	for (const character of text)
		result += character < " " || character > "~" || set.includes(character) ? encodeCharacter(character) : character;
	return result;
}

/** Decodes percent-encoded bytes as UTF-8; returns the text as it is if they are malformed. */
function percentDecode(text: string): string {
	return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, run => {
		try {
			return decodeURIComponent(run);
		} catch {
			return run;
		}
	});
}

/** A number of an IPv4 address: decimal, octal with "0", or hexadecimal with "0x". */
function parseNumber(text: string): number {
	if (/^0[xX][0-9A-Fa-f]*$/.test(text)) return text.length === 2 ? 0 : parseInt(text.slice(2), 16);
	if (/^0[0-7]+$/.test(text)) return parseInt(text, 8);
	return /^\d+$/.test(text) && !/^0\d/.test(text) ? Number(text) : Number.NaN;
}

/**
 * An IPv4 address; undefined for a name that does not end in a number; null for one that does but is not an address.
 */
function parseIPv4(host: string): string | undefined | null {
	const parts = host.split(".");
	if (parts.at(-1) === "" && parts.length > 1) parts.pop();
	const last = parts.at(-1)!;
	if (!/^\d+$/.test(last) && !/^0[xX][0-9A-Fa-f]*$/.test(last)) return undefined;
	const numbers = parts.map(parseNumber);
	const end = numbers.pop()!;
	if (numbers.length > 3 || numbers.some(number => !(number <= 255))) return null;
	if (!(end < 256 ** (4 - numbers.length))) return null;
	const address = numbers.reduce((sum, number, i) => sum + number * 256 ** (3 - i), end);
	return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** The two words of an IPv4 address at the end of an IPv6 address. */
function embeddedIPv4(text: string): string[] | null {
	const match = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(text);
	const bytes = match?.slice(1).map(Number);
	if (!bytes || bytes.some(byte => byte > 255)) return null;
	return [bytes[0]! * 256 + bytes[1]!, bytes[2]! * 256 + bytes[3]!].map(word => word.toString(16));
}

/** The words of one side of "::". */
function wordsOf(text: string): number[] | null {
	if (text === "") return [];
	const texts = text.split(":");
	if (texts.at(-1)!.includes(".")) {
		const words = embeddedIPv4(texts.pop()!);
		if (!words) return null;
		texts.push(...words);
	}
	return texts.every(word => /^[0-9A-Fa-f]{1,4}$/.test(word)) ? texts.map(word => parseInt(word, 16)) : null;
}

/** An IPv6 address at its shortest (RFC 5952), without brackets. */
function parseIPv6(text: string): string | null {
	const sides = text.split("::");
	if (sides.length > 2 || (sides.length === 2 && sides[0]!.includes("."))) return null;
	const [first, second] = sides.map(wordsOf);
	if (!first || second === null) return null;
	const missing = 8 - first.length - (second?.length ?? 0);
	if (second ? missing < 1 : missing !== 0) return null;
	const words = [...first, ...new Array<number>(second ? missing : 0).fill(0), ...(second ?? [])];
	let start = -1,
		length = 1;
	for (let i = 0; i < 8; i++) {
		let end = i;
		while (end < 8 && words[end] === 0) end++;
		if (end - i > length) {
			start = i;
			length = end - i;
		}
	}
	const texts = words.map(word => word.toString(16));
	if (start < 0) return texts.join(":");
	return `${texts.slice(0, start).join(":")}::${texts.slice(start + length).join(":")}`;
}

function parseHost(text: string, scheme: string): string | null {
	if (text.startsWith("[")) {
		const address = text.endsWith("]") ? parseIPv6(text.slice(1, -1)) : null;
		return address === null ? null : `[${address}]`;
	}
	if (!isSpecial(scheme)) {
		for (const character of text) if (FORBIDDEN.includes(character) || character === "\0") return null;
		return percentEncode(text, "");
	}
	const name = percentDecode(text).toLowerCase();
	for (const character of name)
		if (character < " " || character > "~" || character === "%" || FORBIDDEN.includes(character)) return null;
	if (name === "") return null;
	const address = parseIPv4(name);
	return address === undefined ? name : address;
}

function isSingleDot(segment: string): boolean {
	return /^(?:\.|%2e)$/i.test(segment);
}

function isDoubleDot(segment: string): boolean {
	return /^(?:\.|%2e){2}$|^(?:\.|%2E){2}$/.test(segment);
}

function isDrive(segment: string): boolean {
	return /^[A-Za-z][:|]$/.test(segment);
}

function shorten(path: string[], scheme: string): void {
	if (scheme === "file" && path.length === 1 && isDrive(path[0]!)) return;
	path.pop();
}

/** Adds the segments of `text` to a path. */
export function addPath(path: string[], text: string, scheme: string): void {
	const segments = text.split(isSpecial(scheme) ? /[/\\]/ : "/");
	segments.forEach((segment, i) => {
		const isLast = i === segments.length - 1;
		if (isDoubleDot(segment)) {
			shorten(path, scheme);
			if (isLast) path.push("");
		} else if (isSingleDot(segment)) {
			if (isLast) path.push("");
		} else if (scheme === "file" && path.length === 0 && isDrive(segment)) path.push(`${segment[0]}:`);
		else path.push(percentEncode(segment, PATH_SET));
	});
}

export function encodeQuery(text: string, scheme: string): string {
	return percentEncode(text, isSpecial(scheme) ? SPECIAL_QUERY_SET : QUERY_SET);
}

export function encodeFragment(text: string): string {
	return percentEncode(text, FRAGMENT_SET);
}

export function encodeUser(text: string): string {
	return percentEncode(text, USER_SET);
}

/** Reads a port; "" for the scheme's own, null for an invalid one. */
export function parsePort(text: string, scheme: string): string | null {
	if (!/^\d*$/.test(text) || Number(text) > 65535) return null;
	const port = text === "" ? "" : String(Number(text));
	return port === specialPorts[scheme] ? "" : port;
}

/** Reads host and port into `parts`; false if they are invalid. */
export function setHost(parts: Parts, text: string): boolean {
	const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(text);
	if (!match) return false;
	const host = match[1] === "" && !isSpecial(parts.scheme) ? "" : parseHost(match[1]!, parts.scheme);
	const port = parsePort(match[2] ?? "", parts.scheme);
	if (host === null || port === null || (host === "" && match[2] !== undefined)) return false;
	parts.host = host;
	parts.port = port;
	return true;
}

class Parser {
	readonly #parts: Parts;
	readonly #base: Parts | undefined;

	constructor(scheme: string, base: Parts | undefined) {
		const path: string[] = [];
		this.#parts = {
			scheme,
			username: "",
			password: "",
			host: undefined,
			port: "",
			path,
			query: undefined,
			fragment: undefined,
		};
		this.#base = base;
	}

	get #slashes(): string {
		return isSpecial(this.#parts.scheme) ? "/\\" : "/";
	}

	#startsWithSlash(text: string, at = 0): boolean {
		return at < text.length && this.#slashes.includes(text[at]!);
	}

	/** Query and fragment, from `text`, which is a path with them. Returns the path. */
	#takeEnd(text: string): string {
		const parts = this.#parts;
		const hash = text.indexOf("#");
		if (hash >= 0) parts.fragment = encodeFragment(text.slice(hash + 1));
		const rest = hash >= 0 ? text.slice(0, hash) : text;
		const mark = rest.indexOf("?");
		if (mark >= 0) parts.query = encodeQuery(rest.slice(mark + 1), parts.scheme);
		return mark >= 0 ? rest.slice(0, mark) : rest;
	}

	#path(text: string): void {
		const path = this.#takeEnd(text);
		const { scheme } = this.#parts;
		if (path === "" && !isSpecial(scheme)) return;
		addPath(this.#parts.path as string[], this.#startsWithSlash(path) ? path.slice(1) : path, scheme);
	}

	#authority(text: string): boolean {
		const parts = this.#parts;
		const end = text.search(isSpecial(parts.scheme) ? /[/\\?#]/ : /[/?#]/);
		const authority = end < 0 ? text : text.slice(0, end);
		const at = authority.lastIndexOf("@");
		if (at >= 0) {
			const user = authority.slice(0, at);
			const colon = user.indexOf(":");
			parts.username = encodeUser(colon < 0 ? user : user.slice(0, colon));
			parts.password = colon < 0 ? "" : encodeUser(user.slice(colon + 1));
		}
		const host = authority.slice(at + 1);
		if ((at >= 0 && host === "") || !setHost(parts, host)) return false;
		this.#path(end < 0 ? "" : text.slice(end));
		return true;
	}

	#copyAuthority({ username, password, host, port }: Parts): void {
		Object.assign(this.#parts, { username, password, host, port });
	}

	/** What is relative to the path of `base`. */
	#below(base: Parts, text: string): void {
		const parts = this.#parts;
		const path = this.#takeEnd(text);
		parts.path = [...(base.path as string[])];
		if (!/^[^#]*\?/.test(text)) parts.query = base.query;
		if (path === "") return;
		shorten(parts.path, parts.scheme);
		addPath(parts.path, path, parts.scheme);
	}

	#relative(base: Parts, text: string): boolean {
		if (this.#startsWithSlash(text) && this.#startsWithSlash(text, 1)) return this.#afterSlashes(text);
		this.#copyAuthority(base);
		if (this.#startsWithSlash(text)) this.#path(text);
		else this.#below(base, text);
		return true;
	}

	/** An authority after slashes: two, or for special schemes any number. */
	#afterSlashes(text: string): boolean {
		return this.#authority(isSpecial(this.#parts.scheme) ? text.replace(/^[/\\]*/, "") : text.slice(2));
	}

	#file(text: string): boolean {
		const parts = this.#parts;
		const base = this.#base?.scheme === "file" ? this.#base : undefined;
		parts.host = "";
		if (this.#startsWithSlash(text) && this.#startsWithSlash(text, 1)) {
			const rest = text.slice(2);
			const end = rest.search(/[/\\?#]/);
			const name = end < 0 ? rest : rest.slice(0, end);
			if (isDrive(name)) {
				this.#path(rest);
				return true;
			}
			const host = name === "" ? "" : parseHost(name, "file");
			if (host === null) return false;
			parts.host = host === "localhost" ? "" : host;
			this.#path(end < 0 ? "" : rest.slice(end));
			return true;
		}
		if (this.#startsWithSlash(text)) {
			if (base) parts.host = base.host;
			this.#path(text);
		} else if (base) {
			parts.host = base.host;
			this.#below(base, text);
		} else this.#path(text);
		return true;
	}

	/** All after the scheme and its colon. */
	parse(text: string, isAbsolute: boolean): Parts | undefined {
		const parts = this.#parts;
		const { scheme } = parts;
		if (scheme === "file") return this.#file(text) ? parts : undefined;
		const base = this.#base;
		const isBelow = base !== undefined && (!isAbsolute || (isSpecial(scheme) && base.scheme === scheme));
		if (isBelow && !(isAbsolute && /^[/\\]{2}/.test(text))) return this.#relative(base, text) ? parts : undefined;
		if (isSpecial(scheme) || text.startsWith("//")) return this.#afterSlashes(text) ? parts : undefined;
		if (text.startsWith("/")) {
			this.#path(text);
			return parts;
		}
		parts.path = percentEncode(this.#takeEnd(text), "");
		return parts;
	}
}

/** Parses a URL, relative to `base` where it has no scheme; undefined if it is invalid. */
export function parseURL(input: string, base?: Parts): Parts | undefined {
	const text = input.replace(/^[\0- ]+|[\0- ]+$/g, "").replace(/[\t\n\r]/g, "");
	const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
	if (match) {
		const scheme = match[1]!.toLowerCase();
		return new Parser(scheme, base).parse(text.slice(match[0].length), true);
	}
	if (!base) return undefined;
	if (typeof base.path === "string") {
		if (!text.startsWith("#")) return undefined;
		return { ...base, fragment: encodeFragment(text.slice(1)) };
	}
	return new Parser(base.scheme, base).parse(text, false);
}

export function writeHost({ host = "", port }: Parts): string {
	return port === "" ? host : `${host}:${port}`;
}

export function writePath({ path }: Parts): string {
	return typeof path === "string" ? path : path.map(segment => `/${segment}`).join("");
}

export function writeURL(parts: Parts): string {
	const { scheme, username, password, host, path, query, fragment } = parts;
	const user = username || password ? `${username}${password ? `:${password}` : ""}@` : "";
	// an empty first segment would read as an authority
	const gap = host === undefined && typeof path !== "string" && path.length > 1 && path[0] === "" ? "/." : "";
	return [
		`${scheme}:`,
		host === undefined ? gap : `//${user}${writeHost(parts)}`,
		writePath(parts),
		query === undefined ? "" : `?${query}`,
		fragment === undefined ? "" : `#${fragment}`,
	].join("");
}
