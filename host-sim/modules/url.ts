/*
	"url": the SDK's URL and URLSearchParams, for URLs with a host (https, http, wss, ws, mqtts, mqtt and others with "//"). A relative one is resolved against
	its base (RFC 3986 section 5.2). Names of hosts are in ASCII: there is no Punycode here.
*/

const defaultPorts: Readonly<Record<string, string>> = Object.freeze({
	"http:": "80",
	"https:": "443",
	"ws:": "80",
	"wss:": "443",
	"ftp:": "21",
});

/** Characters that stay as they are in a path, a query or a fragment. */
const PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~!$&'()*+,;=:@/?%[]|^-";

function percentEncode(text: string): string {
	let result = "";
	for (const character of text) result += PLAIN.includes(character) ? character : encodeURIComponent(character);
	return result;
}

/** Takes "." and ".." out of a path (RFC 3986 section 5.2.4). */
function withoutDots(path: string): string {
	const result: string[] = [];
	const parts = path.split("/").slice(1);
	parts.forEach((part, i) => {
		const isLast = i === parts.length - 1;
		if (part === "..") result.pop();
		else if (part !== ".") result.push(part);
		if (isLast && (part === "." || part === "..")) result.push("");
	});
	return `/${result.join("/")}`;
}

/** Scheme, "//" and authority, authority, path, query and fragment (RFC 3986 appendix B). */
function takeApart(text: string): RegExpExecArray | null {
	// XS: a literal here, as a preloaded RegExp can't be used
	return /^([A-Za-z][A-Za-z0-9+.-]*:)?(\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/.exec(text);
}

function refuse(text: string): never {
	throw new TypeError(`"${text}" is no URL`);
}

export class URL {
	protocol = "";
	username = "";
	password = "";
	hostname = "";
	pathname = "";
	#port = "";
	#hash = "";
	#searchParams = new URLSearchParams();

	constructor(url: string, base?: string | URL) {
		const match = takeApart(String(url).trim());
		if (!match) refuse(url);
		const [, scheme, , authority, path = "", query, hash = ""] = match as (string | undefined)[];
		const from = scheme === undefined ? (base === undefined ? refuse(url) : new URL(String(base))) : undefined;
		this.protocol = scheme?.toLowerCase() ?? from!.protocol;
		if (authority !== undefined) this.#setAuthority(authority, url);
		else if (!from) refuse(url);
		else {
			this.username = from.username;
			this.password = from.password;
			this.hostname = from.hostname;
			this.#port = from.port;
		}
		const isBelow = from !== undefined && authority === undefined && !path.startsWith("/");
		const folder = isBelow ? from.pathname.slice(0, from.pathname.lastIndexOf("/") + 1) : "";
		this.pathname = isBelow && !path ? from.pathname : percentEncode(withoutDots(folder + path || "/"));
		this.search = query ?? (isBelow && !path ? from.search : "");
		this.hash = hash;
	}

	#setAuthority(authority: string, url: string): void {
		const at = authority.lastIndexOf("@");
		if (at >= 0) {
			const [name, ...rest] = authority.slice(0, at).split(":");
			this.username = name!;
			this.password = rest.join(":");
		}
		const match = /^(\[[0-9A-Fa-f:.]+\]|[^:[\]\s]+)(?::(\d*))?$/.exec(authority.slice(at + 1));
		if (!match) refuse(url);
		this.hostname = match[1]!.toLowerCase();
		this.port = match[2] ?? "";
	}

	get port(): string {
		return this.#port;
	}
	/** That of the protocol is left out. */
	set port(port: string | number) {
		const number = String(port);
		if (Number(number) > 65535 || !/^\d*$/.test(number)) refuse(`port ${number}`);
		const text = number === "" ? "" : String(Number(number));
		this.#port = text === defaultPorts[this.protocol] ? "" : text;
	}
	get host(): string {
		return this.#port ? `${this.hostname}:${this.#port}` : this.hostname;
	}
	set host(host: string) {
		this.#setAuthority(host, host);
	}
	get origin(): string {
		return `${this.protocol}//${this.host}`;
	}
	get search(): string {
		const text = this.#searchParams.source;
		return text ? `?${text}` : "";
	}
	set search(search: string) {
		this.#searchParams.source = percentEncode(search.startsWith("?") ? search.slice(1) : search);
	}
	get searchParams(): URLSearchParams {
		return this.#searchParams;
	}
	get hash(): string {
		return this.#hash;
	}
	set hash(hash: string) {
		const text = hash.startsWith("#") ? hash.slice(1) : hash;
		this.#hash = text ? `#${percentEncode(text)}` : "";
	}
	get href(): string {
		const secret = this.password ? `:${this.password}` : "";
		const user = this.username || secret ? `${this.username}${secret}@` : "";
		return `${this.protocol}//${user}${this.host}${this.pathname}${this.search}${this.#hash}`;
	}
	toString(): string {
		return this.href;
	}
	toJSON(): string {
		return this.href;
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
	/** What was given, as long as nothing has changed it. */
	#source: string | undefined;

	constructor(from: string | readonly (readonly string[])[] | Readonly<Record<string, unknown>> = "") {
		if (typeof from === "string") this.source = from.startsWith("?") ? from.slice(1) : from;
		else if (Array.isArray(from)) for (const [name, value] of from as string[][]) this.append(name!, value!);
		else for (const [name, value] of Object.entries(from)) this.append(name, String(value));
	}

	/** The query without its question mark. */
	get source(): string {
		return this.#source ?? this.toString();
	}
	set source(text: string) {
		this.#pairs = text
			.split("&")
			.filter(Boolean)
			.map(part => {
				const at = part.indexOf("=");
				return at < 0 ? [decodeForm(part), ""] : [decodeForm(part.slice(0, at)), decodeForm(part.slice(at + 1))];
			});
		this.#source = text;
	}
	get length(): number {
		return this.#pairs.length;
	}
	append(name: string, value: string): void {
		this.#source = undefined;
		this.#pairs.push([String(name), String(value)]);
	}
	delete(name: string): void {
		this.#source = undefined;
		this.#pairs = this.#pairs.filter(pair => pair[0] !== name);
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
		this.#source = undefined;
		if (!first) this.append(name, value);
		else {
			first[1] = String(value);
			this.#pairs = this.#pairs.filter(pair => pair === first || pair[0] !== name);
		}
	}
	toString(): string {
		return this.#pairs.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join("&");
	}
	[Symbol.iterator](): Iterator<[string, string]> {
		return this.#pairs[Symbol.iterator]();
	}
}

export default URL;
