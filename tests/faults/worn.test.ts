/*
	A key that has protected as many records as it may (RFC 8446 section 5.5). TLS 1.3 gets the next one by itself, in
	the middle of what is sent. TLS 1.2 ends in words. New keys of both sides in the middle of a transfer (section
	4.6.3). The app is tests/bench, with suites whose keys wear out after four records.
*/

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { before, describe, test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { buildFolder, projectRoot, writeChanged } from "../../host-sim/build/files.js";
import type { Dictionary } from "../../host-sim/build/manifest.js";
import { runApp } from "../../host-sim/build/run.js";
import { variants } from "../drivers/machine.js";
import { Session12 } from "../peers/server12.js";
import { Session13, type Script13 } from "../peers/server13.js";
import { message } from "../peers/wire13.js";

const HANDSHAKE = 22,
	DATA = 23;
const LIMIT = 4;
const TOTAL = 20480;
/** Enough for several keys: writes of one turn share records. */
const MANY = 4 * TOTAL;
/** So much that it is still being sent when a word of the server comes. */
const LONG = 48 * TOTAL;
const [notRequested, requested] = [0, 1].map(request => message(24, Buffer.of(request))) as [Buffer, Buffer];

/** What a server is given, and what it does with a socket. */
type Serve = (common: Pick<Script13, "chain" | "key">) => (socket: Socket) => Promise<unknown>;

/** More of a manifest: the suites with another limit. */
function wearing(): Dictionary {
	const folder = join(buildFolder, "worn");
	mkdirSync(folder, { recursive: true });
	const sources: string[] = [];
	const modules: Record<string, string> = {};
	for (const [name, least] of [
		["suites", 3],
		["suites12", 8],
	] as const) {
		const source = join(projectRoot, "modules", "crypto", name);
		const changed = readFileSync(`${source}.ts`, "utf8")
			.replaceAll(/recordLimit: 0x\w+/g, `recordLimit: ${LIMIT}`)
			.replaceAll('from "../', 'from "tls/')
			.replaceAll('from "./', 'from "tls/crypto/');
		assert.ok(changed.split(`recordLimit: ${LIMIT}`).length > least, "the limits are found");
		writeChanged(join(folder, `${name}.ts`), changed);
		sources.push(source);
		modules[`tls/crypto/${name}`] = join(folder, name);
	}
	return { modules: { "~": sources, ...modules } };
}

describe("worn keys", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	/** Runs a part of the app against one session. */
	async function run(part: string, variant: string, serve: Serve, extra = wearing(), total = TOTAL): Promise<string> {
		const { leaf, intermediate, root } = identity;
		const ends: Promise<unknown>[] = [];
		const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
			const end = serve({ chain: [leaf.der, intermediate.der], key: leaf.key.privateKey })(socket);
			end.catch(() => socket.destroy());
			ends.push(end);
		});
		await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
		try {
			const { port } = server.address() as { port: number };
			const app = await buildApp("tests/bench", {
				variant,
				extra,
				config: { port: String(port), part, bytes: String(total), ca: root.pem },
			});
			const { code, stdout, stderr } = await runApp(app, { timeout: 60 });
			assert.equal(code, 0, stderr);
			await Promise.all(ends);
			return stdout.filter(line => line.startsWith("{")).join();
		} finally {
			server.close();
		}
	}

	for (const variant of variants) {
		test(`TLS 1.3: the next key, every ${LIMIT} records (${variant})`, async () => {
			const records: number[] = [0];
			const said = await run(
				"send",
				variant,
				common => async socket =>
					new Session13(socket, {
						...common,
						talk: async session => {
							while (session.outcome.received.length < MANY) {
								const record = await session.receive();
								assert.ok(record, "all records can be read, each with its key");
								if (record.type === DATA) records[records.length - 1]!++;
								else {
									assert.deepEqual(record, { type: HANDSHAKE, content: notRequested });
									session.readKey!.update();
									records.push(0);
								}
							}
							session.send(DATA, Buffer.from("."));
							await session.receive();
						},
					}).run(),
				wearing(),
				MANY,
			);
			assert.equal(said, "");
			assert.ok(records.length > 4, `${records}`);
			// the KeyUpdate is a record under the old key, too
			for (const count of records.slice(0, -1)) assert.equal(count, LIMIT, `${records}`);
		});
	}

	test("TLS 1.2 has no other key, and says so", async () => {
		let received = 0;
		const said = await run("send", "native", common => async socket => {
			const { received: piece } = await new Session12(socket, {
				...common,
				talk: async session => {
					while (await session.receive());
				},
			}).run();
			received = piece.length;
		});
		const { code, message: words } = JSON.parse(said) as { code: string; message: string };
		assert.equal(code, "crypto", words);
		assert.match(words, /has used up its keys.*open a new one/);
		assert.ok(received > 0 && received < TOTAL, `${received} bytes`);
	});

	for (const variant of variants) {
		test(`TLS 1.3: new keys of both sides, asked for in the middle of what is received (${variant})`, async () => {
			let answers = 0;
			const said = await run(
				"receive",
				variant,
				common => async socket =>
					new Session13(socket, {
						...common,
						talk: async session => {
							while (!session.outcome.received.includes("\n")) assert.ok(await session.receive());
							for (let at = 0; at < TOTAL; at += 1024) {
								// long enough for an answer to what was asked so far
								if (at === TOTAL / 2)
									await new Promise(resolve => {
										setTimeout(resolve, 400);
									});
								session.send(DATA, Buffer.alloc(1024, "r"));
								session.send(HANDSHAKE, at % 2048 ? requested : notRequested);
								session.writeKey!.update();
							}
							// one answer may stand for several requests
							for (let record; (record = await session.receive())?.type === HANDSHAKE; answers++) {
								assert.deepEqual(record?.content, notRequested);
								session.readKey!.update();
							}
						},
					}).run(),
				{},
			);
			assert.equal(said, "");
			assert.ok(answers >= 1 && answers <= TOTAL / 2048, `${answers} answers`);
		});
		test(`TLS 1.3: new keys of both sides, asked for in the middle of what is sent (${variant})`, async () => {
			let answers = 0;
			let later = 0;
			const said = await run(
				"send",
				variant,
				common => async socket =>
					new Session13(socket, {
						...common,
						talk: async session => {
							for (let next = 0; session.outcome.received.length < LONG; ) {
								const record = await session.receive();
								assert.ok(record);
								if (record.type === HANDSHAKE) {
									assert.deepEqual(record.content, notRequested);
									session.readKey!.update();
									answers++;
								} else if (answers) later++;
								if (session.outcome.received.length > next) {
									next += 4 * TOTAL;
									session.send(HANDSHAKE, requested);
									session.writeKey!.update();
								}
							}
							session.send(DATA, Buffer.from("."));
							await session.receive();
						},
					}).run(),
				{},
				LONG,
			);
			assert.equal(said, "");
			assert.ok(answers >= 1 && answers <= 12, `${answers} answers`);
			assert.ok(later > 100, `${later} records came with the new keys`);
		});
	}
});
