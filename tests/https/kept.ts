/*
	"test/https/kept": HTTPClient's connections, and the sessions that later ones resume, against the servers of
	live.test.ts. config.port is an HTTPS server's, config.idle one's that ends idle connections soon, config.openssl
	OpenSSL's, config.nginx nginx's, or empty.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import { equal, note, ok, rejects, test } from "test/harness";
import { TLSClient } from "tls/client";
import type { HandshakeInfo } from "tls/client";
import type { TLSError } from "tls/errors";
import { fetch, type FetchOptions } from "tls/fetch";
import { HTTPClient, type HTTPClientOptions } from "tls/https";
import { SessionStore } from "tls/sessions";
import { setClock } from "simulator";
import Timer from "timer";

const secure = { certificate: config.ca as string };

function get(path: string, options: FetchOptions = {}): ReturnType<typeof fetch> {
	return fetch(`https://localhost:${config.port}${path}`, { secure, ...options });
}

function sleep(ms: number): Promise<void> {
	return new Promise(resolve => void Timer.set(() => resolve(), ms));
}

interface Answer {
	readonly text: string;
	readonly error: Error | null;
}

/** A request of a client, as a promise. */
function ask(client: HTTPClient, path: string, method = "GET"): Promise<Answer> {
	return new Promise(resolve => {
		let text = "";
		client.request({
			path,
			method,
			onReadable(count) {
				text += String.fromArrayBuffer(this.read(count)!);
			},
			onDone(error) {
				resolve({ text, error });
			},
		});
	});
}

function clientFor(
	port: string,
	infos: HandshakeInfo[],
	more: Partial<HTTPClientOptions> = {},
	tls: object = {},
): HTTPClient {
	return new HTTPClient({
		host: "127.0.0.1",
		port: Number(port),
		socket: {
			io: TLSClient,
			TCP: { io: TCP },
			secure: { ...secure, ...tls, onHandshake: (info: HandshakeInfo) => void infos.push(info) },
		},
		...more,
	});
}

test("requests over one connection", async () => {
	const infos: HandshakeInfo[] = [];
	const client = clientFor(config.port, infos);
	const answers = await Promise.all([
		ask(client, "/json"),
		ask(client, "/chunked"),
		ask(client, "/json", "HEAD"),
		ask(client, "/empty"),
		ask(client, "/json"),
	]);
	equal(
		answers.map(({ text }) => text.length),
		[17, 24, 0, 0, 17],
	);
	ok(answers.every(({ error }) => error === null));
	equal([infos.length, infos[0]!.protocol], [1, "http/1.1"]);
	client.close();
});

test("a server that ends idle connections: the next request goes over another, resumed", async () => {
	const infos: HandshakeInfo[] = [];
	const errors: TLSError[] = [];
	let closes = 0;
	const client = clientFor(config.idle, infos, {
		onClose: () => void closes++,
		onError: error => void errors.push(error),
	});
	for (let i = 0; i < 3; i++) {
		equal((await ask(client, "/")).error, null);
		// the server waits 200 ms, and some Nodes a second more
		await sleep(1600);
	}
	// Node gives two tickets to a full handshake and none to one that is resumed; a client keeps the last
	equal(
		infos.map(({ resumed }) => resumed),
		[false, true, false],
	);
	equal([closes, errors.length], [3, 0]);
	client.close();
});

/** Ten connections in a row; which were resumed. */
async function connectTenTimes(port: string, version: number, sessions: SessionStore): Promise<boolean[]> {
	const infos: HandshakeInfo[] = [];
	for (let i = 0; i < 10; i++) {
		const client = clientFor(port, infos, {}, { sessions, minVersion: version, maxVersion: version });
		equal((await ask(client, "/json")).error, null);
		client.close();
	}
	return infos.map(({ resumed }) => resumed);
}

const oneFull = [false, ...Array.from({ length: 9 }, () => true)];

test("ten connections in a row with a store: one full handshake, nine resumed, with OpenSSL", async () => {
	for (const version of [0x303, 0x304]) {
		const sessions = new SessionStore();
		equal(await connectTenTimes(config.openssl, version, sessions), oneFull);
		note(`${sessions.byteLength} bytes of sessions after ten connections of 0x${version.toString(16)} to OpenSSL`);
	}
});

test("ten connections in a row with a store: one full handshake, nine resumed, with nginx", async () => {
	if (!config.nginx) {
		note("left out: nginx is not installed");
		return;
	}
	for (const version of [0x303, 0x304])
		equal(await connectTenTimes(config.nginx, version, new SessionStore()), oneFull, version.toString(16));
});

test("ten connections in a row, with Node, which gives no ticket to those that are resumed", async () => {
	equal(await connectTenTimes(config.port, 0x303, new SessionStore()), oneFull);
	equal(await connectTenTimes(config.port, 0x304, new SessionStore()), oneFull);
	equal(await connectTenTimes(config.port, 0x304, new SessionStore({ reuseTickets: true })), oneFull);
	// two tickets of each full handshake, each used once
	equal(await connectTenTimes(config.port, 0x304, new SessionStore({ reuseTickets: false })), [
		false,
		true,
		true,
		false,
		true,
		true,
		false,
		true,
		true,
		false,
	]);
});

test("another trust and another port have other sessions", async () => {
	const infos: HandshakeInfo[] = [];
	const sessions = new SessionStore({ reuseTickets: true });
	await connectTenTimes(config.port, 0x304, sessions);
	const other = clientFor(config.port, infos, {}, { sessions, pins: [new Uint8Array(32)] });
	equal(((await ask(other, "/json")).error as TLSError).code, "pin_mismatch");
	const fresh = clientFor(config.idle, infos, {}, { sessions });
	equal((await ask(fresh, "/")).error, null);
	equal(
		infos.map(({ resumed }) => resumed),
		[false],
	);
	fresh.close();
	const error = (await ask(clientFor(config.port, infos, {}, { sessions, onSession() {} }), "/")).error as TLSError;
	equal(error.code, "configuration");
	ok(error.message.includes('"sessions" keeps them'), error.message);
});

test('clock "wait": nothing is said before the clock is set, and not for ever', async () => {
	const now = Math.floor(Date.now() / 1000);
	setClock();
	try {
		equal((await rejects(get("/json"))).message.includes("clock"), true);
		const late = await rejects(get("/json", { secure: { ...secure, clock: "wait", timeout: 600 } }), "timeout");
		ok(late.message.includes("the clock, which is not set"), late.message);
		const pending = get("/json", { secure: { ...secure, clock: "wait" } });
		await sleep(600);
		setClock(now);
		equal((await pending).status, 200);
	} finally {
		setClock(now);
	}
});
