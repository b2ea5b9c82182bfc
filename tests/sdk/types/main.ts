/*
	Our classes beside the declarations of @moddable/typings: typings.test.ts compiles this, and nothing runs it. An
	assignment that does not compile is a program of the SDK's that would not compile over our client. Its clients look
	for more than the declarations have: see clients.test.ts.
*/

import type { Buffer } from "embedded:io/_common";
import TCP from "embedded:io/socket/tcp";
import type SDKTLSSocket from "embedded:io/socket/tcp/tls";
import type { Options as SDKTLSOptions } from "embedded:io/socket/tcp/tls";
import type SDKHTTPClient from "embedded:network/http/client";
import type { ClientOptions, HTTPRequest as SDKRequest, RequestOptions } from "embedded:network/http/client";
import type SDKSecureSocket from "securesocket";
import Timer from "timer";
import { TLSClient } from "tls/client";
import { HTTPClient } from "tls/https";
import type { HTTPRequest, ResolverOptions, SocketOptions } from "tls/https";
import { SecureSocket } from "tls/sdk/securesocket";
import { TLSSocket } from "tls/sdk/tlssocket";

/** Compiles where `Ours` can stand for `Theirs`. */
type Assigns<Theirs, Ours extends Theirs> = Ours;

// embedded:io/socket/tcp/tls
export const tlsSocket: typeof SDKTLSSocket = TLSSocket;
export type Socket = Assigns<SDKTLSSocket, TLSSocket>;
export type Client = Assigns<SDKTLSSocket, TLSClient>;
/**
 * What TCP and TLSClient have in common, as ECMA-419 names it. `read` gives undefined where nothing is there, in the
 * SDK, too.
 */
export type IO = Assigns<Pick<TCP, "write" | "close" | "format">, TLSClient>;
export const fromSDKOptions = (options: SDKTLSOptions): SDKTLSSocket => new TLSSocket(options as never);

// securesocket
export const secureSocket: typeof SDKSecureSocket = SecureSocket;

// embedded:network/http/client
export const httpClient: typeof SDKHTTPClient = HTTPClient;
export type Request = Assigns<SDKRequest, HTTPRequest>;
export const fromClientOptions = (options: ClientOptions): SDKHTTPClient => new HTTPClient(options);
export const request = (client: HTTPClient, options: RequestOptions): SDKRequest => client.request(options);

// the SDK's TCP and resolver go into our clients as they are
export const socketOptions: SocketOptions = { io: TLSSocket, TCP: { io: TCP }, secure: {} };
export const plainOptions: SocketOptions = { io: TCP };
export const tcpForTLS = new TLSClient({ host: "a.example", port: 443, TCP: { io: TCP }, secure: {} });
export const resolver = (io: ResolverOptions["io"]): ResolverOptions => ({ io });

// read() and write() by overloads: nothing is cast
Timer.set(() => {
	const bytes: ArrayBuffer | undefined = tcpForTLS.read();
	const some: ArrayBuffer | undefined = tcpForTLS.read(5);
	const count: number | undefined = tcpForTLS.read(new Uint8Array(5));
	const room: number = tcpForTLS.write(new DataView(new ArrayBuffer(5)));
	const text: string = new SecureSocket({}).read(String);
	const length: number = new SecureSocket({}).read();
	trace(`${bytes?.byteLength} ${some?.byteLength} ${count} ${room} ${text} ${length}\n`);
}, 0);
export const write = (client: TLSClient, value: number | Extract<Buffer, ArrayBuffer>): number => client.write(value);
