/*
	Every message of a TLS 1.2 server, in every key exchange. Each is cut at every length, has a byte too many, and has
	each byte changed. Each is left out, repeated, and moved after each later one. All must be refused, with the alert
	that goes with the error, and nothing delivered.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { respond } from "../peers/ocsp.js";
import type { MessageName12, Outcome12, Script12 } from "../peers/server12.js";
import { message } from "../peers/wire13.js";
import type { Pair } from "./connect.js";
import { runAll, withBody } from "./script12.js";

/** The alert of each error that a wrong message can bring. */
const alerts: Record<string, number> = {
	decode_error: 50,
	unexpected_message: 10,
	illegal_parameter: 47,
	handshake_failure: 40,
	unsupported_extension: 110,
	unsupported_version: 70,
	insufficient_security: 71,
	bad_certificate: 42,
	unsupported_certificate: 43,
	wrong_name: 42,
	untrusted: 48,
	certificate_expired: 45,
	certificate_not_yet_valid: 45,
	certificate_revoked: 44,
	bad_staple: 113,
	bad_signature: 51,
	bad_finished: 51,
	bad_record_mac: 20,
	message_too_long: 47,
	too_much_work: 42,
};

interface Exchange {
	readonly name: string;
	readonly suite?: string;
	readonly tls?: string;
	/** The server's messages, in order. */
	readonly flight: readonly MessageName12[];
	/** Which are cut and changed; the others are the same as elsewhere. */
	readonly swept: readonly MessageName12[];
}

const flight: readonly MessageName12[] = [
	"ServerHello",
	"Certificate",
	"CertificateStatus",
	"ServerKeyExchange",
	"CertificateRequest",
	"ServerHelloDone",
];

const exchanges: readonly Exchange[] = [
	{
		name: "ECDHE",
		flight,
		swept: [
			"ServerHello",
			"Certificate",
			"CertificateStatus",
			"ServerKeyExchange",
			"CertificateRequest",
			"ServerHelloDone",
			"NewSessionTicket",
			"Finished",
		],
	},
	{
		name: "DHE",
		suite: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
		tls: "dhe",
		flight,
		swept: ["ServerHello", "ServerKeyExchange", "Finished"],
	},
	{
		name: "RSA",
		suite: "TLS_RSA_WITH_AES_128_CBC_SHA",
		tls: "rsa cbc",
		flight: flight.filter(name => name !== "ServerKeyExchange"),
		swept: ["ServerHello", "CertificateRequest", "ServerHelloDone", "Finished"],
	},
];

/**
 * Changes that mean nothing wrong: kinds, signatures and names that the client reads, and what a ticket and its
 * lifetime are.
 */
const free: readonly MessageName12[] = ["CertificateRequest", "NewSessionTicket"];

