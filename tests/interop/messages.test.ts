/*
	--messages (host-sim/trace): the list of messages for each kind of handshake.
*/

import assert from "node:assert/strict";
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";

import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { connectionsOf, type TraceEvent } from "../../host-sim/trace/events.js";
import { listMessages } from "../../host-sim/trace/messages.js";
import { dheFile } from "./peers.js";
import { startNode, startOpenSSL, startProgram, type RunningServer } from "./servers.js";
import { body, folder, identity, traced } from "./traced.js";

/** A server that answers the first bytes with these, and closes. */
function startPlain(answer: string | Buffer): Promise<RunningServer> {
	const server = createServer(socket => {
		socket.on("error", () => {});
		socket.once("data", () => socket.end(answer));
	});
	return new Promise(resolve => {
		server.listen(0, "127.0.0.1", () =>
			resolve({
				port: (server.address() as AddressInfo).port,
				stop: () => new Promise(done => server.close(() => done())),
			}),
		);
	});
}

function rawPin({ leaf }: ServerIdentity): string {
	return createHash("sha256")
		.update(createPublicKey(leaf.key.privateKey).export({ format: "der", type: "spki" }))
		.digest("hex");
}

/** GnuTLS with its key alone (RFC 7250). */
function startRawKeys(own: ServerIdentity, version: "1.2" | "1.3"): Promise<RunningServer> {
	const pem = createPublicKey(own.leaf.key.privateKey).export({ format: "pem", type: "spki" }) as string;
	const priority = `NORMAL:-VERS-ALL:+VERS-TLS${version}:-CTYPE-ALL:+CTYPE-SRV-RAWPK:+CTYPE-CLI-X509`;
	return startProgram(
		"gnutls-serv",
		own,
		(port, files) => [
			"--http",
			"--port",
			String(port),
			"--rawpkfile",
			join(files, "public.pem"),
			"--rawpkkeyfile",
			join(files, "key.pem"),
			"--priority",
			priority,
			"--disable-client-cert",
		],
		{ "public.pem": pem },
	);
}

function without(list: readonly string[], ...names: string[]): string[] {
	return list.filter(line => !names.some(name => line.includes(name)));
}

/**
 * The messages without the client's last alert. Node closes TCP right after its own, and TCP may then refuse the
 * answer; faults/closing tests that the client sends one.
 */
function withoutAnswer(list: readonly string[]): readonly string[] {
	return list.at(-1) === "C [alert]" ? list.slice(0, -1) : list;
}

