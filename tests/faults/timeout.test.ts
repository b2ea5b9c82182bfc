/*
	Every wait has an end: the options `timeout`, until the connection is open, and `idleTimeout`, after that.
*/

import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { Session12, type Script12 } from "../peers/server12.js";
import { answerRequest, Session13, type MessageName, type Script13 } from "../peers/server13.js";
import { runClient, type ClientResult } from "./connect.js";

const WARNING = 1,
	USER_CANCELED = 90;

interface Result extends ClientResult {
	/** Milliseconds from the constructor to the error. */
	readonly time: number;
	readonly counts: Readonly<Record<string, number>>;
}

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

const wait = (ms: number): Promise<void> =>
	new Promise(resolve => {
		setTimeout(resolve, ms);
	});

/** Runs scenarios of tests/faults/app against a server that does `serve` to each connection. */
async function run(
	scenarios: readonly object[],
	serve: (socket: Socket, script: Script12 & Script13) => unknown,
	variant = "native",
): Promise<Result[]> {
	const { leaf, intermediate, root } = identity;
	const sockets: Socket[] = [];
	const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
		socket.on("error", () => {});
		sockets.push(socket);
		Promise.resolve(serve(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey })).catch(() =>
			socket.destroy(),
		);
	});
	await new Promise<void>(resolve => {
		server.listen(0, "127.0.0.1", resolve);
	});
	try {
		const { port } = server.address() as { port: number };
		return (await runClient(port, 1, {
			app: "tests/faults/app",
			variant,
			ca: root.pem,
			config: { scenarios: JSON.stringify(scenarios) },
			timeout: 100,
		})) as Result[];
	} finally {
		for (const socket of sockets) socket.destroy();
		server.close();
	}
}

function expectTimeout({ code, message, time }: Result, milliseconds: number, phase: RegExp): void {
	assert.equal(code, "timeout", message);
	assert.match(message, phase);
	assert.ok(message.includes(`${milliseconds} ms`), message);
	assert.ok(time >= milliseconds - 5, `${time} ms`);
}

/** A flight without a message and what follows it. */
function upTo(name: MessageName): Partial<Script13> {
	let isCut = false;
	return {
		edit: (message, bytes) => {
			isCut ||= message === name;
			return isCut ? undefined : bytes;
		},
		editRecords: (_, records) => records.filter(record => record.length > 5),
	};
}

