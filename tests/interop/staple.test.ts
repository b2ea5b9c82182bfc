/*
	A stapled certificate status (OCSP) from real servers, in both versions: OpenSSL, GnuTLS and Node (RFC 6066 section
	8, RFC 8446 section 4.4.2.1).
*/

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { lacks } from "../drivers/machine.js";
import { runClient } from "../faults/connect.js";
import { mustStaple, respond, revoked } from "../peers/ocsp.js";
import { startGnuTLS, startOpenSSL, type RunningServer } from "./servers.js";

const versions = [
	["1.2", 0x303],
	["1.3", 0x304],
] as const;
const statuses = ["good", "revoked", "none"] as const;
type StatusName = (typeof statuses)[number];

let folder: string;
let identity: ServerIdentity;
const responses = new Map<StatusName, Buffer>();

/** The response in a file of its own. */
const file = (name: StatusName): string => join(folder, `${name}.der`);

before(() => {
	const { root, intermediate } = makeIdentity(["localhost"]);
	const leaf = makeCertificate({
		subject: "localhost",
		key: makeKey("p256"),
		issuer: intermediate,
		names: ["localhost"],
		extensions: [mustStaple],
	});
	identity = { root, intermediate, leaf, chain: leaf.pem + intermediate.pem };
	folder = mkdtempSync(join(tmpdir(), "xs-tls-status-"));
	responses.set("good", respond({ certificate: leaf, issuer: intermediate }));
	responses.set("revoked", respond({ certificate: leaf, issuer: intermediate, status: revoked(new Date()) }));
	for (const [name, der] of responses) writeFileSync(file(name), der);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Node's server; the OCSPRequest event asks for what to staple. */
function startNode(name: StatusName): Promise<RunningServer> {
	const server = createServer({ cert: identity.chain, key: identity.leaf.keyPem }, socket => {
		socket.on("error", () => {});
		socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
	});
	server.on("tlsClientError", () => {});
	if (name !== "none") server.on("OCSPRequest", (_certificate, _issuer, done) => done(null, responses.get(name)!));
	return new Promise(resolve => {
		server.listen(0, "127.0.0.1", () =>
			resolve({
				port: (server.address() as { port: number }).port,
				stop: () => new Promise(done => server.close(() => done())),
			}),
		);
	});
}

/** The certificate promises a status: a good one is taken, and nothing else. */
function cases(start: (status: StatusName, version: string) => Promise<RunningServer>): void {
	for (const [version, number] of versions) {
		for (const status of statuses) {
			test(`TLS ${version}, status: ${status}`, async () => {
				const server = await start(status, version);
				try {
					const [result] = await runClient(server.port, 1, {
						ca: identity.root.pem,
						secure: { minVersion: number, maxVersion: number },
					});
					const { code, message, text } = result!;
					switch (status) {
						case "good":
							return assert.match(text, /^HTTP\/1\.[01] 200/, message);
						case "revoked":
							return assert.equal(code, "certificate_revoked", message);
						case "none":
							return assert.equal(code, "bad_staple", message);
					}
				} finally {
					await server.stop();
				}
			});
		}
	}
}

describe("stapled status: OpenSSL", { skip: lacks("openssl", "openssl") }, () => {
	cases((status, version) =>
		startOpenSSL(
			identity,
			version === "1.2" ? "-tls1_2" : "-tls1_3",
			...(status === "none" ? [] : ["-status_file", file(status)]),
		),
	);
});

describe("stapled status: GnuTLS", { skip: lacks("gnutls-serv", "gnutls-bin") }, () => {
	cases((status, version) =>
		startGnuTLS(
			identity,
			`NORMAL:-VERS-ALL:+VERS-TLS${version}`,
			...(status === "none" ? [] : ["--ocsp-response", file(status), "--ignore-ocsp-response-errors"]),
		),
	);
});

describe("stapled status: Node", () => cases(status => startNode(status)));
