/*
	Every message of a TLS 1.3 server, cut after every byte, with a byte too many, and with each extension that is wrong
	there (RFC 8446 section 4.2). Also what a client has to pass over (RFC 8701).
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { answerRequest, Session13, type MessageName, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runPairs, type Pair } from "./connect.js";

/** Where the extensions start: of a ServerHello or HelloRetryRequest, and of the others, in the body. */
const helloListAt = 2 + 32 + 1 + 32 + 3;

function changing(
	name: MessageName,
	change: (body: Buffer) => Uint8Array | undefined,
	more: Partial<Script13> = {},
): Partial<Script13> {
	return { ...more, edit: (which, bytes) => (which === name ? message(bytes[0]!, change(bytes.subarray(4))!) : bytes) };
}

/** Adds an extension to a message. */
function adding(name: MessageName, added: Buffer): Partial<Script13> {
	switch (name) {
		case "ServerHello":
		case "HelloRetryRequest":
			return changing(
				name,
				body => Buffer.concat([body.subarray(0, helloListAt), vector(2, body.subarray(helloListAt + 2), added)]),
				more(name),
			);
		case "EncryptedExtensions":
			return { encryptedExtensions: added };
		case "CertificateRequest":
			return changing(
				name,
				body => Buffer.concat([body.subarray(0, 1), vector(2, body.subarray(3), added)]),
				more(name),
			);
		case "Certificate":
			return changing(name, body => {
				const end = 4 + 3 + body.readUIntBE(4, 3);
				return Buffer.concat([
					body.subarray(0, 1),
					vector(3, body.subarray(4, end), vector(2, added), body.subarray(end + 2)),
				]);
			});
		default:
			throw new Error(`${name} has no extensions`);
	}
}

/** What makes a server send a message at all. */
const more = (name: MessageName): Partial<Script13> =>
	name === "HelloRetryRequest"
		? { retryGroup: 0x17 }
		: name === "CertificateRequest"
			? { requestCertificate: true }
			: {};

const greased = [0x0a0a, 0x3a3a, 0xfafa];
/** Extensions that a client knows, asked for or not, with words that are right for some message. */
const known = [0, 1, 5, 10, 11, 13, 16, 22, 23, 27, 28, 35, 41, 42, 43, 44, 45, 47, 48, 49, 50, 51, 0xff01];
/** What the table of section 4.2 allows in each message. */
const allowed: Partial<Record<MessageName, number[]>> = {
	ServerHello: [41, 43, 51],
	HelloRetryRequest: [43, 44, 51],
	EncryptedExtensions: [0, 1, 10, 16, 28, 42],
	CertificateRequest: [5, 13, 27, 47, 48, 50],
	Certificate: [5],
};
/** The one in which the server asks: there, what is not known is passed over. */
const asking = "CertificateRequest";

describe("TLS 1.3: every message", () => {
	let identity: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	function runAll(scripts: Partial<Script13>[], secure: object = {}): Promise<Pair<Outcome13>[]> {
		const { leaf, intermediate, root } = identity;
		return runPairs(scripts.length, { ca: root.pem, secure, timeout: 100 }, (socket, i) =>
			new Session13(socket, { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey, ...scripts[i] }).run(),
		);
	}

	/** How long the body of each message is. */
	async function lengths(): Promise<Map<MessageName, number>> {
		const seen = new Map<MessageName, number>();
		const [pair] = await runAll([
			{
				retryGroup: 0x17,
				requestCertificate: true,
				edit: (name, bytes) => {
					seen.set(name, bytes.length - 4);
					return bytes;
				},
			},
		]);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.equal(seen.size, 7);
		return seen;
	}

	function expectRefused({ client, server }: Pair<Outcome13>, codes: readonly string[], what: string): void {
		assert.ok(codes.includes(client.code), `${what}: ${client.code}: ${client.message}`);
		assert.equal(client.negotiated, undefined, what);
		assert.equal(client.length, 0, what);
		assert.ok(server.alert !== undefined && server.alert !== 0, `${what}: an alert is sent`);
	}

	for (const name of [
		"HelloRetryRequest",
		"ServerHello",
		"EncryptedExtensions",
		"CertificateRequest",
		"Certificate",
		"CertificateVerify",
		"Finished",
	] as const) {
		test(`${name}, cut after every byte, and with one too many`, async () => {
			const length = (await lengths()).get(name)!;
			const scripts = Array.from({ length }, (_, i) =>
				changing(name, body => body.subarray(0, Math.min(i, body.length - 1)), more(name)),
			);
			scripts.push(changing(name, body => Buffer.concat([body, Buffer.of(0)]), more(name)));
			const pairs = await runAll(scripts, { minVersion: 0x304 });
			// a hello without extensions is one of TLS 1.2; a signature that is cut is a wrong one
			const codes = [
				"decode_error",
				...(name.endsWith("Hello") || name.endsWith("Request") ? ["unsupported_version"] : []),
				...(name === "CertificateVerify" ? ["bad_signature"] : []),
			];
			pairs.forEach((pair, i) => expectRefused(pair, codes, `${name}, ${i} bytes`));
		});
	}

	for (const [name, right] of Object.entries(allowed) as [MessageName, number[]][]) {
		test(`${name} with extensions that do not belong there, were not asked for, or come twice`, async () => {
			const numbers = [...(name === asking ? [] : greased), ...known.filter(number => !right.includes(number))];
			const pairs = await runAll(
				numbers.map(number => adding(name, extension(number))),
				{ minVersion: 0x304 },
			);
			pairs.forEach((pair, i) =>
				expectRefused(
					pair,
					greased.includes(numbers[i]!) ? ["unsupported_extension"] : ["unsupported_extension", "illegal_parameter"],
					`${name}, extension ${numbers[i]}`,
				),
			);
			const twice = { ServerHello: extension(43, Buffer.of(3, 4)), HelloRetryRequest: extension(43, Buffer.of(3, 4)) }[
				name as string
			];
			if (!twice) return;
			const [pair] = await runAll([adding(name, twice)], { minVersion: 0x304 });
			expectRefused(pair!, ["illegal_parameter"], `${name}, supported_versions twice`);
		});
	}

	test("an extension twice in EncryptedExtensions and in a CertificateRequest", async () => {
		const groups = extension(10, vector(2, u16(0x1d)));
		const pairs = await runAll([
			adding("EncryptedExtensions", Buffer.concat([groups, groups])),
			adding("CertificateRequest", extension(13, vector(2, u16(0x403)))),
		]);
		for (const pair of pairs) expectRefused(pair, ["illegal_parameter"], "twice");
	});

	test("what is not known is passed over where the server asks: extensions, signature schemes, tickets", async () => {
		const grease = Buffer.concat(greased.map(number => extension(number, Buffer.of(1, 2, 3))));
		const schemes = (body: Buffer): Buffer =>
			Buffer.concat([body.subarray(0, 1), vector(2, extension(13, vector(2, ...greased.map(u16), u16(0x0403))))]);
		const pairs = await runAll([
			adding("CertificateRequest", grease),
			changing("CertificateRequest", schemes, more("CertificateRequest")),
			{ encryptedExtensions: extension(10, vector(2, ...greased.map(u16), u16(0x1d))) },
			{
				talk: async session => {
					session.sendTicket(Buffer.from("a ticket"), { extensions: grease });
					await answerRequest(session);
				},
			},
		]);
		for (const { client, server } of pairs) {
			assert.equal(client.code, "closed", client.message);
			assert.match(client.text, /hello$/);
			assert.ok(server.finished);
		}
	});
});
