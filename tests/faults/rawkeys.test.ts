/*
	Raw public keys (RFC 7250): the server's counts only if it is pinned, was offered and stands alone; GnuTLS sends and
	takes them in both versions.
*/

import assert from "node:assert/strict";
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { startProgram } from "../../host-sim/servers/servers.js";
import { vector } from "../../host-sim/trace/keys13.js";
import { lacks, variants } from "../drivers/machine.js";
import { askCertificate } from "../peers/identity13.js";
import { rightExtensions, Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { runClient, runPairs, type ClientOptions, type Pair } from "./connect.js";

const RAW = 2;
const SERVER_TYPE = 20;
const CLIENT_TYPE = 19;

let identity: ServerIdentity;
let spki: Buffer;
let pin: string;

function spkiOf(key: KeyObject): Buffer {
	return createPublicKey(key).export({ format: "der", type: "spki" });
}

function pinOf(bytes: Buffer): string {
	return createHash("sha256").update(bytes).digest("hex");
}

before(() => {
	identity = makeIdentity(["localhost"]);
	spki = spkiOf(identity.leaf.key.privateKey);
	pin = pinOf(spki);
});

const offering = { rawPublicKeys: true };

function options(more: Partial<ClientOptions> = {}): ClientOptions {
	return { ca: "", pins: [pin], withRawKeys: true, secure: offering, ...more };
}

async function run13(script: Partial<Script13>, given = options()): Promise<Pair<Outcome13>> {
	const right = {
		chain: [spki],
		key: identity.leaf.key.privateKey,
		encryptedExtensions: extension(SERVER_TYPE, Buffer.of(RAW)),
	};
	const [pair] = await runPairs(1, given, socket => new Session13(socket, { ...right, ...script }).run());
	return pair!;
}

async function run12(script: Partial<Script12>, given = options(), key = spki): Promise<Pair<Outcome12>> {
	const right: Script12 = {
		chain: [],
		key: identity.leaf.key.privateKey,
		extensions: Buffer.concat([...rightExtensions, extension(SERVER_TYPE, Buffer.of(RAW))]),
		edit: (name, bytes) => (name === "Certificate" ? message(11, vector(3, key)) : bytes),
	};
	const [pair] = await runPairs(1, given, socket => new Session12(socket, { ...right, ...script }).run());
	return pair!;
}

function expectTaken({ client, server }: Pair<Outcome13>): void {
	assert.equal(client.code, "closed", client.message);
	assert.match(client.text, /hello$/);
	assert.ok(server.finished);
	assert.equal(client.negotiated!.subject, "a raw public key");
}

function expectRefused({ client, server }: Pair<Outcome13>, code: string, alert: number, says?: RegExp): void {
	assert.equal(client.code, code, client.message);
	if (says) assert.match(client.message, says);
	assert.equal(server.alert, alert);
	assert.equal(client.negotiated, undefined);
	assert.equal(client.length, 0);
}

describe("a server with a raw public key", () => {
	for (const variant of variants) {
		test(`TLS 1.3 (${variant})`, async () => expectTaken(await run13({}, options({ variant }))));
		test(`TLS 1.2 (${variant})`, async () => expectTaken(await run12({}, options({ variant }))));
	}
	test("another name and no clock do not matter: it is the key that is pinned", async () => {
		for (const run of [run13, run12]) expectTaken(await run({}, options({ host: "other.example", clock: "unset" })));
	});
	test("a key that is not pinned", async () => {
		for (const run of [run13, run12])
			expectRefused(
				await run({}, options({ pins: [pinOf(Buffer.from("another"))] })),
				"pin_mismatch",
				42,
				/raw public key/,
			);
		const other = spkiOf(makeKey("p256").privateKey);
		expectRefused(await run13({ chain: [other] }), "pin_mismatch", 42);
		expectRefused(await run12({}, options(), other), "pin_mismatch", 42);
	});
	test("a pinned key that is not the server's", async () => {
		const key = makeKey("p256").privateKey;
		expectRefused(await run13({ key }), "bad_signature", 51);
		expectRefused(await run12({ key }), "bad_signature", 51);
	});
	test("a pinned key of an unsupported kind", async () => {
		const weak = Buffer.from(
			"302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
			"hex",
		);
		const pinned = options({ pins: [pinOf(weak)] });
		expectRefused(await run13({ chain: [weak] }, pinned), "unsupported_certificate", 43, /unsupported/);
		expectRefused(await run12({}, pinned, weak), "unsupported_certificate", 43, /unsupported/);
	});
	test("a pinned key with bytes after it", async () => {
		const long = Buffer.concat([spki, Buffer.of(0)]);
		const pinned = options({ pins: [pinOf(long)] });
		expectRefused(await run13({ chain: [long] }, pinned), "bad_certificate", 42);
		expectRefused(await run12({}, pinned, long), "bad_certificate", 42);
	});
	test("two keys, no key, and a chain where one key belongs", async () => {
		expectRefused(await run13({ chain: [spki, spki] }), "illegal_parameter", 47, /2 raw public keys, expected 1/);
		expectRefused(await run13({ chain: [] }), "decode_error", 50);
		const edit = (name: string, bytes: Buffer): Buffer =>
			name === "Certificate" ? message(11, vector(3, vector(3, spki))) : bytes;
		expectRefused(await run12({ edit }), "pin_mismatch", 42);
		const trailing = (name: string, bytes: Buffer): Buffer =>
			name === "Certificate" ? message(11, vector(3, spki), Buffer.of(0)) : bytes;
		expectRefused(await run12({ edit: trailing }), "decode_error", 50);
	});
	test("a type that was not offered, and one that comes twice", async () => {
		const openPGP = extension(SERVER_TYPE, Buffer.of(1));
		expectRefused(await run13({ encryptedExtensions: openPGP }), "illegal_parameter", 47, /certificate type 1/);
		const twice = extension(SERVER_TYPE, Buffer.of(RAW, RAW));
		expectRefused(await run13({ encryptedExtensions: twice }), "decode_error", 50);
		const both = Buffer.concat([extension(SERVER_TYPE, Buffer.of(RAW)), extension(SERVER_TYPE, Buffer.of(RAW))]);
		expectRefused(await run13({ encryptedExtensions: both }), "illegal_parameter", 47);
		const extensions = Buffer.concat([...rightExtensions, openPGP]);
		expectRefused(await run12({ extensions }), "illegal_parameter", 47);
	});
	test("an answer where nothing was offered", async () => {
		const given: ClientOptions = { ca: identity.root.pem, withRawKeys: true };
		expectRefused(await run13({}, given), "unsupported_extension", 110);
		expectRefused(await run12({}, given), "unsupported_extension", 110);
		// the client has no key to offer
		const client = extension(CLIENT_TYPE, Buffer.of(RAW));
		expectRefused(await run13({ encryptedExtensions: client }), "unsupported_extension", 110);
	});
	test("a server that does not know it sends certificates, which are checked as ever", async () => {
		const chain = [identity.leaf.der, identity.intermediate.der];
		const right = { chain, encryptedExtensions: Buffer.alloc(0) };
		const { client } = await run13(right);
		assert.equal(client.code, "closed", client.message);
		assert.equal(client.negotiated!.subject, "localhost");
		expectRefused(await run13(right, options({ host: "other.example" })), "wrong_name", 42);
		// the key alone, without the server having said so
		expectRefused(await run13({ encryptedExtensions: Buffer.alloc(0) }), "bad_certificate", 42);
	});
	for (const [what, type] of [
		["its key alone", RAW],
		["its certificates, which the server prefers", 0],
	] as const)
		test(`the client is asked after the handshake: it sends ${what}`, async () => {
			const { der, pem, keyPem, key } = makeCertificate({
				subject: "device",
				key: makeKey("p256"),
				issuer: identity.intermediate,
			});
			const secure = { ...offering, postHandshakeAuth: true, clientCertificates: pem, clientKey: keyPem };
			const answers: (Buffer[] | undefined)[] = [];
			const pair = await run13(
				{
					encryptedExtensions: Buffer.concat([
						extension(SERVER_TYPE, Buffer.of(RAW)),
						extension(CLIENT_TYPE, Buffer.of(type)),
					]),
					talk: async session => {
						while (!session.outcome.received.includes("\r\n\r\n")) if (!(await session.receive())) return;
						for (const context of ["one", "two"]) answers.push(await askCertificate(session, Buffer.from(context)));
						session.send(23, Buffer.from("hello"));
						session.send(21, Buffer.of(1, 0));
					},
				},
				options({ secure }),
			);
			expectTaken(pair);
			const shown = type === RAW ? spkiOf(key.privateKey) : der;
			assert.deepEqual(answers, [[shown], [shown]]);
		});
	test("options that do not go together", async () => {
		for (const [given, says] of [
			[{ ...options(), withRawKeys: false }, /needs modules\/optional\/rawkeys\/manifest\.json/],
			[{ ...options(), ca: identity.root.pem, pins: undefined }, /"rawPublicKeys" needs "pins"/],
			[options({ secure: { ...offering, staple: "require" } }), /does not go with "staple"/],
		] as const) {
			const { pins, ...rest } = given;
			const [client] = await runClient(9, 1, { ...rest, ...(pins ? { pins } : {}) });
			assert.equal(client!.code, "configuration");
			assert.match(client!.message, says);
		}
	});
});

describe("raw public keys with GnuTLS", { skip: lacks("gnutls-serv", "gnutls-bin") }, () => {
	for (const [name, version] of [
		["1.2", 0x303],
		["1.3", 0x304],
	] as const) {
		for (const isClientRaw of [false, true])
			test(`TLS ${name}: the server's${isClientRaw ? " and the client's" : ""}`, async () => {
				const device = makeCertificate({ subject: "device", key: makeKey("p256"), issuer: identity.intermediate });
				const publicPEM = createPublicKey(identity.leaf.key.privateKey).export({
					format: "pem",
					type: "spki",
				}) as string;
				const server = await startProgram(
					"gnutls-serv",
					identity,
					(port, folder) => [
						"--http",
						"--port",
						String(port),
						"--rawpkfile",
						join(folder, "public.pem"),
						"--rawpkkeyfile",
						join(folder, "key.pem"),
						"--priority",
						`NORMAL:-VERS-ALL:+VERS-TLS${name}:-CTYPE-ALL:+CTYPE-SRV-RAWPK${isClientRaw ? ":+CTYPE-CLI-RAWPK" : ":+CTYPE-CLI-X509"}`,
						...(isClientRaw ? ["--require-client-cert"] : ["--disable-client-cert"]),
					],
					{ "public.pem": publicPEM },
				);
				try {
					const [client] = await runClient(server.port, 1, {
						...options(),
						secure: {
							...offering,
							minVersion: version,
							maxVersion: version,
							...(isClientRaw ? { clientCertificates: device.pem, clientKey: device.keyPem } : {}),
						},
					});
					assert.match(client!.text, /^HTTP\/1\.[01] 200/, `${client!.code}: ${client!.message}`);
					assert.equal(client!.negotiated!.subject, "a raw public key");
				} finally {
					await server.stop();
				}
			});
	}
});
