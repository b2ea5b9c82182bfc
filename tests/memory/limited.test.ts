/*
	A request with an answer of 64 KB, in memory that does not hold a record of 16 KB. The server is asked for smaller
	ones without a word from the application (modules/connection/limits.ts). GnuTLS knows record_size_limit, OpenSSL
	max_fragment_length. The app is ./limited.
*/

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { memoryVariant } from "../../host-sim/programs/bench/measure.js";
import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import { lacks, lacks32 } from "../drivers/machine.js";
import { identityOf, withServer } from "../interop/requests.js";
import { startGnuTLS, startProgram, type RunningServer } from "../interop/servers.js";

const LENGTH = 65536;
const longAnswer = `HTTP/1.0 200 OK\r\n\r\n${"0123456789abcdef".repeat(LENGTH / 16)}`;

interface Outcome {
	readonly exit: number;
	readonly stderr: string;
	readonly code?: string;
	readonly message?: string;
	readonly received?: number;
	readonly most?: number;
}

let folder: string;
before(() => {
	folder = mkdtempSync(join(tmpdir(), "xs-tls-limited-"));
	writeFileSync(join(folder, "long"), longAnswer);
});
after(() => rmSync(folder, { recursive: true }));

async function get(port: number, bytes: number, config: object = {}): Promise<Outcome> {
	const app = await buildApp(join(projectRoot, "tests", "memory", "limited"), {
		variant: memoryVariant,
		extra: { creation: { static: bytes } },
		config: { port: String(port), ca: identityOf("p256").root.pem, path: "/long", ...config },
	});
	const { code, stdout, stderr } = await runApp(app, { timeout: 60 });
	return Object.assign(
		{ exit: code, stderr },
		...stdout.filter(line => line.startsWith("{")).map(line => JSON.parse(line)),
	) as Outcome;
}

function gnutls(version: string): Promise<RunningServer> {
	return startGnuTLS(identityOf("p256"), `NORMAL:-VERS-ALL:+VERS-TLS${version}`, "--httpdata", join(folder, "long"));
}

function openssl(version: string, ...more: string[]): Promise<RunningServer> {
	return startProgram(
		"openssl",
		identityOf("p256"),
		port => [
			"s_server",
			"-accept",
			`127.0.0.1:${port}`,
			"-cert",
			"leaf.pem",
			"-cert_chain",
			"intermediate.pem",
			"-key",
			"key.pem",
			"-HTTP",
			"-quiet",
			version === "1.2" ? "-tls1_2" : "-tls1_3",
			...more,
		],
		{ long: longAnswer },
	);
}

const peers = [
	{ name: "GnuTLS", skip: lacks32 || lacks("gnutls-serv", "gnutls-bin"), start: gnutls, most: 16384 },
	{ name: "OpenSSL", skip: lacks32 || lacks("openssl", "openssl"), start: openssl, most: 4096 },
];

for (const { name, skip, start, most: largest } of peers) {
	describe(`memory without room for 16 KB records: ${name}`, { skip }, () => {
		for (const version of ["1.2", "1.3"]) {
			test(`TLS ${version}: all of it comes, in records that fit`, () =>
				withServer(start(version), async server => {
					for (const bytes of [22528, 28672, 40960]) {
						for (const copies of ["0", "1"]) {
							const { exit, stderr, code, message, received, most } = await get(server.port, bytes, { copies });
							assert.equal(exit, 0, `${bytes} bytes: ${stderr}`);
							assert.ok(code === "closed" || code === "truncated", `${bytes} bytes, ${code}: ${message}`);
							assert.ok(received! >= LENGTH, `${received} bytes`);
							assert.ok(most! <= largest && most! < bytes / 2, `records of ${most} bytes`);
						}
					}
				}));
			test(`TLS ${version}: without being asked, the server's records do not fit, and an error says so`, () =>
				withServer(start(version), async server => {
					const { exit, stderr, code, message } = await get(server.port, 24576, {
						secure: JSON.stringify({ recordSizeLimit: 16384 }),
					});
					assert.equal(exit, 0, stderr);
					assert.equal(code, "out_of_memory", message);
					assert.match(message!, /needs 16\d\d\d bytes in one piece, \d+ are free.*recordSizeLimit/);
				}));
			test(`TLS ${version}: a record that fits once, but not again when it is read, is handed out in parts`, () =>
				withServer(start(version), async server => {
					const secure = JSON.stringify({ recordSizeLimit: 16384 });
					const { exit, stderr, code, message, received, most } = await get(server.port, 40960, {
						copies: "1",
						secure,
					});
					assert.equal(exit, 0, stderr);
					assert.ok(code === "closed" || code === "truncated", `${code}: ${message}`);
					assert.ok(received! >= LENGTH, `${received} bytes`);
					assert.ok(most! > 16000, `records of ${most} bytes`);
				}));
			test(`TLS ${version}: with room for it, nothing smaller is asked for`, () =>
				withServer(start(version), async server => {
					const { exit, stderr, received, most } = await get(server.port, 65536);
					assert.equal(exit, 0, stderr);
					assert.ok(received! >= LENGTH);
					assert.ok(most! > 16000, `records of ${most} bytes`);
				}));
		}
	});
}
