/*
	Servers that demand a certificate of the device, each as its own manual says: with it they answer, without it their
	refusal is reported. Apache asks after the handshake if only a part of its pages needs one.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeCertificate, makeKey, type KeyType } from "../../host-sim/servers/certificates.js";
import { runClient, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { daemons, missingDaemon, startDaemon, type DaemonName } from "./daemons.js";
import { libraries, startLibrary, type LibraryName } from "./libraries.js";
import { identityOf, withServer } from "./requests.js";
import type { RunningServer } from "./servers.js";

type PeerName = Exclude<LibraryName, "BearSSL"> | DaemonName;

/** MQTT's CONNECT, and the CONNACK that accepts it. */
const mqtt = { bytes: "100d00044d5154540402003c000161", until: " \x02" };

const devices = new Map<KeyType, object>();
before(() => {
	for (const type of ["p256", "rsa2048"] as const) {
		const { intermediate } = identityOf("p256");
		const { pem, keyPem } = makeCertificate({
			subject: "device",
			key: makeKey(type),
			issuer: intermediate,
			extendedKeyUsage: ["clientAuth"],
		});
		devices.set(type, { clientCertificates: pem + intermediate.pem, clientKey: keyPem });
	}
});

function start(peer: PeerName): Promise<RunningServer> {
	const identity = identityOf("p256");
	return peer in libraries
		? startLibrary(peer as LibraryName, identity, { asksClient: true })
		: startDaemon(peer as DaemonName, identity, daemons[peer as DaemonName].asksClient);
}

async function connect(
	peer: PeerName,
	port: number,
	secure: object,
	more: Partial<ClientOptions> = {},
): Promise<ClientResult> {
	const [result] = await runClient(port, 1, {
		ca: identityOf("p256").root.pem,
		secure,
		...(peer === "mosquitto" ? mqtt : {}),
		...more,
	});
	return result!;
}

function expectAnswer(peer: PeerName, { text, message }: ClientResult): void {
	if (peer === "mosquitto") assert.equal(text, " \x02\0\0", message);
	else assert.match(text, /^HTTP\/1\.[01] 200 OK\r\n[^]*hello$/, message);
}

/**
 * nginx lets everybody in, and answers who has no certificate with a page that says so. Mbed TLS closes TCP without a
 * word.
 */
function expectRefusal(peer: PeerName, { code, text, message }: ClientResult): void {
	if (peer === "nginx") assert.match(text, /^HTTP\/1\.1 400 [^]*No required SSL certificate was sent/, message);
	else if (peer === "Mbed TLS") assert.equal(code, "transport", message);
	else {
		assert.equal(text, "");
		assert.equal(code, "peer_alert", message);
		assert.match(message, /wants a certificate from us|handshake_failure|bad_certificate|certificate_required/);
	}
}

const peers: readonly PeerName[] = [
	"wolfSSL",
	"Mbed TLS",
	"Go",
	"Erlang",
	"Java",
	"nginx",
	"apache2",
	"haproxy",
	"lighttpd",
	"stunnel",
	"mosquitto",
];

function lacksPeer(peer: PeerName): string | false {
	const missing = peer in libraries ? libraries[peer as LibraryName].missing() : missingDaemon(peer as DaemonName);
	return missing && `${peer} is not installed: apt-get install ${missing}`;
}

for (const peer of peers)
	test(`${peer} demands a certificate`, { skip: lacksPeer(peer) }, t =>
		withServer(start(peer), async ({ port }) => {
			await t.test("TLS 1.3, or what it has, and a key on P-256", async () =>
				expectAnswer(peer, await connect(peer, port, devices.get("p256")!)),
			);
			// with a suite of ECDSA wolfSSL asks for a key of that kind alone, and takes the empty list for a refusal
			const type = peer === "wolfSSL" ? "p256" : "rsa2048";
			await t.test(`TLS 1.2 and a key of ${type}`, async () =>
				expectAnswer(peer, await connect(peer, port, { maxVersion: 0x303, ...devices.get(type) })),
			);
			await t.test("none is shown", async () => expectRefusal(peer, await connect(peer, port, {})));
		}),
	);

describe("apache2, which asks after the handshake", { skip: lacksPeer("apache2") }, () => {
	const more = "SSLCACertificateFile root.pem\n<Location />\nSSLVerifyClient require\nSSLVerifyDepth 3\n</Location>";
	const starting = (): Promise<RunningServer> => startDaemon("apache2", identityOf("p256"), more);
	test("gets the certificate, if that was offered", () =>
		withServer(starting(), async ({ port }) => {
			const secure = { postHandshakeAuth: true, ...devices.get("p256") };
			expectAnswer("apache2", await connect("apache2", port, secure));
		}));
	test("forbids the page, if it was not", () =>
		withServer(starting(), async ({ port }) => {
			const { text, message } = await connect("apache2", port, devices.get("p256")!);
			assert.match(text, /^HTTP\/1\.1 403 Forbidden/, message);
		}));
});
