/*
	"tls/fetch": `fetch` as the web has it, as far as a device needs it.

	    import fetch from "tls/fetch";
	    const response = await fetch("https://api.example/v1/state", { secure: { roots } });
	    const state = await response.json();

	Each call opens a connection and closes it. For several requests to one server use HTTPClient (tls/https), which
	keeps the connection.
*/

import TCP from "embedded:io/socket/tcp";
import config from "mc/config";
import Net from "net";
import Resource from "Resource";
import { refuse, TLSError } from "./errors";
import { copyOptions, viewBytes } from "./optionreader";
import type { OptionTypes } from "./optionreader";
import { numberOption } from "./options";
import { TLSClient } from "./client";
import type { SecureOptions } from "./client";
import { HTTPClient } from "./https";
import type { SocketOptions } from "./https";
import { Body } from "./fetch/body";
import { Headers, Response } from "./fetch/response";
import type { Gunzip } from "./fetch/response";
import { parseURL, resolveURL } from "./fetch/url";
import type { WebURL } from "./fetch/url";
import { RootStore } from "./trust";
import { canHave, expectRoom, Need, outOfMemory, Purpose } from "./wire/memory";

export { Headers, Response } from "./fetch/response";

type Buffer = ArrayBuffer | ArrayBufferView | HostBuffer;

/** What is used of an AbortSignal; XS has none of its own. */
export interface Signal {
	readonly aborted: boolean;
	readonly reason?: unknown;
	addEventListener?(type: "abort", listener: () => void): void;
	removeEventListener?(type: "abort", listener: () => void): void;
}

/** What `fetch` may be told. The first six are the web's. */
export interface FetchOptions {
	/** Default "GET". */
	method?: string;
	/** An object, a Map, or a list of pairs. */
	headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]>;
	/** Text is sent in UTF-8. A Resource is sent from flash. */
	body?: string | Buffer | null;
	/** "follow" (default), up to 5; "error": a redirect is one; "manual": it is the response. */
	redirect?: "follow" | "error" | "manual";
	signal?: Signal | null;
	/**
	 * TLSClient's options: whom to trust, sessions and all else. Without a trust anchor, the root store that the
	 * manifest names as `config.roots`.
	 */
	secure?: SecureOptions;
	/** TCP's class, with more of its options. Default: embedded:io/socket/tcp. */
	TCP?: SocketOptions;
	/** A resolver of ECMA-419: { io: Resolver, ... }. Default: the SDK's Net. */
	dns?: { readonly io: new (options: any) => any };
	/** Milliseconds for each step; see HTTPClient. Default 30,000. */
	timeout?: number;
	maxHeaderBytes?: number;
	maxHeaders?: number;
	/** Most bytes that text(), json() and arrayBuffer() collect, after decompression. Default 65536. */
	maxBytes?: number;
	/** Asks for compressed bodies and decompresses them: `gunzip` of tls/inflate. */
	gunzip?: Gunzip;
}

const types: OptionTypes = Object.freeze({
	method: "a string",
	headers: "an object or an array",
	body: "a string, a buffer, an object or null",
	redirect: "a string",
	signal: "an object or null",
	secure: "an object",
	TCP: "an object",
	dns: "an object",
	timeout: "a number",
	maxHeaderBytes: "a number",
	maxHeaders: "a number",
	maxBytes: "a number",
	gunzip: "a function",
});

/** Redirects that are followed. */
const MAX_REDIRECTS = 5;

const DEFAULT_BODY_BYTES = 65536;

/** What following a redirect takes, for each byte of its URL; and slots, those of a path with dots among them. */
const COPIES_OF_URL = 12;
const SLOTS_OF_URL = 256;

const usualMethods: readonly string[] = Object.freeze(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);

/** What the server of another origin must not get; "host" would name the first one. */
const privateHeaders: readonly string[] = Object.freeze(["authorization", "cookie", "host", "proxy-authorization"]);

/** What says something of the body. */
const bodyHeaders: readonly string[] = Object.freeze([
	"content-type",
	"content-length",
	"content-encoding",
	"content-language",
	"content-location",
	"transfer-encoding",
]);

/** Options of TLS that are for one server: its name, and what the client proves to it. */
const serverOptions: readonly (keyof SecureOptions)[] = Object.freeze([
	"serverName",
	"certificateName",
	"clientCertificates",
	"clientKey",
	"sign",
	"clientIdentities",
	"psk",
	"session",
	"onSession",
	"earlyData",
] as const);

