/*
	How an HTTP client gets its connection. The host's address is looked up if a resolver is given. Then the socket's
	class is called with ECMA-419's options.
*/

import { refuse, thrownText, TLSError } from "../errors";

/** The part of an ECMA-419 socket that is used here: TLSClient's, or TCP's. */
export interface HTTPSocket {
	read(buffer: Uint8Array): unknown;
	/** Returns what may be written next. */
	write(buffer: Uint8Array, options?: { readonly more?: boolean }): unknown;
	close(): void;
}

/** How to make a socket: `io` is the class, TLSClient or TCP; the rest goes to its constructor. */
export interface SocketOptions {
	readonly io: new (options: any) => HTTPSocket;
	/** TLSClient's: the TCP class. */
	readonly TCP?: object;
	/** TLSClient's: whom to trust, and all else. */
	readonly secure?: object;
	readonly [option: string]: unknown;
}

/** A resolver of ECMA-419: `io` is the class, the rest goes to its constructor. */
export interface ResolverOptions {
	readonly io: new (options: any) => Resolver;
	readonly [option: string]: unknown;
}

interface Resolver {
	resolve(options: {
		host: string;
		onResolved(host: string, address: string): void;
		onError(error?: unknown): void;
	}): void;
	close?(): void;
}

/** What a socket reports. */
export interface SocketEvents {
	socketReadable(count: number): void;
	socketWritable(count: number): void;
	socketEnded(error: unknown): void;
}

/** True for what is an address, and needs no look-up. */
export function isAddress(host: string): boolean {
	return host.includes(":") || /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(host);
}

/** A look-up that is under way. */
export interface LookUp {
	close(): void;
}

/** Looks up `host`; calls `done` later, once, with its address or a TLSError. Nothing is called after `close`. */
export function lookUp(
	dns: ResolverOptions,
	host: string,
	done: (address: string | undefined, error: TLSError | undefined) => void,
): LookUp {
	let isOver = false;
	const resolver = new dns.io(dns);
	const finish = (address: string | undefined): void => {
		if (isOver) return;
		isOver = true;
		done(address, address === undefined ? new TLSError("transport", `the name ${host} has no address`) : undefined);
	};
	resolver.resolve({ host, onResolved: (_, address) => finish(address), onError: () => finish(undefined) });
	return {
		close() {
			isOver = true;
			resolver.close?.();
		},
	};
}

/** Opens a socket. What its constructor throws is thrown, as TLSError. */
export function openSocket(
	socket: SocketOptions,
	place: { host: string; address: string | undefined; port: number },
	more: object,
	events: SocketEvents,
): HTTPSocket {
	const { host, address, port } = place;
	const settings: Record<string, unknown> = {
		...socket,
		...more,
		host,
		port,
		// a socket may call them without itself as `this`
		onReadable: (count: number) => events.socketReadable(count),
		onWritable: (count: number) => events.socketWritable(count),
		onError: (error: unknown) => events.socketEnded(error),
	};
	if (address !== undefined) settings["address"] = address;
	try {
		return new socket.io(settings);
	} catch (error) {
		if (error instanceof TLSError) throw error;
		throw new TLSError("transport", `the connection to ${host} can't be opened: ${thrownText(error)}`);
	}
}

/** Refuses anything but a class in a dictionary { io, ... }. */
export function expectClass(name: string, options: { readonly io?: unknown }): void {
	if (typeof options.io !== "function") refuse(`"${name}" is missing its "io": a class`);
}