for (const { name: title, suite, tls, flight: order, swept } of exchanges) {
	describe(`TLS 1.2 with ${title}: every message`, () => {
		let identity: ServerIdentity;
		let right: Partial<Script12>;
		const messages = new Map<MessageName12, Buffer>();

		function run(scripts: Partial<Script12>[]): Promise<Pair<Outcome12>[]> {
			return runAll(
				identity,
				scripts.map(script => ({ ...right, ...script })),
				{ secure: { maxVersion: 0x303 }, session: "", ...(tls === undefined ? {} : { tls }) },
			);
		}

		before(async () => {
			identity = makeIdentity(["localhost"], suite ? "rsa2048" : "p256");
			const { leaf, intermediate } = identity;
			// only a key on P-256 gives a status
			const status = suite ? {} : { status: respond({ certificate: leaf, issuer: intermediate }) };
			right = {
				requestCertificate: true,
				ticket: Buffer.alloc(20, "t"),
				...status,
				...(suite ? { suite, encryptThenMac: suite.includes("CBC") } : {}),
			};
			const [pair] = await run([
				{
					edit: (name, bytes) => {
						messages.set(name, bytes);
						return bytes;
					},
				},
			]);
			assert.equal(pair!.client.code, "closed", pair!.client.message);
			for (const name of swept) assert.ok(messages.has(name), name);
		});

		/** The server's message of that name, changed. */
		function changing(name: MessageName12, change: (bytes: Buffer) => Uint8Array | undefined): Partial<Script12> {
			return { edit: (which, bytes) => (which === name ? change(bytes) : bytes) };
		}

		async function expectRefusals(scripts: Partial<Script12>[], codes?: RegExp): Promise<void> {
			for (const [i, { client, server }] of (await run(scripts)).entries()) {
				assert.equal(client.negotiated, undefined, `number ${i} was accepted`);
				assert.equal(client.length, 0);
				// a suite or extension that the client has asked for, but the server does not mean: it can't read the
				// client's Finished
				if (server.unreadable && !codes) continue;
				assert.ok(client.code in alerts, `number ${i}: ${client.code}: ${client.message}`);
				assert.equal(server.alert, alerts[client.code], `number ${i}: ${client.message}`);
				if (codes) assert.match(client.code, codes, `number ${i}: ${client.message}`);
			}
		}

		for (const name of swept) {
			test(`${name} cut at every length, and with a byte too many`, async () => {
				const size = messages.get(name)!.length - 4;
				const scripts = Array.from({ length: size }, (_, length) =>
					// a signature may be a byte shorter than the one that was measured
					changing(name, bytes => withBody(bytes, bytes.subarray(4, Math.min(4 + length, bytes.length - 1)))),
				);
				await expectRefusals(
					[...scripts, changing(name, bytes => withBody(bytes, bytes.subarray(4), Buffer.of(0)))],
					name === "ServerHello"
						? /^(decode_error|handshake_failure)$/
						: name === "CertificateStatus"
							? /^(decode_error|bad_staple)$/
							: /^decode_error$/,
				);
			});
			test(`${name} with a wrong length in front`, async () => {
				const lengths = [0, 1, 0xffff, 0xffffff].filter(length => length !== messages.get(name)!.length - 4);
				await expectRefusals(
					lengths.map(length =>
						changing(name, bytes => {
							// what is announced beyond the message is filled up, so that nobody waits for it
							const whole = Buffer.concat([
								bytes,
								Buffer.alloc(length < 0xffff ? Math.max(0, length + 4 - bytes.length) : 0),
							]);
							whole.writeUIntBE(length, 1, 3);
							return whole;
						}),
					),
				);
			});
			if (free.includes(name)) continue;
			test(`${name} with any byte changed`, async () => {
				const size = messages.get(name)!.length;
				const scripts: Partial<Script12>[] = [];
				for (let at = 4; at < size; at++)
					scripts.push(
						changing(name, bytes => {
							bytes[Math.min(at, bytes.length - 1)]! ^= 1 << (at % 8);
							return bytes;
						}),
					);
				if (scripts.length) await expectRefusals(scripts);
			});
		}

		/** Those that this server sends. */
		const sent = (): MessageName12[] => order.filter(name => messages.has(name));

		test("a message left out", async () => {
			// the server may leave these out, and the client can't know that anything is to come after the last
			const needed = sent().filter(
				name => !["CertificateStatus", "CertificateRequest", "ServerHelloDone"].includes(name),
			);
			await expectRefusals(
				[...needed, "NewSessionTicket" as const].map(name => changing(name, () => undefined)),
				/^unexpected_message$/,
			);
		});
		test("a message twice", async () => {
			// of ServerHelloDone see tls12.test.ts: the client has answered by then
			const repeated = sent().filter(name => name !== "ServerHelloDone");
			await expectRefusals(
				[...repeated, "NewSessionTicket" as const, "Finished" as const].map(name =>
					changing(name, bytes => Buffer.concat([bytes, bytes])),
				),
				/^unexpected_message$/,
			);
		});
		test("a message moved after another", async () => {
			const names = sent().slice(0, -1);
			const scripts: Partial<Script12>[] = [];
			for (let from = 0; from < names.length; from++) {
				for (let to = from + 1; to < names.length; to++) {
					let kept: Buffer = Buffer.alloc(0);
					scripts.push({
						edit: (name, bytes) => {
							if (name === names[from]) {
								kept = bytes;
								return undefined;
							}
							return name === names[to] ? Buffer.concat([bytes, kept]) : bytes;
						},
					});
				}
			}
			await expectRefusals(scripts, /^unexpected_message$/);
		});
		test("a message of another handshake in front of each", async () => {
			const others = [0x02, 0x04, 0x08, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x14, 0x16, 0x18, 0x19, 0xfe, 0xff];
			const scripts = sent().flatMap(name =>
				others
					.filter(type => type !== messages.get(name)![0])
					.map(type => changing(name, bytes => Buffer.concat([message(type, Buffer.alloc(6)), bytes]))),
			);
			await expectRefusals(scripts);
		});
	});
}