/** ECMA-419's resolver on the SDK's Net. */
class NetResolver {
	resolve(options: {
		host: string;
		onResolved(host: string, address: string): void;
		onError(error?: unknown): void;
	}): void {
		Net.resolve(options.host, (name: string, address?: string) => {
			if (address === undefined) options.onError();
			else options.onResolved(name, address);
		});
	}
}

/** A request that may still be redirected. */
interface Plan {
	method: string;
	headers: [string, string][];
	body: Uint8Array | undefined;
	secure: SecureOptions;
	redirects: number;
	readonly options: FetchOptions;
	readonly maxBytes: number;
}

function headerList(headers: FetchOptions["headers"]): [string, string][] {
	if (headers === undefined) return [];
	const list =
		typeof (headers as Iterable<unknown>)[Symbol.iterator] === "function"
			? (headers as Iterable<readonly [string, string]>)
			: Object.entries(headers);
	return Array.from(list, ([name, value]) => [name, value]);
}

function bodyBytes(body: FetchOptions["body"]): Uint8Array | undefined {
	if (body === undefined || body === null) return undefined;
	if (typeof body === "string") return new Uint8Array(ArrayBuffer.fromString(body));
	return viewBytes("body", body);
}

/** Refuses options of TLS that a copy would lose, such as a pin on a prototype. */
function checkSecure(secure: object | undefined): void {
	const prototype: unknown = secure && Object.getPrototypeOf(secure);
	if (prototype && prototype !== Object.prototype)
		refuse('"secure" must be a plain object: options are properties of the object itself');
}

/** TLS's options with whom to trust. */
function secureOptions(secure: SecureOptions = {}): SecureOptions {
	const { roots, certificate, psk, pinsInsteadOfRoots } = secure;
	if (roots || certificate !== undefined || psk || pinsInsteadOfRoots) return secure;
	const name = (config as { roots?: string }).roots;
	if (name === undefined || !Resource.exists(name)) return secure;
	return { ...secure, roots: new RootStore(new Resource(name)) };
}

/** The web's methods in upper case, whatever case they are given in; others as they are. */
function methodOf(given = "GET"): string {
	const method = given.toUpperCase();
	return usualMethods.includes(method) ? method : given;
}

function planOf(options: FetchOptions): Plan {
	const { redirect = "follow" } = options;
	const method = methodOf(options.method);
	if (redirect !== "follow" && redirect !== "error" && redirect !== "manual")
		refuse('"redirect" must be "follow", "error" or "manual"');
	checkSecure(options.secure);
	const body = bodyBytes(options.body);
	if (body && (method === "GET" || method === "HEAD")) refuse(`"body" does not go with ${method}: give "method"`);
	const headers = headerList(options.headers);
	if (body) {
		if (headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(String(name))))
			refuse('"headers": the length of "body" is known: leave it out');
		headers.push(["content-length", String(body.length)]);
	}
	headers.push(["connection", "close"]);
	if (options.gunzip && !headers.some(([name]) => /^accept-encoding$/i.test(String(name))))
		headers.push(["accept-encoding", "gzip"]);
	return {
		method,
		headers,
		body,
		secure: options.secure ?? {},
		redirects: 0,
		options,
		maxBytes: numberOption("maxBytes", options.maxBytes, 0, 0x7fffffff, DEFAULT_BODY_BYTES),
	};
}

function clientFor(url: WebURL, { options, secure }: Plan, onError: (error: TLSError) => void): HTTPClient {
	const { TCP: tcp = { io: TCP }, dns = { io: NetResolver }, timeout, maxHeaderBytes, maxHeaders } = options;
	return new HTTPClient({
		host: url.host,
		port: url.port,
		socket: url.isSecure ? { io: TLSClient, TCP: tcp, secure: secureOptions(secure) } : tcp,
		dns,
		...(timeout === undefined ? {} : { timeout }),
		...(maxHeaderBytes === undefined ? {} : { maxHeaderBytes }),
		...(maxHeaders === undefined ? {} : { maxHeaders }),
		onError,
	});
}

