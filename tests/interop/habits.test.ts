/*
	What real servers do beside a handshake: long records whatever the client asked for, many tickets or none, pauses in
	the middle of a flight. TCP ends without close_notify. Also what AWS IoT wants of a device.
*/

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createTCPServer, type AddressInfo, type Server } from "node:net";
import { describe, test } from "node:test";
import { createServer, type TLSSocket } from "node:tls";
import { makeCertificate, makeKey, type Certificate } from "../../host-sim/servers/certificates.js";
import { lacks } from "../drivers/machine.js";
import { runClient, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { libraries, startLibrary, type LibraryName } from "./libraries.js";
import { startPauser } from "./pauser.js";
import { identityOf, request, withServer } from "./requests.js";
import { startNode, startOpenSSL, startTalkingOpenSSL } from "./servers.js";

const versions = [
	["1.2", 0x303],
	["1.3", 0x304],
] as const;

const only = (version: number, more: object = {}): Partial<ClientOptions> => ({
	secure: { minVersion: version, maxVersion: version, ...more },
});

/** A body that fills four of the longest records. */
const longBody = "0123456789abcdef".repeat(4096);
const longAnswer = `HTTP/1.0 200 OK\r\n\r\n${longBody}`;

/** Libraries that know neither record_size_limit nor max_fragment_length. */
const unlimited: readonly (readonly [LibraryName, number])[] = [
	["Go", 0x304],
	["Go", 0x303],
];

describe("servers that ignore both limits of a record's length", () => {
	for (const [peer, version] of unlimited) {
		const missing = libraries[peer].missing();
		const skip = missing && `${peer} is not installed: apt-get install ${missing}`;
		const ask = { recordSizeLimit: 1025, tls_max_fragment_length: 1024 };
		test(`${peer}, TLS ${version === 0x304 ? "1.3" : "1.2"}: with memory for them they arrive`, { skip }, () =>
			withServer(startLibrary(peer, identityOf("p256"), { answer: longAnswer }), async server => {
				const { length, most } = await request(server, identityOf("p256"), only(version, ask));
				assert.equal(length, longAnswer.length);
				assert.ok(most > 4096 && most <= 16384, `the longest record has ${most} bytes`);
			}),
		);
		test(`${peer}, TLS ${version === 0x304 ? "1.3" : "1.2"}: without, the error says so`, { skip }, () =>
			withServer(startLibrary(peer, identityOf("p256"), { answer: longAnswer }), async server => {
				const [result] = await runClient(server.port, 1, {
					ca: identityOf("p256").root.pem,
					memory: 24576,
					...only(version, ask),
				});
				assert.equal(result!.code, "out_of_memory", result!.message);
				assert.match(result!.message, /\d bytes/);
				assert.equal(result!.negotiated?.version, version, "the handshake was done");
			}),
		);
	}
});

describe("tickets of TLS 1.3", { skip: lacks("openssl", "openssl"), concurrency: 2 }, () => {
	for (const count of [0, 1, 2, 40])
		test(`${count} at once`, () =>
			withServer(startOpenSSL(identityOf("p256"), "-tls1_3", "-num_tickets", String(count)), async ({ port }) => {
				const results = await runClient(port, 2, { ca: identityOf("p256").root.pem, session: "" });
				for (const { text, message } of results) assert.match(text, /^HTTP\/1\.0 200/, message);
				// an app is given eight of a connection at most
				assert.equal(results[0]!.sessions ?? 0, Math.min(count, 8));
				assert.equal(results[1]!.negotiated!.resumed, count > 0);
			}));
	test("40 at once, 24 KB of memory, an app that keeps none", () =>
		withServer(startOpenSSL(identityOf("p256"), "-tls1_3", "-num_tickets", "40"), async server => {
			await request(server, identityOf("p256"), { memory: 24576 });
		}));
});

describe("an end without close_notify", { skip: lacks("openssl", "openssl") }, () => {
	for (const [name, version] of versions)
		test(`TLS ${name}: what came is delivered, the end is an error`, () =>
			withServer(startTalkingOpenSSL(identityOf("p256"), `-tls${name.replace(".", "_")}`), async server => {
				const { hear, tell } = server as Awaited<ReturnType<typeof startTalkingOpenSSL>>;
				const running = runClient(server.port, 1, { ca: identityOf("p256").root.pem, ...only(version) });
				await hear(/GET \//);
				tell("HTTP/1.1 200 OK\n");
				await new Promise(resolve => setTimeout(resolve, 300));
				tell("q\n");
				const [result] = await running;
				assert.equal(result!.text, "HTTP/1.1 200 OK\n");
				assert.equal(result!.code, "truncated", result!.message);
			}));
});

describe("pauses of 2 s in the server's flight", { concurrency: 2 }, () => {
	for (const [name, version] of versions)
		test(`TLS ${name}: in a header, in the hello, among certificates, after them`, async () => {
			const identity = identityOf("p256");
			const server = await startNode(identity, Buffer.from("hello"), {
				minVersion: `TLSv${name}`,
				maxVersion: `TLSv${name}`,
			});
			const pauser = await startPauser(server.port, [3, 50, 700, 1100], 2000);
			try {
				const started = Date.now();
				await request(pauser, identity, only(version));
				assert.ok(Date.now() - started > 8000, "it has waited");
			} finally {
				await pauser.stop();
				await server.stop();
			}
		});
});

/** The name of the protocol by which AWS IoT knows MQTT with a device's certificate on port 443. */
const awsProtocol = "x-amzn-mqtt-ca";
const connect = "100d00044d5154540402003c000161";

interface Amazon {
	readonly chain: string;
	readonly leaf: Certificate;
	/** Amazon Root CA 1, and who has cross-signed it. */
	readonly root: Certificate;
	readonly starfield: Certificate;
}

/** A chain as AWS IoT's ATS endpoints send it: RSA of 2048 bits, the root of 2015 as Starfield has cross-signed it. */
function makeAmazon(): Amazon {
	const starfield = makeCertificate({
		subject: "Starfield Services Root Certificate Authority - G2",
		key: makeKey("rsa2048"),
		isAuthority: true,
	});
	const rootKey = makeKey("rsa2048");
	const root = makeCertificate({ subject: "Amazon Root CA 1", key: rootKey, isAuthority: true });
	const crossed = makeCertificate({ subject: "Amazon Root CA 1", key: rootKey, issuer: starfield, isAuthority: true });
	const issuer = makeCertificate({
		subject: "Amazon RSA 2048 M01",
		key: makeKey("rsa2048"),
		issuer: root,
		isAuthority: true,
		pathLength: 0,
		extendedKeyUsage: ["serverAuth", "clientAuth"],
	});
	const leaf = makeCertificate({
		subject: "*.iot.eu-west-1.amazonaws.com",
		key: makeKey("rsa2048"),
		issuer,
		names: ["iot.eu-west-1.amazonaws.com", "*.iot.eu-west-1.amazonaws.com"],
		extendedKeyUsage: ["serverAuth", "clientAuth"],
	});
	return { chain: leaf.pem + issuer.pem + crossed.pem + starfield.pem, leaf, root, starfield };
}

/** Listens on port 443 if this user may and nobody else does, as a device does not care for the number; else on any. */
async function listen(server: Server): Promise<number> {
	const probe = createTCPServer();
	const is443 = await new Promise<boolean>(resolve => {
		probe.once("error", () => resolve(false)).listen(443, "127.0.0.1", () => probe.close(() => resolve(true)));
	});
	server.listen(is443 ? 443 : 0, "127.0.0.1");
	await once(server, "listening");
	return (server.address() as AddressInfo).port;
}

describe("AWS IoT: MQTT with a device's certificate and ALPN on port 443", () => {
	const amazon = makeAmazon();
	const fleet = makeCertificate({
		subject: "Amazon Web Services O=Amazon.com Inc.",
		key: makeKey("rsa2048"),
		isAuthority: true,
	});
	const device = makeCertificate({
		subject: "AWS IoT Certificate",
		key: makeKey("rsa2048"),
		issuer: fleet,
		extendedKeyUsage: false,
	});
	const own = { clientCertificates: device.pem, clientKey: device.keyPem };

	async function tryWith(
		secure: object,
		ca: Certificate = amazon.root,
	): Promise<{ result: ClientResult; seen: string[] }> {
		const seen: string[] = [];
		const server = createServer(
			{
				cert: amazon.chain,
				key: amazon.leaf.keyPem,
				ca: fleet.pem,
				requestCert: true,
				rejectUnauthorized: true,
				ALPNProtocols: [awsProtocol],
			},
			(socket: TLSSocket) => {
				socket.on("error", () => {});
				seen.push(String(socket.alpnProtocol), String(socket.getPeerCertificate().subject?.CN));
				socket.once("data", data => {
					seen.push(data.toString("hex"));
					// a client that did not offer the protocol may not talk MQTT here
					if (socket.alpnProtocol === awsProtocol) socket.write(Buffer.of(0x20, 2, 0, 0));
					else socket.end();
				});
			},
		);
		server.on("tlsClientError", () => {});
		const port = await listen(server);
		try {
			const [result] = await runClient(port, 1, {
				ca: ca.pem,
				host: "a1b2c3-ats.iot.eu-west-1.amazonaws.com",
				bytes: connect,
				until: " \x02",
				secure,
			});
			return { result: result!, seen };
		} finally {
			server.close();
		}
	}

	for (const [name, version] of versions)
		test(`TLS ${name}, with either of its roots`, async () => {
			const secure = {
				...own,
				minVersion: version,
				maxVersion: version,
				applicationLayerProtocolNegotiation: awsProtocol,
			};
			for (const ca of [amazon.root, amazon.starfield]) {
				const { result, seen } = await tryWith(secure, ca);
				assert.equal(result.text, " \x02\0\0", result.message);
				assert.equal(result.negotiated!.protocol, awsProtocol);
				assert.deepEqual(seen, [awsProtocol, "AWS IoT Certificate", connect]);
			}
		});
	test("without a certificate the server's refusal is reported", async () => {
		const { result, seen } = await tryWith({ applicationLayerProtocolNegotiation: awsProtocol });
		assert.equal(result.code, "peer_alert", result.message);
		assert.match(result.message, /wants a certificate from us/);
		assert.deepEqual(seen, []);
	});
	test("with another protocol's name the server's refusal is reported", async () => {
		const { result, seen } = await tryWith({ ...own, applicationLayerProtocolNegotiation: "mqtt" });
		assert.equal(result.code, "peer_alert", result.message);
		assert.match(result.message, /it speaks none of the application protocols offered/);
		assert.deepEqual(seen, []);
	});
});
