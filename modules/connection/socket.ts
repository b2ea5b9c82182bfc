/*
	What a connection over TCP is made with: the application's options, and what is used of a TCP class (ECMA-419
	section 15).
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

/** What a write may say of itself, as with the SDK's sockets. */
export interface WriteOptions {
	/** True: another piece of the same message follows. Pieces share records. */
	readonly more?: boolean;
	/** Bytes of the whole message, if this is its first piece: memory for it is then taken in one go. */
	readonly byteLength?: number;
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
	/** A connected TCP socket of the class `TCP.io`, which is taken over in place of a new one: for STARTTLS. */
	from?: TCPSocket;
	/** The server's name; also what its certificate must say, unless `secure.serverName` says otherwise. */
	host?: string;
	/** The server's IP address. */
	address?: string;
	/** Needed, unless there is `from`. */
	port?: number;
	TCP: TCPOptions;
	secure: SecureOptions & ThisType<Client>;
	/** TCP's own options, which are handed on to its class. They may stand in `TCP` as well. */
	nodelay?: boolean;
	noDelay?: boolean;
	keepAlive?: number;
	/** `count` bytes can be read. */
	onReadable?: (this: Client, count: number) => void;
	/** `count` bytes can be written, in as many calls as the application likes. */
	onWritable?: (this: Client, count: number) => void;
	/** The connection is over: `error.code` is "closed" if the server closed it in good order. */
	onError?: (this: Client, error: TLSError) => void;
}

/** Options beside `secure` that are TCP's own. */
const tcpOptions = Object.freeze(["host", "address", "port", "nodelay", "noDelay", "keepAlive"] as const);

/** Position in `tcpOptions` of the first that does not say where to connect to. */
const FIRST_SOCKET_OPTION = 3;

/**
 * What the TCP class is made with: `TCP` less its class, and TCP's options beside `secure`. A socket that is taken over
 * has its server already.
 */
export function tcpSettings<Client>(options: ConnectionOptions<Client>): Record<string, unknown> {
	const settings: Record<string, unknown> = { ...options.TCP };
	delete settings["io"];
	if (options.from !== undefined) settings["from"] = options.from;
	for (let i = options.from === undefined ? 0 : FIRST_SOCKET_OPTION; i < tcpOptions.length; i++) {
		const name = tcpOptions[i]!,
			value = options[name];
		if (value !== undefined) settings[name] = value;
	}
	return settings;
}

/** The server in words; without `host`, of a socket that was taken over. */
export function endpointName(host: string | undefined, port: number | undefined): string {
	return host === undefined ? 'the server of the socket in "from"' : `${host} port ${port}`;
}
