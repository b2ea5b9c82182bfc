/*
	SecureSocket and Session of modules/sdk as an app of the SDK uses them, against the servers of older.test.ts on
	config.port. Prints what happened in a line of JSON.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import SecureSocket from "securesocket";
import { Socket } from "socket";
import Session from "ssl/session";
import Timer from "timer";
import { address, events, finish, port, refused, secure } from "test/sdk/shared";

/** A line through SecureSocket; `options` are beside host and port. */
function oldStyle(options: object = {}): void {
	const socket = new SecureSocket({ host: "localhost", port, secure: secure(), ...options });
	socket.callback = function (message, value) {
		events.push([message, typeof value === "number" && message === 3 ? value > 1000 : value]);
		switch (message) {
			case 1:
				events.push(this === socket, (this.write() as number) > 1000);
				refused(() => this.write(new ArrayBuffer(10_000)));
				this.write("he", new Uint8Array([0x6c, 0x6c]), 0x6f, ArrayBuffer.fromString("\n"));
				break;
			case 2:
				events.push(this.read(), this.read(Number), this.read(String, "l"), this.read(null, 1));
				events.push(
					String.fromArrayBuffer(this.read(ArrayBuffer, 2) as ArrayBuffer),
					this.read(),
					typeof this.read(String),
				);
				this.close();
				this.close();
				Timer.set(finish, 30);
				break;
			case -1:
			case -2:
				Timer.set(finish, 30);
		}
	};
}

/** What comes, as far as an app reads it that takes `most` bytes of each message 2. */
function readOld(most: number): void {
	let length = 0,
		told = 0,
		left = 0;
	const socket = new SecureSocket({ host: "localhost", port, secure: secure() });
	socket.callback = (message, value) => {
		if (message === 1) socket.write("1\n");
		if (message === 2) {
			left = Math.max(left, socket.read() - value!);
			told += value!;
			if (most) length += (socket.read(ArrayBuffer, Math.min(most, value!)) as ArrayBuffer).byteLength;
		}
		if (message < 0) {
			events.push(message, told, length, left, socket.read());
			finish();
		}
	};
}

/** All that comes, as text. */
function oldStyleText(): void {
	let text = "",
		bytes = 0;
	const socket = new SecureSocket({ host: "localhost", port, secure: secure() });
	socket.callback = (message, value) => {
		if (message === 1) socket.write("1\n");
		if (message === 2) {
			bytes += value!;
			while (socket.read()) text += socket.read(String);
		}
		if (message < 0) {
			events.push(message, bytes, text);
			finish();
		}
	};
}

/** The SDK's Session of ECMA-419's TCP: as examples/io/tcp/tlssocket of the SDK drives it. */
function session(): void {
	const tls = new Session({ serverName: "localhost", ...secure() });
	tls.initiateHandshake();
	let isReady = false;
	const step = (): void => {
		if (isReady) {
			const data = tls.read(tcp as never);
			if (data === null) {
				events.push("closed");
				finish();
			} else if (data) {
				events.push(String.fromArrayBuffer(data.slice().buffer), tls.bytesAvailable);
				tls.close(tcp as never);
				tcp.close();
				finish();
			}
			return;
		}
		isReady = tls.handshake(tcp as never);
		if (!isReady) return;
		events.push("ready");
		const room = tls.write(tcp as never, ArrayBuffer.fromString("hel"), { more: true, byteLength: 6 });
		events.push(room > 1000);
		events.push(tls.write(tcp as never, ArrayBuffer.fromString("lo\n")) > 1000);
	};
	const tcp = new TCP({
		address,
		port,
		onReadable(count) {
			(tcp as unknown as { readable: number }).readable = count;
			step();
		},
		onWritable(count) {
			(tcp as unknown as { writable: number }).writable = count;
			if (!isReady) step();
		},
		onError() {
			events.push("TCP ended");
			finish();
		},
	}) as TCP & { readable: number; writable: number };
	tcp.readable = tcp.writable = 0;
}

/** SecureSocket's members before the handshake, in each callback, and after the end; what they refuse. */
function oldStyleMembers(): void {
	const socket = new SecureSocket({ host: "localhost", port, secure: secure() });
	const hasSocket = socket.sock instanceof Socket;
	events.push(hasSocket, socket.read(), socket.write(), socket.read(String) ?? "nothing");
	refused(() => socket.write("early"));
	socket.callback = function (message, value) {
		if (message === 3) return;
		events.push(`${message} ${value ?? "-"}`);
		if (message === 1) {
			const room = this.write() as number;
			this.write();
			// nothing was sent by asking
			events.push(this.write() === room, this.write("abcdef") ?? "nothing", room - (this.write() as number));
			refused(() => this.write({} as never));
			refused(() => this.write(undefined as never));
		}
		if (message === 2) {
			refused(() => this.read(Object as never));
			events.push(this.read(ArrayBuffer, 0)!.byteLength, this.read(ArrayBuffer, -1)!.byteLength, this.read());
			events.push(this.read(String, "x"), this.read(Number) ?? "nothing", this.read(null) ?? "nothing");
			this.close();
			events.push(this.sock === undefined, this.read(), this.write());
			refused(() => this.write("late"));
			this.close();
			Timer.set(finish, 50);
		}
	};
}