describe("--messages", () => {
	test("TLS 1.3, and the same server resumed", async () => {
		const { lists, texts } = await traced(await startNode(identity, body), 2, { session: "" });
		assert.deepEqual(withoutAnswer(without(lists[0]!, "TCP", "NewSessionTicket")), [
			"C ClientHello",
			"S ServerHello",
			"── keys for the handshake, from the Handshake Secret:",
			"S change_cipher_spec",
			"S {EncryptedExtensions}",
			"S {Certificate}",
			"S {CertificateVerify}",
			"S {Finished}",
			"C change_cipher_spec",
			"C {Finished}",
			"── keys for application data, from the Master Secret:",
			"C [application data]",
			"S [application data]",
			"S [alert]",
		]);
		assert.match(texts[0]!, /TLS 1\.3, TLS_AES_256_GCM_SHA384\n/);
		assert.match(texts[0]!, /\{Certificate\} +localhost \(P-256, to \d{4}-\d\d-\d\d\) < xs-tls test intermediate/);
		assert.match(texts[0]!, /\[NewSessionTicket\] +lifetime 7200 s/);
		assert.match(texts[0]!, /client_handshake_traffic_secret, 48 bytes\n/);
		assert.deepEqual(without(lists[1]!, "TCP", "NewSessionTicket", "──", "change_cipher_spec").slice(0, 5), [
			"C ClientHello",
			"S ServerHello",
			"S {EncryptedExtensions}",
			"S {Finished}",
			"C {Finished}",
		]);
		assert.match(texts[1]!, /ClientHello.*pre-shared key/);
		assert.match(texts[1]!, /ServerHello.*takes the pre-shared key/);
	});

	test("TLS 1.2, and the same server resumed", async () => {
		const { lists, texts } = await traced(await startNode(identity, body, { maxVersion: "TLSv1.2" }), 2, {
			session: "",
		});
		assert.deepEqual(withoutAnswer(without(lists[0]!, "TCP")), [
			"C ClientHello",
			"S ServerHello",
			"S Certificate",
			"S ServerKeyExchange",
			"S ServerHelloDone",
			"C ClientKeyExchange",
			"── keys for both directions: the master secret, and the key block made of it:",
			"C change_cipher_spec",
			"C [Finished]",
			"S NewSessionTicket",
			"S change_cipher_spec",
			"S [Finished]",
			"C [application data]",
			"S [application data]",
			"S [alert]",
		]);
		assert.match(texts[0]!, /ServerKeyExchange +key share x25519, signed with ecdsa_secp256r1_sha256/);
		assert.match(texts[0]!, /ClientKeyExchange +key share of 32 bytes/);
		assert.match(
			texts[0]!,
			/master_secret, 48 bytes\n.*client_write_key, \d\d bytes\n.*server_write_key, \d\d bytes\n.*client_write_IV, 4 bytes\n/,
		);
		assert.deepEqual(without(lists[1]!, "TCP", "NewSessionTicket", "──").slice(0, 6), [
			"C ClientHello",
			"S ServerHello",
			"S change_cipher_spec",
			"S [Finished]",
			"C change_cipher_spec",
			"C [Finished]",
		]);
	});

	for (const [words, ciphers, exchange] of [
		["rsa cbc", "AES128-SHA256", undefined],
		["dhe", "DHE-RSA-AES128-GCM-SHA256", "DHE"],
		["cbc", "ECDHE-RSA-AES128-SHA", "ServerKeyExchange"],
	] as const) {
		test(`TLS 1.2 with "${words}"`, async () => {
			const rsa = makeIdentity(["localhost"], "rsa2048");
			const server = await startOpenSSL(
				rsa,
				"-tls1_2",
				"-cipher",
				`${ciphers}:@SECLEVEL=0`,
				...(words === "dhe" ? ["-dhparam", dheFile(folder)] : []),
			);
			const { lists, texts } = await traced(server, 1, { ca: rsa.root.pem, tls: words });
			assert.equal(lists[0]!.includes("S ServerKeyExchange"), exchange !== undefined);
			if (exchange === "DHE")
				assert.match(texts[0]!, /ServerKeyExchange +Diffie-Hellman, 2048 bits, signed with rsa_\w+/);
			const sent = {
				ServerKeyExchange: /key share of \d+ bytes/,
				DHE: /public key \(DHE\), 256 bytes/,
				RSA: /premaster secret \(RSA\), 256 bytes/,
			}[exchange ?? "RSA"];
			assert.match(texts[0]!, new RegExp(`ClientKeyExchange +.*${sent.source}`));
			if (words.includes("cbc")) assert.match(texts[0]!, /client_write_MAC_key, (20|32) bytes\n.*server_write_MAC_key/);
			assert.ok(lists[0]!.includes("S [application data]"), texts[0]);
		});
	}

	test("a retry", async () => {
		const { lists, texts } = await traced(await startOpenSSL(identity, "-tls1_3", "-groups", "P-384"), 1, {});
		assert.deepEqual(without(lists[0]!, "change_cipher_spec").slice(0, 4), [
			"C ClientHello",
			"S HelloRetryRequest",
			"C ClientHello",
			"S ServerHello",
		]);
		assert.match(texts[0]!, /HelloRetryRequest +asks for another ClientHello; TLS_\w+; with a key share of secp384r1/);
	});

	test("a server that is refused: the alert is the last thing said", async () => {
		const { lists, texts } = await traced(await startNode(identity, body), 1, {
			ca: makeIdentity(["localhost"]).root.pem,
		});
		assert.equal(without(lists[0]!, "TCP").at(-1), "C {alert}");
		assert.match(texts[0]!, /\{alert\} +fatal: unknown_ca/);
	});

	test("no TLS on this port, and a server that goes away: what came is shown", async () => {
		const { texts } = await traced(await startPlain("HTTP/1.1 400 Bad Request\r\n\r\n"), 1, {});
		assert.match(texts[0]!, /the server sent no ServerHello\n[^]*◀── server {2}no TLS +"HTTP\//);
		const cut = await traced(await startPlain(Buffer.of(22, 3, 3, 0, 90)), 1, {});
		assert.match(cut.texts[0]!, /◀── server {2}part of a record +0 of 90 bytes\n {2}TCP: closed by the server$/);
	});

	test("an external key, and raw public keys in place of certificates", async () => {
		const psk = { identity: "device", key: "00".repeat(32) };
		const external = await traced(
			await startOpenSSL(identity, "-tls1_3", "-psk", psk.key, "-psk_identity", psk.identity, "-nocert"),
			1,
			{ ca: "", psk },
		);
		assert.match(external.texts[0]!, /ClientHello.*; external pre-shared key\n/);
		for (const version of ["1.2", "1.3"] as const) {
			const raw = await traced(await startRawKeys(identity, version), 1, {
				ca: "",
				pins: [rawPin(identity)],
				withRawKeys: true,
				secure: { rawPublicKeys: true },
			});
			assert.match(raw.texts[0]!, /ClientHello.*; server by raw public key or X\.509/);
			assert.match(raw.texts[0]!, /(ServerHello|EncryptedExtensions).*server by raw public key[;\n]/);
			assert.match(raw.texts[0]!, /Certificate}? +raw public key \(P-256\)\n/);
		}
	});

	test("nobody listens", async () => {
		const { texts } = await traced({ port: 1, stop: () => Promise.resolve() } as unknown as RunningServer, 1, {});
		assert.equal(texts[0], "connection 1, to 127.0.0.1 port 1: no connection\n  TCP: refused, cut or never made");
	});

	test("without the key log, protected records are shown by their length", async () => {
		const { events } = await traced(await startNode(identity, body), 1, {});
		const text = listMessages(connectionsOf(events)[0]!, new Map(), true).join("\n");
		assert.match(text, /\(data\) +\d+ bytes that the log has no secret for/);
		assert.ok(!text.includes("keys"), text);
	});

	test("a record or a message that is nonsense does not stop the list", () => {
		const event = (name: "sent" | "received", hex: string): TraceEvent => ({
			time: 0,
			meter: 0,
			connection: 1,
			chunks: 0,
			slots: 0,
			native: 0,
			event: name,
			bytes: Buffer.from(hex, "hex"),
		});
		const whole = readFileSync(join(folder, "1.jsonl"), "utf8")
			.split("\n")
			.filter(line => line.includes('"received"'));
		const hello = (JSON.parse(whole[0]!) as { bytes: string }).bytes;
		for (let cut = 0; cut < Math.min(hello.length / 2, 200); cut++) {
			const bytes = Buffer.from(hello, "hex");
			bytes[cut]! ^= 0xff;
			const lines = listMessages(
				{ number: 1, address: "::1", port: 443, events: [event("received", bytes.toString("hex"))] },
				new Map(),
				false,
			);
			assert.match(lines[0]!, /^connection 1, to \[::1\] port 443/);
		}
	});
});
