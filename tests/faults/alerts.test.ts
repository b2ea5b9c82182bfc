/*
	Alerts of the server in every form, during the handshake and after it (RFC 8446 section 6, RFC 5246 section 7.2). In
	TLS 1.3 the description alone counts. TLS 1.2 goes on after a warning.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { rightExtensions, Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { plainRecord } from "../peers/wire13.js";
import { runPairs, type Pair } from "./connect.js";

const ALERT = 21,
	CLOSE_NOTIFY = 0,
	USER_CANCELED = 90;
/** For a result: the connection goes on, and ends with the server's close_notify after it. */
const CLOSED = "closed";
const REFUSED = "peer_alert";

interface Case {
	readonly name: string;
	readonly bytes: readonly number[];
	readonly code: string;
	readonly says?: RegExp;
	/** What the client answers; undefined for no alert. */
	readonly alert?: number | undefined;
}

/** An alert that is well-formed. */
function one(level: number, description: number, code: string, says?: RegExp): Case {
	return {
		name: `level ${level}, description ${description}`,
		bytes: [level, description],
		code,
		...(says ? { says } : {}),
		alert: code === CLOSED ? CLOSE_NOTIFY : undefined,
	};
}

/** Those that no version takes. */
const malformed: readonly Case[] = [
	{ name: "no byte", bytes: [], code: "unexpected_message", says: /empty alert record/, alert: 10 },
	{ name: "one byte", bytes: [1], code: "decode_error", says: /alert of 1 bytes, expected 2/, alert: 50 },
	{ name: "three bytes", bytes: [2, 80, 0], code: "decode_error", says: /alert of 3 bytes, expected 2/, alert: 50 },
	{ name: "two in one record", bytes: [1, 90, 1, 0], code: "decode_error", says: /alert of 4 bytes/, alert: 50 },
];

const both: readonly Case[] = [
	...malformed,
	...[0, 1, 2, 3, 255].map(level => one(level, CLOSE_NOTIFY, CLOSED)),
	one(1, USER_CANCELED, CLOSED),
	one(2, 40, REFUSED, /could not go on with the handshake \(handshake_failure\)/),
	one(2, 80, REFUSED, /a problem of its own \(internal_error\)/),
	one(2, 86, REFUSED, /newer version than we offered \(inappropriate_fallback\)/),
	one(2, 200, REFUSED, /alert 200$/),
	one(0, 80, REFUSED, /internal_error/),
	one(3, 80, REFUSED, /internal_error/),
];

const afterwards: Readonly<Record<number, readonly Case[]>> = {
	0x303: [...both, one(1, 80, CLOSED), one(1, 100, CLOSED), one(1, 112, CLOSED), one(1, 200, CLOSED)],
	0x304: [
		...both,
		one(1, 80, REFUSED, /internal_error/),
		one(1, 116, REFUSED, /it wants a certificate from us \(certificate_required\)/),
		one(1, 112, REFUSED, /does not know the host name/),
		one(1, 200, REFUSED, /alert 200$/),
	],
};

/** In place of the ServerHello's record, in the clear; a connection that goes on gets the ServerHello then. */
const before13: readonly Case[] = [
	{ name: "close_notify", bytes: [1, 0], code: REFUSED, says: /closed the connection during the handshake/ },
	{ name: "a fatal one", bytes: [2, 40], code: REFUSED, says: /nothing|no cipher suite, group or signature in common/ },
	{ name: "of the name, fatal", bytes: [2, 112], code: REFUSED, says: /does not know the host name/ },
	{ name: "three bytes", bytes: [2, 40, 0], code: "decode_error", alert: 50 },
	{ name: "one byte", bytes: [2], code: "decode_error", alert: 50 },
];

describe("alerts of the server", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	function run(
		version: number,
		scripts: readonly (Partial<Script12> & Partial<Script13>)[],
	): Promise<Pair<Outcome12 | Outcome13>[]> {
		const { leaf, intermediate, root } = identity;
		const common = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
		return runPairs<Outcome12 | Outcome13>(
			scripts.length,
			{ ca: root.pem, secure: { minVersion: version, maxVersion: version } },
			(socket, i) =>
				version === 0x304
					? new Session13(socket, { ...common, ...scripts[i] } as Script13).run()
					: new Session12(socket, {
							extensions: Buffer.concat([...rightExtensions]),
							...common,
							...scripts[i],
						} as Script12).run(),
		);
	}

	function check(cases: readonly Case[], pairs: readonly Pair<Outcome12 | Outcome13>[]): void {
		for (const [i, { name, code, says, alert }] of cases.entries()) {
			const { client, server } = pairs[i]!;
			assert.equal(client.code, code, `${name}: ${client.message}`);
			if (says) assert.match(client.message, says, name);
			assert.equal(server.alert, alert, name);
		}
	}

	for (const [name, version] of [
		["1.2", 0x303],
		["1.3", 0x304],
	] as const) {
		test(`TLS ${name}: after the handshake`, async () => {
			const cases = afterwards[version]!;
			const pairs = await run(
				version,
				cases.map(({ bytes, code }) => ({
					talk: async (session: Session12 | Session13) => {
						while (!session.outcome.received.includes("\r\n\r\n")) await session.receive();
						session.send(ALERT, Buffer.from(bytes));
						if (code !== CLOSED || bytes[1] === CLOSE_NOTIFY) return;
						session.send(23, Buffer.from("on"));
						session.send(ALERT, Buffer.of(1, CLOSE_NOTIFY));
					},
				})),
			);
			check(cases, pairs);
			for (const [i, { code, bytes }] of cases.entries())
				assert.equal(pairs[i]!.client.text, code === CLOSED && bytes[1] !== CLOSE_NOTIFY ? "on" : "");
		});
		test(`TLS ${name}: in place of the ServerHello`, async () => {
			const pairs = await run(
				version,
				before13.map(({ bytes }) => ({
					editRecords: (which: string) => (which === "hello" ? [plainRecord(ALERT, Buffer.from(bytes))] : []),
				})),
			);
			check(before13, pairs);
		});
	}
});