/** A callback that throws: -2, once, and the socket is closed; one that closes in it is called no more. */
function oldStyleThrows(): void {
	const one = new SecureSocket({ host: "localhost", port, secure: secure() });
	one.callback = message => {
		events.push(message);
		if (message === 1) throw new Error("the app's");
		if (message === -2) {
			events.push(one.sock !== undefined);
			Timer.set(() => {
				events.push(one.sock === undefined);
				closing();
			}, 30);
		}
	};
	const closing = (): void => {
		const other = new SecureSocket({ host: "localhost", port, secure: secure() });
		other.callback = function (message) {
			events.push(message);
			this.close();
			Timer.set(finish, 50);
		};
	};
}

/** SecureSocket over a Socket that the app has made. */
function oldStyleSock(): void {
	oldStyle({ sock: new Socket({ host: "localhost", port }) });
}

/** Session's members, one after the other: a server that echoes, and then closes. */
function sessionMembers(): void {
	refused(() => new Session({}));
	refused(() => new Session({ serverName: "localhost", ...secure(), protocolVersion: 0x302 }));
	const tls = new Session({ tls_server_name: "localhost", ...secure() });
	tls.initiateHandshake();
	let phase = 0,
		received = "",
		shakes = 0;
	const step = (): void => {
		const socket = tcp as never;
		if (phase === 0) {
			shakes++;
			if (!tls.handshake(socket)) return;
			events.push(shakes > 1, tls.bytesAvailable, tls.read(socket) ?? "nothing");
			const first = tls.write(socket, new Uint8Array(10).fill(97), { more: true, byteLength: 16 });
			const second = tls.write(socket, new Uint8Array(4).fill(98), { more: true });
			events.push(first - second, tls.write(socket, ArrayBuffer.fromString("c\n")) < second);
			phase = 1;
		} else if (phase === 1) {
			const data = tls.read(socket, 3);
			if (!data) return;
			events.push(String.fromArrayBuffer(data.slice().buffer), tls.bytesAvailable);
			received = String.fromArrayBuffer(tls.read(socket)!.slice().buffer);
			events.push(received, tls.bytesAvailable, tls.read(socket) === undefined);
			tls.write(socket, ArrayBuffer.fromString("end\n"));
			phase = 2;
		} else {
			const data = tls.read(socket);
			if (data === undefined) return;
			events.push(data === null ? "closed" : "data");
			if (data === null) {
				events.push(tls.transportEnded() === undefined);
				phase = 3;
				tls.close(socket);
				tcp.close();
				finish();
			}
		}
	};
	const tcp = new TCP({
		address,
		port,
		onReadable(count) {
			(tcp as unknown as { readable: number }).readable = count;
			while ((tcp as unknown as { readable: number }).readable > 0 && phase < 3) step();
		},
		onWritable(count) {
			(tcp as unknown as { writable: number }).writable = count;
			if (!phase) step();
		},
		onError() {
			const error = tls.transportEnded();
			events.push(`TCP ended: ${error ? error.code : "in good order"}`);
			tcp.close();
			finish();
		},
	}) as TCP & { readable: number; writable: number };
	tcp.readable = tcp.writable = 0;
}

/** Session of an older Socket: as the SDK's SecureSocket drives its own. */
function sessionOld(): void {
	const tls = new Session({ tls_server_name: "localhost", ...secure() });
	const socket = new Socket({ host: "localhost", port }) as Socket & { callback: unknown };
	const text = (data: Uint8Array | null | undefined): string =>
		data ? String.fromArrayBuffer(data.slice().buffer) : String(data);
	let isReady = false;
	const old = socket as never;
	socket.callback = (message: number): void => {
		if (message === 1) tls.initiateHandshake();
		if (message < 0) {
			events.push(message);
			finish();
		} else if (!isReady) {
			isReady = tls.handshake(old);
			if (isReady) events.push("ready", tls.read(old) ?? "nothing", tls.write(old, ArrayBuffer.fromString("hi\n")));
		} else if (message === 2) {
			const all = tls.read(old);
			if (!all) return;
			events.push(text(all), tls.bytesAvailable, text(tls.read(old)), text(tls.read(old, 2)), tls.bytesAvailable);
			events.push(text(tls.read(old, 5)), tls.bytesAvailable, String(tls.read(old)));
			tls.close(old);
			socket.close();
			finish();
		}
	};
}

const parts: Record<string, () => void> = {
	sessionOld,
	oldStyle: () => oldStyle(),
	oldStyleReading: () => readOld(1024),
	oldStyleDropping: () => readOld(700),
	oldStyleIgnoring: () => readOld(0),
	oldStyleText,
	oldStyleMembers,
	oldStyleThrows,
	oldStyleSock,
	session,
	sessionMembers,
};
parts[config.part]!();
