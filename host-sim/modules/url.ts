/*
	"url": the SDK's URL and URLSearchParams, after the WHATWG's URL standard (urlparser.ts).
*/

import {
	addPath,
	encodeFragment,
	encodeQuery,
	encodeUser,
	isSpecial,
	parsePort,
	type Parts,
	parseURL,
	setHost,
	writeHost,
	writePath,
	writeURL,
} from "./urlparser";

function parse(url: unknown, base?: Parts): Parts {
	const parts = parseURL(String(url), base);
	if (!parts) throw new TypeError("invalid URL");
	return parts;
}

export class URL {
	#parts: Parts;
	readonly #searchParams: URLSearchParams;

	constructor(url: string | URL, base?: string | URL) {
		this.#parts = parse(url, base === undefined ? undefined : parse(base));
		this.#searchParams = new URLSearchParams(this.#parts.query ?? "", query => {
			this.#parts.query = query === "" ? undefined : query;
		});
	}

	/** False where a URL has no place for a user, a password or a port. */
	get #hasAuthority(): boolean {
		const { host, scheme } = this.#parts;
		return host !== undefined && host !== "" && scheme !== "file";
	}

	get href(): string {
		return writeURL(this.#parts);
	}
	set href(href: string) {
		this.#parts = parse(href);
		this.#searchParams.replace(this.#parts.query ?? "");
	}
	get origin(): string {
		const { scheme } = this.#parts;
		return isSpecial(scheme) && this.host ? `${scheme}://${this.host}` : "null";
	}
	get protocol(): string {
		return `${this.#parts.scheme}:`;
	}
	set protocol(protocol: string) {
		const parts = this.#parts;
		const scheme = /^([A-Za-z][A-Za-z0-9+.-]*)(?::|$)/.exec(String(protocol))?.[1]?.toLowerCase();
		if (scheme === undefined || isSpecial(scheme) !== isSpecial(parts.scheme)) return;
		const isFile = scheme === "file";
		if (isFile && (parts.username || parts.password || parts.port)) return;
		if (parts.scheme === "file" && !parts.host) return;
		parts.scheme = scheme;
		parts.port = parsePort(parts.port, scheme) ?? parts.port;
	}
	get username(): string {
		return this.#parts.username;
	}
	set username(name: string) {
		if (this.#hasAuthority) this.#parts.username = encodeUser(String(name));
	}
	get password(): string {
		return this.#parts.password;
	}
	set password(password: string) {
		if (this.#hasAuthority) this.#parts.password = encodeUser(String(password));
	}
	get host(): string {
		return writeHost(this.#parts);
	}
	set host(host: string) {
		this.#setHost(String(host), false);
	}
	get hostname(): string {
		return this.#parts.host ?? "";
	}
	set hostname(name: string) {
		this.#setHost(String(name), true);
	}
	get port(): string {
		return this.#parts.port;
	}
	set port(port: string | number) {
		if (!this.#hasAuthority) return;
		const text = String(port);
		const digits = /^\d*/.exec(text)![0];
		if (digits !== "" || text === "") this.#parts.port = parsePort(digits, this.#parts.scheme) ?? this.#parts.port;
	}
	get pathname(): string {
		return writePath(this.#parts);
	}
	set pathname(path: string) {
		const parts = this.#parts;
		if (typeof parts.path === "string") return;
		const text = String(path);
		const first = isSpecial(parts.scheme) ? /^[/\\]/ : /^\//;
		parts.path = [];
		if (text !== "" || isSpecial(parts.scheme)) addPath(parts.path, text.replace(first, ""), parts.scheme);
	}
	get search(): string {
		return this.#parts.query ? `?${this.#parts.query}` : "";
	}
	set search(search: string) {
		const parts = this.#parts;
		const text = String(search).replace(/^\?/, "");
		parts.query = String(search) === "" ? undefined : encodeQuery(text, parts.scheme);
		this.#searchParams.replace(text);
	}
	get searchParams(): URLSearchParams {
		return this.#searchParams;
	}
	get hash(): string {
		return this.#parts.fragment ? `#${this.#parts.fragment}` : "";
	}
	set hash(hash: string) {
		this.#parts.fragment = String(hash) === "" ? undefined : encodeFragment(String(hash).replace(/^#/, ""));
	}
	toString(): string {
		return this.href;
	}
	toJSON(): string {
		return this.href;
	}

	/** Host, and port where one may be given; an invalid one changes nothing. */
	#setHost(text: string, isName: boolean): void {
		const parts = this.#parts;
		if (typeof parts.path === "string") return;
		const end = text.search(isSpecial(parts.scheme) ? /[/\\?#]/ : /[/?#]/);
		const authority = end < 0 ? text : text.slice(0, end);
		// a file's host has no port
		if (parts.scheme === "file" && /:(?![^[]*\])/.test(authority)) return;
		const [, name = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?/.exec(authority)!;
		const hasPort = port !== undefined && port !== "" && parsePort(port, parts.scheme) !== null;
		if (name === "" && (isSpecial(parts.scheme) || hasPort || parts.port !== "")) return;
		if (isName && port !== undefined) return;
		const changed = { ...parts };
		if (!setHost(changed, name)) return;
		parts.host = changed.host;
		if (hasPort) parts.port = parsePort(port, parts.scheme)!;
	}
}

function decodeForm(text: string): string {
	const spaced = text.replace(/\+/g, " ");
	try {
		return decodeURIComponent(spaced);
	} catch {
		return spaced;
	}
}

function encodeForm(text: string): string {
	return encodeURIComponent(text)
		.replace(/%20/g, "+")
		.replace(/[!'()~]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

export class URLSearchParams {
	#pairs: [string, string][] = [];
	readonly #changed: ((query: string) => void) | undefined;

	/** `changed` is the URL's, which it is a part of. */
	constructor(
		from: string | readonly (readonly string[])[] | Readonly<Record<string, unknown>> = "",
		changed?: (query: string) => void,
	) {
		this.#changed = changed;
		if (typeof from === "string") this.replace(changed ? from : from.replace(/^\?/, ""));
		else if (Array.isArray(from))
			for (const pair of from as string[][]) {
				if (pair.length !== 2) throw new TypeError("invalid parameter");
				this.append(pair[0]!, pair[1]!);
			}
		else for (const [name, value] of Object.entries(from)) this.append(name, String(value));
	}

	/** Reads a query without its question mark; the URL has it already. */
	replace(text: string): void {
		this.#pairs = text
			.split("&")
			.filter(Boolean)
			.map(part => {
				const at = part.indexOf("=");
				return at < 0 ? [decodeForm(part), ""] : [decodeForm(part.slice(0, at)), decodeForm(part.slice(at + 1))];
			});
	}
	get length(): number {
		return this.#pairs.length;
	}
	#update(): void {
		this.#changed?.(this.toString());
	}
	append(name: string, value: string): void {
		this.#pairs.push([String(name), String(value)]);
		this.#update();
	}
	delete(name: string): void {
		this.#pairs = this.#pairs.filter(pair => pair[0] !== name);
		this.#update();
	}
	get(name: string): string | null {
		return this.#pairs.find(pair => pair[0] === name)?.[1] ?? null;
	}
	getAll(name: string): string[] {
		return this.#pairs.filter(pair => pair[0] === name).map(pair => pair[1]);
	}
	has(name: string): boolean {
		return this.#pairs.some(pair => pair[0] === name);
	}
	set(name: string, value: string): void {
		const first = this.#pairs.find(pair => pair[0] === name);
		if (!first) this.#pairs.push([String(name), String(value)]);
		else {
			first[1] = String(value);
			this.#pairs = this.#pairs.filter(pair => pair === first || pair[0] !== name);
		}
		this.#update();
	}
	toString(): string {
		return this.#pairs.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join("&");
	}
	[Symbol.iterator](): Iterator<[string, string]> {
		return this.#pairs[Symbol.iterator]();
	}
}

export default URL;