describe("timeout", () => {
	for (const variant of variants) {
		test(`a server that says nothing (${variant})`, async () => {
			let received = Buffer.alloc(0);
			const [client] = await run(
				[{ secure: { timeout: 600 }, patience: 20000 }],
				socket => {
					socket.on("data", data => {
						received = Buffer.concat([received, data]);
					});
				},
				variant,
			);
			expectTimeout(
				client!,
				600,
				/not open after 600 ms: it waited for the server's ServerHello; "timeout" sets how long/,
			);
			if (variant === "native") assert.ok(client!.time < 1500, `${client!.time} ms`);
			assert.ok(received.includes(Buffer.of(21, 3, 3, 0, 2, WARNING, USER_CANCELED)), "the server is told");
		});
	}

	for (const [name, phase] of [
		["ServerHello", "ServerHello"],
		["EncryptedExtensions", "EncryptedExtensions"],
		["Certificate", "Certificate"],
		["CertificateVerify", "CertificateVerify"],
		["Finished", "Finished"],
	] as const) {
		test(`a server of TLS 1.3 that stops before its ${name}`, async () => {
			const [client] = await run([{ secure: { timeout: 500 }, patience: 5000 }], (socket, script) =>
				new Session13(socket, { ...script, ...upTo(name) }).run(),
			);
			expectTimeout(client!, 500, new RegExp(`waited for the server's ${phase};`));
		});
	}

	for (const [name, phase] of [
		["Certificate", "Certificate"],
		["ServerKeyExchange", "ServerKeyExchange"],
		["ServerHelloDone", "ServerHelloDone"],
	] as const) {
		test(`a server of TLS 1.2 that stops before its ${name}`, async () => {
			let isCut = false;
			const edit = (message: string, bytes: Buffer): Buffer | undefined =>
				(isCut ||= message === name) ? undefined : bytes;
			const [client] = await run([{ secure: { timeout: 500 }, patience: 5000 }], (socket, script) =>
				new Session12(socket, { ...script, edit } as Script12).run(),
			);
			expectTimeout(client!, 500, new RegExp(`waited for the server's ${phase};`));
		});
	}
	test("a server of TLS 1.2 that does not finish", async () => {
		const [client] = await run([{ secure: { timeout: 500 }, patience: 5000 }], (socket, script) =>
			new Session12(socket, {
				...script,
				editRecords: (name, records) => (name === "finish" ? [] : records),
			} as Script12).run(),
		);
		expectTimeout(client!, 500, /waited for the server's ChangeCipherSpec;/);
	});

	test("a server that sends a byte now and then gets no more time", async () => {
		const [client] = await run([{ secure: { timeout: 700 }, patience: 5000 }], async socket => {
			socket.resume();
			for (const byte of Buffer.from("160303006002000058", "hex")) {
				socket.write(Buffer.of(byte));
				await wait(200);
			}
		});
		expectTimeout(client!, 700, /ServerHello/);
		assert.ok(client!.time < 1500, `${client!.time} ms`);
	});

	test("TCP that does not connect", async () => {
		const [client] = await run([{ tcp: "constructor hangs", secure: { timeout: 400 }, patience: 5000 }], () => {});
		expectTimeout(client!, 400, /waited for TCP's connection to localhost port \d+;/);
	});

	test("close during the wait cancels it, and 0 waits for ever", async () => {
		const results = await run(
			[
				{ secure: { timeout: 500 }, patience: 200 },
				{ secure: { timeout: 0 }, patience: 1500 },
			],
			socket => socket.resume(),
		);
		for (const { code, counts } of results) {
			assert.equal(code, "");
			assert.equal(counts["onError"], undefined);
		}
	});

	test("an open connection is not ended by it", async () => {
		const [client] = await run([{ secure: { timeout: 1000 }, patience: 5000 }], (socket, script) =>
			new Session13(socket, {
				...script,
				talk: async session => {
					await wait(1500);
					await answerRequest(session);
				},
			}).run(),
		);
		assert.equal(client!.code, "closed", client!.message);
		assert.match(client!.text, /hello$/);
	});

	test("invalid values", async () => {
		const values = [-1, 1.5, 0x80000000, "5", null];
		const results = await run(
			values.map(timeout => ({ secure: { timeout } })),
			() => {},
		);
		for (const [i, { code, message }] of results.entries()) {
			assert.equal(code, "configuration", `${values[i]}`);
			assert.match(message, /"timeout" must be/);
		}
	});
});

describe("idleTimeout", () => {
	const talking =
		(talk: (session: Session13) => Promise<void>) =>
		(socket: Socket, script: Script13): unknown =>
			new Session13(socket, { ...script, talk }).run();

	for (const idleTimeout of [50, 300, 1000]) {
		test(`${idleTimeout} ms without a byte`, async () => {
			const [client] = await run(
				[{ secure: { idleTimeout }, patience: 8000 }],
				talking(async session => {
					while (await session.receive());
				}),
			);
			expectTimeout(
				client!,
				idleTimeout,
				new RegExp(`nothing was sent or received for ${idleTimeout} ms; "idleTimeout"`),
			);
			assert.ok(client!.time < idleTimeout + 900, `${client!.time} ms`);
		});
	}
	test("bytes in between start it anew", async () => {
		const [client] = await run(
			[{ secure: { idleTimeout: 500 }, patience: 8000 }],
			talking(async session => {
				for (let i = 0; i < 5; i++) {
					await wait(350);
					session.send(23, Buffer.from("x"));
				}
				while (await session.receive());
			}),
		);
		expectTimeout(client!, 500, /nothing was sent or received/);
		assert.equal(client!.text, "xxxxx");
		assert.ok(client!.time >= 5 * 350 + 500, `${client!.time} ms`);
	});
	test("without it an idle connection stays open", async () => {
		const [client] = await run(
			[{ patience: 5000 }],
			talking(async session => {
				await wait(1500);
				await answerRequest(session);
			}),
		);
		assert.equal(client!.code, "closed", client!.message);
	});
});
