/*
	URLs of http and https, as far as a device needs them (RFC 3986). Strict: what this can't read exactly is refused,
	so that no two programs take it for different servers. Names are in ASCII; user and password are refused.
*/

import { refuse } from "../errors";

/** A URL taken apart. */
export interface WebURL {
	readonly isSecure: boolean;
	/** A name in lower case, or an address, without brackets. */
	readonly host: string;
	readonly port: number;
	/** With the query: what a request asks for. */
	readonly path: string;
	/** Scheme, host and port. */
	readonly origin: string;
}

/** Longest URL, in characters. */
const MAX_URL = 4096;

/** Parts of a path in which "." and ".." are taken away: each takes steps, and slots. */
const MAX_SEGMENTS = 64;

/** The part of a URL that errors show. */
function shown(text: string): string {
	return `"${text.slice(0, 80)}"`;
}

/** The first of `characters` in `text`, or its end. */
function findFirst(text: string, characters: string): number {
	let first = text.length;
	for (let i = 0; i < characters.length; i++) {
		const at = text.indexOf(characters[i]!);
		if (at >= 0 && at < first) first = at;
	}
	return first;
}

/** Refuses a URL with characters that no URL has; cuts its fragment, which stays here (RFC 9110 section 7.1). */
function checkText(text: unknown): string {
	if (typeof text !== "string") refuse("the URL must be a string");
	if (text.length > MAX_URL) refuse(`the URL has ${text.length} characters, expected ${MAX_URL} at most`);
	// a redirect is as long as a server likes: no step of script for each character
	const bad = text.search(/[^!-[\]-~]/);
	if (bad >= 0)
		refuse(
			`${shown(text)} has character ${text.charCodeAt(bad)} at position ${bad}, which no URL has: encode it with % (encodeURI)`,
		);
	return text.slice(0, findFirst(text, "#"));
}

function readPort(text: string, url: string): number {
	const port = Number(text);
	if (!/^[0-9]{1,5}$/.test(text) || port < 1 || port > 65535)
		refuse(`${shown(url)} has an invalid port: expected 1 to 65535`);
	return port;
}

function isHostName(host: string): boolean {
	return /^[a-z0-9_.-]{1,253}$/.test(host);
}

function isIPv6(host: string): boolean {
	return /^[0-9a-f:.]{2,45}$/.test(host) && host.includes(":");
}

/** Takes away "." and ".." (RFC 3986 section 5.2.4). `path` starts with "/". */
function withoutDots(path: string): string {
	const end = findFirst(path, "?");
	if (!/\/\.\.?(?:\/|$)/.test(path.slice(0, end))) return path;
	const segments = path.slice(1, end).split("/", MAX_SEGMENTS + 1),
		result: string[] = [];
	if (segments.length > MAX_SEGMENTS) refuse(`${shown(path)} has "." or ".." among more than ${MAX_SEGMENTS} parts`);
	for (let i = 0; i < segments.length; i++) {
		const segment = segments[i]!,
			isLast = i === segments.length - 1;
		if (segment === "..") result.pop();
		if (segment === "." || segment === "..") {
			if (isLast) result.push("");
		} else result.push(segment);
	}
	return `/${result.join("/")}${path.slice(end)}`;
}

/** Reads what stands after the scheme and "//": host, port, path. */
function readAuthority(scheme: "https" | "http", rest: string, url: string): WebURL {
	const end = findFirst(rest, "/?");
	const authority = rest.slice(0, end).toLowerCase(),
		path = rest.slice(end);
	if (authority.includes("@")) refuse(`${shown(url)} has a user or a password: send it as the header "authorization"`);
	const bracket = authority.startsWith("[") ? authority.indexOf("]") : -1;
	const colon = authority.indexOf(":", bracket + 1);
	const name = colon < 0 ? authority : authority.slice(0, colon);
	const host = bracket < 0 ? name : name.slice(1, -1);
	if (bracket >= 0 && bracket !== name.length - 1) refuse(`${shown(url)} has an invalid host`);
	if (!(bracket < 0 ? isHostName(host) : isIPv6(host)))
		refuse(`${shown(url)} has an invalid host; write a name in other letters as "xn--..."`);
	const isSecure = scheme === "https",
		usualPort = isSecure ? 443 : 80;
	const port = colon < 0 ? usualPort : readPort(authority.slice(colon + 1), url);
	const origin = `${scheme}://${name}${port === usualPort ? "" : `:${port}`}`;
	return { isSecure, host, port, path: withoutDots(path.startsWith("/") ? path : `/${path}`), origin };
}

/** The length of a scheme with its colon, 0 if there is none. */
function schemeLength(text: string): number {
	return /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(text)?.[0].length ?? 0;
}

/** Reads a URL. Throws TLSError "configuration". */
export function parseURL(given: string): WebURL {
	const text = checkText(given);
	const length = schemeLength(text);
	const scheme = text.slice(0, Math.max(length - 1, 0)).toLowerCase();
	if (scheme !== "https" && scheme !== "http") refuse(`${shown(given)} must start with "https://" or "http://"`);
	if (!text.startsWith("//", length)) refuse(`${shown(given)} must have "//" after its scheme`);
	return readAuthority(scheme, text.slice(length + 2), given);
}

/** Reads a URL that may be relative to another (RFC 3986 section 5.2). */
export function resolveURL(base: WebURL, given: string): WebURL {
	const text = checkText(given);
	if (schemeLength(text)) return parseURL(text);
	if (text.startsWith("//")) return readAuthority(base.isSecure ? "https" : "http", text.slice(2), given);
	const basePath = base.path.slice(0, findFirst(base.path, "?"));
	let path: string;
	if (!text) path = base.path;
	else if (text.startsWith("/")) path = text;
	else if (text.startsWith("?")) path = basePath + text;
	else path = basePath.slice(0, basePath.lastIndexOf("/") + 1) + text;
	return { ...base, path: withoutDots(path) };
}