/** True if a status asks for another request. */
function isRedirect(status: number): boolean {
	return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function dropHeaders(plan: Plan, names: readonly string[]): void {
	plan.headers = plan.headers.filter(([name]) => !names.includes(name.toLowerCase()));
}

/** Changes the plan to where a redirect leads (Fetch standard, section 4.4). Returns the URL. */
function follow(plan: Plan, status: number, from: WebURL, location: string): WebURL {
	if (++plan.redirects > MAX_REDIRECTS)
		throw new TLSError("http", `server redirected more than ${MAX_REDIRECTS} times`);
	// the URL is there in several pieces, and then as the head of a request
	expectRoom(COPIES_OF_URL * location.length, SLOTS_OF_URL, Purpose.response);
	let url: WebURL;
	try {
		url = resolveURL(from, location);
	} catch (error) {
		throw new TLSError("http", `server redirected to an invalid URL: ${(error as Error).message}`);
	}
	if (from.isSecure && !url.isSecure)
		throw new TLSError("http", `server redirected from https to ${url.origin}, where nothing is protected`);
	const { method } = plan;
	if (
		((status === 301 || status === 302) && method === "POST") ||
		(status === 303 && method !== "GET" && method !== "HEAD")
	) {
		plan.method = "GET";
		plan.body = undefined;
		dropHeaders(plan, bodyHeaders);
	}
	if (url.origin !== from.origin) {
		dropHeaders(plan, privateHeaders);
		const secure = { ...plan.secure };
		for (const name of serverOptions) delete secure[name];
		plan.secure = secure;
	}
	return url;
}

function abortError(signal: Signal): unknown {
	if (signal.reason !== undefined) return signal.reason;
	// XS: "name" of a frozen prototype can't be assigned
	return Object.defineProperty(new Error("the request was aborted"), "name", { value: "AbortError" });
}

/** Sends one request. The response, whose body is still to come. */
function send(url: WebURL, plan: Plan): Promise<Response> {
	return new Promise((resolve, reject) => {
		const { signal, gunzip } = plan.options;
		let sent = 0;
		let body: Body | undefined;
		const end = (error: unknown): void => {
			// nothing happens where it is resolved
			if (error) reject(error);
			body!.finish(error);
		};
		const onAbort = (): void => end(abortError(signal!));
		const client = clientFor(url, plan, error => end(error));
		const request = client.request({
			method: plan.method,
			path: url.path,
			headers: plan.headers,
			onHeaders(status, headers, statusText) {
				if (!canHave(Need.answerBytes, Need.answerSlots)) {
					end(outOfMemory(Purpose.response, Need.answerBytes));
					return;
				}
				const parts = { status, statusText, headers: new Headers(headers), url: url.origin + url.path };
				resolve(
					new Response({ ...parts, redirected: plan.redirects > 0, body: body!, maxBytes: plan.maxBytes, gunzip }),
				);
			},
			onWritable(count) {
				const bytes = plan.body!;
				const piece = Math.min(count, bytes.length - sent);
				if (!piece) return;
				sent += piece;
				this.write(bytes.subarray(sent - piece, sent));
			},
			onReadable() {
				body!.notify();
			},
			onDone(error) {
				end(error);
			},
		});
		body = new Body(client, request, () => signal?.removeEventListener?.("abort", onAbort));
		signal?.addEventListener?.("abort", onAbort);
	});
}

/** Asks for a URL. Rejects with a TLSError if there is no response; one with any status is a response. */
export function fetch(url: string, given: FetchOptions = {}): Promise<Response> {
	try {
		// XS: an async function takes memory before its first statement
		expectRoom(Need.requestBytes, Need.requestSlots, Purpose.request);
		return request(url, given);
	} catch (error) {
		return Promise.reject(error as Error);
	}
}

async function request(url: string, given: FetchOptions): Promise<Response> {
	const options = copyOptions<FetchOptions>("options", given, types, "nested");
	const plan = planOf(options);
	const { redirect = "follow", signal } = options;
	for (let place = parseURL(url); ; ) {
		if (signal?.aborted) throw abortError(signal);
		const response = await send(place, plan);
		if (!isRedirect(response.status) || redirect === "manual") return response;
		const location = response.headers.get("location");
		if (location === null) return response;
		response.close();
		if (redirect === "error")
			throw new TLSError("http", `server redirected to "${location.slice(0, 80)}", and "redirect" is "error"`);
		place = follow(plan, response.status, place, location);
		expectRoom(Need.requestBytes, Need.requestSlots, Purpose.request);
	}
}

export default fetch;
