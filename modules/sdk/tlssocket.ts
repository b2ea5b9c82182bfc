/*
	The SDK's TLSSocket, with TLSClient in it: what the SDK's HTTPClient, fetch, WebSocketClient and MQTTClient open. It
	has the SDK's options (options.ts), and hands what it does not know itself on to the TCP class, as the SDK's does.
*/

import type TCP from "embedded:io/socket/tcp";
import TLSClient from "tls/client";
import type { HandshakeInfo, TCPOptions, TLSClientOptions } from "tls/client";
import type { TLSError } from "tls/errors";
import { groupName, versionName } from "tls/names";
import { convertOptions } from "./options";
import type { SDKSecureOptions } from "./options";

/** What callbacks have as `this`. The SDK's declarations give them TCP's class. */
type Self = TLSClient & TCP;

/** Options of the SDK's TLSSocket. Those of the TCP class may stand beside `secure`. */
export interface TLSSocketOptions
	extends Omit<TLSClientOptions, "secure" | "port" | "TCP" | "onReadable" | "onWritable" | "onError"> {
	onReadable?: (this: Self, count: number) => void;
	onWritable?: (this: Self, count: number) => void;
	onError?: (this: Self, error: TLSError) => void;
	port?: number | string;
	/** Needed, unless `from` is given. */
	TCP?: TCPOptions;
	secure?: SDKSecureOptions & ThisType<TLSClient>;
	[option: string]: unknown;
}

function traceHandshake(info: HandshakeInfo): void {
	const group = info.group ? `, ${groupName(info.group)}` : "";
	trace(`TLS: ${versionName(info.version)}, ${info.suite}${group}, ${info.resumed ? "resumed" : info.peer.subject}\n`);
}

/** Prints what was negotiated and how the connection ended, and calls the app's own. */
function addTrace(options: TLSClientOptions): void {
	const { onHandshake } = options.secure,
		{ onError } = options;
	options.secure.onHandshake = function (this: TLSClient, info) {
		traceHandshake(info);
		onHandshake?.call(this, info);
	};
	options.onError = function (error: TLSError) {
		trace(`TLS: ${error.message}\n`);
		onError?.call(this, error);
	};
}

function clientOptions(given: TLSSocketOptions): TLSClientOptions {
	const { from, host, address, port, TCP, secure, onReadable, onWritable, onError, format, target, ...rest } = given;
	const server = host ?? address;
	const options = {
		TCP: { ...rest, ...TCP } as TCPOptions,
		secure: convertOptions(secure, server === undefined ? undefined : `${server}:${port}`),
	} as TLSClientOptions;
	if (from !== undefined) options.from = from;
	if (host !== undefined) options.host = host;
	if (address !== undefined) options.address = address;
	// the SDK's fetch has it from a URL, as a text
	if (port !== undefined) options.port = Number(port);
	if (onReadable) options.onReadable = onReadable as TLSClientOptions["onReadable"];
	if (onWritable) options.onWritable = onWritable as TLSClientOptions["onWritable"];
	if (onError) options.onError = onError as TLSClientOptions["onError"];
	if (format !== undefined) options.format = format;
	if (target !== undefined) options.target = target;
	if (secure?.trace) addTrace(options);
	return options;
}

export class TLSSocket extends TLSClient {
	/** Throws TLSError "configuration" for options that are wrong. */
	constructor(options: TLSSocketOptions) {
		super(clientOptions(options));
	}
}
