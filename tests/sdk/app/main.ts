/*
	The drop-ins of modules/sdk as an app of the SDK uses them, against the servers of sdk.test.ts on config.port.
	Prints what happened in a line of JSON.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import SecureSocket from "securesocket";
import Session from "ssl/session";
import Timer from "timer";
import type { TLSError } from "tls/errors";
import { convertOptions } from "tls/sdk/options";
import { address, decode, events, finish, port, refused, secure } from "test/sdk/shared";

/** Connects, sends a line, gets an answer, closes. */
function connect(times = 1): void {
	let sent = false;
	const socket = new TLSSocket({
		host: "localhost",
		address,
		port,
		TCP: { io: TCP },
		...decode(config.options),
		secure: {
			...secure(),
			onHandshake({ version, suite, group, protocol, resumed }) {
				events.push({ version, suite, group, protocol, resumed });
			},
		},
		onWritable(count) {
			if (sent) return;
			sent = true;
			events.push(this === socket, count > 1000);
			const left = this.write(ArrayBuffer.fromString("hello\n"));
			events.push(count - left);
		},
		onReadable(count) {
			events.push(count, String.fromArrayBuffer(this.read() as ArrayBuffer));
			// TLS 1.3's tickets come after
			Timer.set(() => {
				this.close();
				if (times > 1) connect(times - 1);
				else finish();
			}, 50);
		},
		onError(error) {
			events.push(`${error.code}: ${error.message}`);
			finish();
		},
	});
}

/** Each of the dictionaries in config.secure is refused. */
function wrong(): void {
	for (const one of decode(config.secure)["all"] as Record<string, unknown>[])
		refused(() => new TLSSocket({ host: "localhost", address, port, TCP: { io: TCP }, secure: one }));
	finish();
}

/** Options on a prototype. */
function inherited(): void {
	const usual = { host: "localhost", address, port, TCP: { io: TCP } };
	refused(() => new TLSSocket({ ...usual, secure: Object.create({ ...secure(), pins: [new Uint8Array(32)] }) }));
	refused(() => new SecureSocket({ host: "localhost", port, secure: Object.create(secure()) }));
	refused(() => new Session(Object.create({ serverName: "localhost", ...secure() })));
	finish();
}

/** What becomes of each of the dictionaries in config.secure. */
function converted(): void {
	for (const one of decode(config.secure)["all"] as Record<string, unknown>[]) {
		const options = convertOptions(one, undefined) as Record<string, unknown>;
		delete options["certificate"];
		events.push(options);
	}
	finish();
}

/** A TCP socket that says what it is given. */
class ShownTCP extends TCP {
	constructor(options: Record<string, unknown>) {
		super(options as never);
		events.push(Object.keys(options).sort().join(" "));
	}
}

function tcpOptions(): void {
	const socket = new TLSSocket({
		address,
		host: "localhost",
		port,
		nodelay: true,
		keepalive: { idle: 5 },
		TCP: { io: ShownTCP, own: 1 },
		secure: secure(),
	} as never);
	socket.close();
	finish();
}

/** Plain text first, then TLS over the socket that has it. What waits in the socket after "go" is left to TLS. */
function startTLS(): void {
	let text = "",
		sent = false;
	new TCP({
		address,
		port,
		onReadable(count) {
			for (; count > 0; count--) {
				text += String.fromArrayBuffer(this.read(1) as ArrayBuffer);
				if (text.endsWith("\n")) break;
			}
			if (!text.endsWith("\n")) return;
			events.push(text);
			text = "";
			if (events.length === 1) {
				this.write(ArrayBuffer.fromString("STARTTLS\n"));
				return;
			}
			const client: TLSSocket = new TLSSocket({
				from: this,
				host: "localhost",
				TCP: { io: TCP },
				secure: secure(),
				onWritable: () => {
					if (sent) return;
					sent = true;
					client.write(ArrayBuffer.fromString("hello\n"));
				},
				onReadable: () => {
					events.push(String.fromArrayBuffer(client.read() as ArrayBuffer));
					client.close();
					finish();
				},
				onError: (error: TLSError) => {
					events.push(`${error.code}: ${error.message}`);
					finish();
				},
			} as never);
			for (const method of ["read", "write"] as const)
				try {
					const result = this[method](new ArrayBuffer(1)) as unknown;
					events.push(result === undefined && method === "read" ? "refused" : "not refused");
				} catch {
					events.push("refused");
				}
		},
	});
}

/** Sockets that can't be taken over. */
function wrongSockets(): void {
	const closed = new TCP({ address, port });
	closed.close();
	const ofTLS = new TLSSocket({ host: "localhost", address, port, TCP: { io: TCP }, secure: secure() });
	for (const from of [closed, ofTLS, {}, 5])
		try {
			new TLSSocket({ from, host: "localhost", TCP: { io: TCP }, secure: secure() } as never);
			events.push("not refused");
		} catch (error) {
			events.push(String(error));
		}
	ofTLS.close();
	finish();
}

const parts: Record<string, () => void> = {
	connect: () => connect(),
	twice: () => connect(2),
	wrong,
	inherited,
	converted,
	tcpOptions,
	startTLS,
	wrongSockets,
};
parts[config.part]!();
