/*
	What a connection over TCP is made with: the application's options, and what is used of a TCP class (ECMA-419 section 15).
*/

import type { TLSError } from "../errors";
import type { HandshakeInfo } from "../handshake/link";
import type { Options } from "../options";

/** The part of the ECMA-419 TCP class that is used here. */
export interface TCPSocket {
	read(buffer: Uint8Array): unknown;
	write(buffer: Uint8Array): unknown;
	close(): void;
	readonly remoteAddress?: string | undefined;
}

/** How to make a TCP socket: `io` is the class, the rest goes to its constructor. */
export interface TCPOptions {
	readonly io: new (options: any) => TCPSocket;
	readonly [option: string]: unknown;
}

/** The `secure` dictionary: options.ts, and a callback. Each function in it is called with the client as `this`. */
export interface SecureOptions extends Options {
	/** Called when the handshake is done, with what was negotiated and how long it took. */
	onHandshake?: (info: HandshakeInfo) => void;
}

/** What a connection over TCP is made with. `Client` is the `this` of its callbacks. */
export interface ConnectionOptions<Client> {
	/** The server's name; also what its certificate must say, unless `secure.serverName` says otherwise. */
	host?: string;
	/** The server's IP address. */
	address?: string;
	port: number;
	TCP: TCPOptions;
	secure: SecureOptions & ThisType<Client>;
	/** `count` bytes can be read. */
	onReadable?: (this: Client, count: number) => void;
	/** `count` bytes can be written, in as many calls as the application likes. */
	onWritable?: (this: Client, count: number) => void;
	/** The connection is over: `error.code` is "closed" where the server closed it in good order. */
	onError?: (this: Client, error: TLSError) => void;
}

/** Options that are functions which compute something. */
const functions: readonly (keyof Options)[] = Object.freeze(["clock", "inflate", "now", "sign"] as const);

/** Binds the functions of `secure`, a copy of the application's options, to the client: without that, `this` would be an object of the engine. */
export function bindFunctions<T extends SecureOptions>(secure: T, client: unknown): T {
	const options = secure as Record<string, unknown>;
	for (let i = 0; i < functions.length; i++) {
		const name = functions[i]!,
			option = options[name];
		if (typeof option === "function") options[name] = Function.prototype.bind.call(option, client);
	}
	return secure;
}
