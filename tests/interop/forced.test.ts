/*
	What real servers do only when they are made to: long chains, large records, one octet per TCP segment, new keys in the middle, and several
	things at once.
*/

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/certificates.js";
import { lacks } from "../drivers/machine.js";
import { runClient, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { identityOf, withServer } from "./requests.js";
import { startGnuTLS, startNode, startOpenSSL, startTalkingOpenSSL, type RunningServer } from "./servers.js";
import { startSplitter } from "./splitter.js";

const body = Buffer.alloc(100000, "0123456789abcdef");
const versions = [["1.2", 0x303], ["1.3", 0x304]] as const;

interface Peer {
	readonly name: string;
	readonly skip: string | false;
	start(identity: ServerIdentity, version: string): Promise<RunningServer>;
}

const peers: Peer[] = [
	{ name: "OpenSSL", skip: lacks("openssl", "openssl"), start: (identity, version) => startOpenSSL(identity, version === "1.2" ? "-tls1_2" : "-tls1_3") },
	{ name: "GnuTLS", skip: lacks("gnutls-serv", "gnutls-bin"), start: (identity, version) => startGnuTLS(identity, `NORMAL:-VERS-ALL:+VERS-TLS${version}`) },
	{ name: "Node", skip: false, start: (identity, version) => startNode(identity, body, { minVersion: `TLSv${version}` as "TLSv1.3", maxVersion: `TLSv${version}` as "TLSv1.3" }) },
];

async function connect(server: RunningServer, identity: ServerIdentity, version: number, more: Partial<ClientOptions> = {}): Promise<ClientResult> {
	const { secure = {}, ...options } = more;
	const [result] = await runClient(server.port, 1, { ca: identity.root.pem, ...options, secure: { minVersion: version, maxVersion: version, ...secure } });
	assert.ok(result!.code === "closed" || result!.code === "truncated", `${result!.code}: ${result!.message}`);
	assert.match(result!.text, /^HTTP\/1\.[01] 200/);
	return result!;
}

describe("forced", () => {
	let long: ServerIdentity;
	let folder: string;
	let device: object;
	before(() => {
		long = makeIdentity(["localhost"], "rsa4096", 6);
		folder = mkdtempSync(join(tmpdir(), "xs-tls-forced-"));
		const { root, intermediate } = identityOf("p256");
		writeFileSync(join(folder, "root.pem"), root.pem);
		const { pem, keyPem } = makeCertificate({ subject: "device", key: makeKey("p256"), issuer: intermediate, extendedKeyUsage: ["clientAuth"] });
		device = { clientCertificates: pem + intermediate.pem, clientKey: keyPem };
	});
	after(() => rmSync(folder, { recursive: true }));

	for (const { name, skip, start } of peers) {
		for (const [version, number] of versions) {
			test(`${name}, TLS ${version}: a chain of six certificates, RSA-4096`, { skip }, () => withServer(start(long, version), async server => {
				for (const variant of ["native", "m32"]) await connect(server, long, number, { variant });
			}));
			test(`${name}, TLS ${version}: one octet at a time`, { skip }, () => withServer(start(identityOf("p256"), version), server =>
				withServer(startSplitter(server.port), async splitter => {
					const result = await connect(splitter, identityOf("p256"), number);
					if (name === "Node") assert.ok(result.length > body.length);
				})));
		}
	}
	for (const [version, number] of versions) {
		for (const recordSizeLimit of [undefined, 16384]) {
			test(`Node, TLS ${version}: records of 16 KB${recordSizeLimit ? ", which are the limit asked for" : ""}`, () =>
				withServer(startNode(identityOf("p256"), body, { maxVersion: `TLSv${version}` }), async server => {
					const result = await connect(server, identityOf("p256"), number, { secure: recordSizeLimit ? { recordSizeLimit } : {} });
					assert.ok(result.length > body.length);
				}));
		}
	}

	const openssl = { skip: lacks("openssl", "openssl") };
	test("OpenSSL, TLS 1.3: new keys of one side and of both, in the middle of an answer", openssl, () =>
		withServer(startTalkingOpenSSL(identityOf("p256"), "-tls1_3"), async running => {
			const server = running as Awaited<ReturnType<typeof startTalkingOpenSSL>>;
			const connecting = connect(server, identityOf("p256"), 0x304);
			await server.hear(/GET \//);
			// a command counts only where it comes by itself
			for (const words of ["HTTP/1.1 200 OK\n", "k\n", "one\n", "K\n", "two\n", "K\n", "three\n", "q\n"]) {
				server.tell(words);
				await new Promise(resolve => setTimeout(resolve, 300));
			}
			assert.match((await connecting).text, /^HTTP\/1\.1 200 OK\none\ntwo\nthree\n$/);
		}));
	test("OpenSSL, TLS 1.3: a retry, a client certificate and a ticket, in one connection and its next", openssl, () =>
		withServer(startOpenSSL(identityOf("p256"), "-tls1_3", "-groups", "P-384", "-Verify", "3", "-CAfile", join(folder, "root.pem"), "-verify_return_error"), async server => {
			const results = await runClient(server.port, 2, { ca: identityOf("p256").root.pem, session: "", secure: { minVersion: 0x304, ...device } });
			assert.deepEqual(results.map(({ negotiated }) => [negotiated?.group, negotiated?.resumed]), [[0x18, false], [0x18, true]], results[0]!.message);
		}));
	test("GnuTLS, TLS 1.3: a retry, a client certificate and a ticket, in one connection and its next", { skip: peers[1]!.skip }, () =>
		withServer(startGnuTLS(identityOf("p256"), "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP384R1", "--x509cafile", join(folder, "root.pem"),
			"--require-client-cert", "--verify-client-cert"), async server => {
			const results = await runClient(server.port, 2, { ca: identityOf("p256").root.pem, session: "", secure: { minVersion: 0x304, ...device } });
			assert.deepEqual(results.map(({ negotiated }) => [negotiated?.group, negotiated?.resumed]), [[0x18, false], [0x18, true]], results[0]!.message);
		}));
});
