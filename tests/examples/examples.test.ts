/*
	The examples, each run in the simulator against a server of Node, with the memory that its manifest gives it.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createServer as createTLS } from "node:tls";

import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import {
	type Certificate,
	makeCertificate,
	makeIdentity,
	makeKey,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { answerMQTT, webSocketServer } from "../../host-sim/servers/protocols.js";

let identity: ServerIdentity;
let server: Server;
let port: string;
/** Connections, and requests with their bodies, since the last test. */
let connections = 0;
let requests: string[] = [];

before(async () => {
	identity = makeIdentity(["localhost", "127.0.0.1"]);
	const { leaf, intermediate } = identity;
	server = createServer(
		{ key: leaf.key.privateKey.export({ type: "pkcs8", format: "pem" }), cert: leaf.pem + intermediate.pem },
		(request, response) => {
			let body = "";
			request.on("data", data => {
				body += String(data);
			});
			request.on("end", () => {
				requests.push(`${request.method} ${request.url} ${body}`);
				response.setHeader("content-type", "application/json");
				response.end(JSON.stringify({ answer: requests.length }));
			});
		},
	);
	server.on("secureConnection", () => connections++);
	await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
	port = String((server.address() as AddressInfo).port);
});

after(() => {
	server.close();
	server.closeAllConnections();
});

/** What each example is given, and what it prints. */
const examples: Readonly<
	Record<
		string,
		{
			config(): Record<string, string>;
			readonly clock?: string;
			prints: readonly (string | RegExp)[];
			connections: number;
			requests?: readonly string[];
		}
	>
> = {
	"fetch-json": {
		config: () => ({ url: `https://localhost:${port}/state`, ca: identity.root.pem }),
		prints: ['state: {"answer":1}'],
		connections: 1,
		requests: ["GET /state "],
	},
	"https-post": {
		config: () => ({ host: "localhost", port, ca: identity.root.pem }),
		prints: ['{"answer":1}', '{"answer":2}', '{"answer":3}'],
		connections: 1,
		requests: [23, 22, 21].map(value => `POST /measurements {"temperature":${value}}`),
	},
	pinned: {
		config: () => ({
			address: "127.0.0.1",
			port,
			pin: createHash("sha256")
				.update(identity.leaf.key.publicKey.export({ type: "spki", format: "der" }))
				.digest("hex"),
		}),
		prints: ["status 200", '{"answer":1}'],
		connections: 1,
	},
	"sleep-and-resume": {
		config: () => ({ url: `https://localhost:${port}/`, ca: identity.root.pem }),
		prints: [
			"full handshake",
			"200, 12 characters",
			"resumed handshake",
			"200, 12 characters",
			"resumed handshake",
			"200, 12 characters",
		],
		connections: 3,
	},
	"set-clock": {
		config: () => ({
			url: `https://localhost:${port}/`,
			ca: identity.root.pem,
			now: String(Math.floor(Date.now() / 1000)),
		}),
		clock: "unset",
		prints: ["asking pool.ntp.org for the time", /^2\d{3}-\d\d-\d\d: status 200$/],
		connections: 1,
	},
	"two-connections": {
		config: () => ({ port, ca: identity.root.pem }),
		prints: [/^(one|two): \d+ bytes received$/, /^(one|two): \d+ bytes received$/],
		connections: 2,
	},
};

/** Examples on the SDK's own clients, which are read from MODDABLE. */
const needSDK: readonly string[] = ["mqtt", "old-sdk-app", "websocket"];

const sdk = process.env["MODDABLE"];
const mcconfig = sdk && join(sdk, "build", "bin", "lin", "release", "mcconfig");

for (const name of needSDK)
	test(`${name}: mcconfig takes it`, {
		skip:
			mcconfig && existsSync(mcconfig)
				? false
				: "left out: MODDABLE does not name a Moddable SDK whose tools are built",
	}, () => {
		const folder = mkdtempSync(join(tmpdir(), "xs-tls-example-"));
		try {
			for (const platform of ["lin", "esp32/esp32c3"]) {
				const { status, stdout, stderr } = spawnSync(mcconfig!, ["-p", platform, "-o", folder], {
					cwd: join(projectRoot, "examples", name),
					encoding: "utf8",
				});
				assert.equal(status, 0, stdout + stderr);
			}
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});

async function runSDKExample(
	name: string,
	from: { close(): void; address(): unknown; listen(port: number, host: string, done: () => void): unknown },
	config: Record<string, string>,
): Promise<string[]> {
	await new Promise<void>(done => from.listen(0, "127.0.0.1", done));
	try {
		const { port: own } = from.address() as AddressInfo;
		const values = { host: "localhost", port: String(own), ca: identity.root.pem, ...config };
		const app = await buildApp(join(projectRoot, "examples", name), { config: values });
		const { code, stdout, stderr } = await runApp(app, { timeout: 30 });
		assert.equal(code, 0, `${stderr}\n${stdout.join("\n")}`);
		return stdout.filter(line => line !== "");
	} finally {
		from.close();
	}
}

describe("examples on the SDK's clients, in the simulator", {
	skip: sdk ? false : "left out: MODDABLE does not name the SDK's folder",
}, () => {
	const secrets = (): { cert: string; key: string } => ({
		cert: identity.leaf.pem + identity.intermediate.pem,
		key: identity.leaf.keyPem,
	});

	/** A device's certificate below a CA of its own, for clients alone. */
	const makeDevice = (): { ca: Certificate; device: Certificate } => {
		const ca = makeCertificate({ subject: "devices", key: makeKey("p256"), isAuthority: true });
		const key = makeKey("p256");
		const device = makeCertificate({ subject: "device-1", key, issuer: ca, extendedKeyUsage: ["clientAuth"] });
		return { ca, device };
	};

	test("mqtt: both sides have a certificate, as AWS IoT has it on port 443", async () => {
		const { ca, device } = makeDevice();
		const seen: unknown[] = [];
		const options = { ...secrets(), requestCert: true, rejectUnauthorized: true, ca: ca.pem };
		const broker = createTLS({ ...options, ALPNProtocols: ["x-amzn-mqtt-ca"] }, socket => {
			seen.push(socket.authorized, socket.getPeerCertificate().subject.CN, socket.alpnProtocol);
			answerMQTT(socket);
		});
		const config = { certificate: device.pem, key: device.keyPem, protocol: "x-amzn-mqtt-ca" };
		assert.deepEqual(await runSDKExample("mqtt", broker, config), ["published"]);
		assert.deepEqual(seen, [true, "device-1", "x-amzn-mqtt-ca"]);
	});

	for (const [title, answer] of Object.entries({
		"refuses the device": [0x20, 2, 0, 5],
		"sends a CONNACK that is too long": [0x20, 3, 0, 0, 0],
	}))
		test(`mqtt: a broker that ${title}`, async () => {
			const { ca, device } = makeDevice();
			const options = { ...secrets(), requestCert: true, rejectUnauthorized: true, ca: ca.pem };
			let packets = 0;
			const broker = createTLS(options, socket => {
				socket.on("error", () => {});
				socket.on("data", () => {
					if (packets++ === 0) socket.write(Buffer.from(answer));
				});
			});
			const lines = await runSDKExample("mqtt", broker, { certificate: device.pem, key: device.keyPem });
			assert.ok(!lines.includes("published"), lines.join("\n"));
			assert.match(lines.at(-1)!, /^failed: the broker refused/);
		});

	test("mqtt: a device that the broker does not know", async () => {
		const { ca } = makeDevice();
		const other = makeDevice().device;
		const options = { ...secrets(), requestCert: true, rejectUnauthorized: true, ca: ca.pem };
		let packets = 0;
		const broker = createTLS(options, () => packets++).on("tlsClientError", () => {});
		const lines = await runSDKExample("mqtt", broker, { certificate: other.pem, key: other.keyPem });
		assert.ok(!lines.includes("published"), lines.join("\n"));
		assert.match(lines.at(-1)!, /^failed: /);
		assert.equal(packets, 0);
	});

	test("websocket", async () => {
		const lines = await runSDKExample("websocket", webSocketServer(secrets()), {});
		assert.deepEqual(lines, ['{"hello":"world"}']);
	});

	test("old-sdk-app", async () => {
		const web = createServer(secrets(), (_, response) => response.end("state 1"));
		assert.deepEqual(await runSDKExample("old-sdk-app", web, {}), ["status 200", "state 1"]);
	});
});

/** Examples with a test file of their own. */
const elsewhere: readonly string[] = ["new-roots"];

test("each example has a test", () => {
	const folders = readdirSync(join(projectRoot, "examples"), { withFileTypes: true }).filter(entry =>
		entry.isDirectory(),
	);
	assert.deepEqual(folders.map(({ name }) => name).sort(), [...Object.keys(examples), ...needSDK, ...elsewhere].sort());
});

for (const variant of variants)
	describe(`examples, ${variant}`, () => {
		for (const [name, example] of Object.entries(examples))
			test(name, async () => {
				connections = 0;
				requests = [];
				const app = await buildApp(join(projectRoot, "examples", name), { variant, config: example.config() });
				const { code, stdout, stderr } = await runApp(app, {
					timeout: 60,
					...(example.clock ? { clock: example.clock } : {}),
				});
				const lines = stdout.filter(line => line !== "");
				assert.equal(code, 0, stderr + lines.join("\n"));
				assert.equal(lines.length, example.prints.length, lines.join("\n"));
				example.prints.forEach((expected, i) =>
					typeof expected === "string" ? assert.equal(lines[i], expected) : assert.match(lines[i]!, expected),
				);
				assert.equal(connections, example.connections);
				if (example.requests) assert.deepEqual(requests, example.requests);
			});

		test("sleep-and-resume: the session outlives a restart", async () => {
			const files = mkdtempSync(join(tmpdir(), "xs-tls-flash-"));
			try {
				const config = { ...examples["sleep-and-resume"]!.config(), wakes: "1" };
				const app = await buildApp(join(projectRoot, "examples", "sleep-and-resume"), { variant, config });
				const handshakes: string[] = [];
				for (let i = 0; i < 3; i++) {
					const { code, stdout, stderr } = await runApp(app, { timeout: 60, files });
					assert.equal(code, 0, stderr);
					handshakes.push(stdout[0]!);
				}
				assert.deepEqual(handshakes, ["full handshake", "resumed handshake", "resumed handshake"]);
				const { stdout } = await runApp(app, { timeout: 60 });
				assert.equal(stdout[0], "full handshake", "another device");
			} finally {
				rmSync(files, { recursive: true });
			}
		});

		test("pinned: another key is refused", async () => {
			const app = await buildApp(join(projectRoot, "examples", "pinned"), {
				variant,
				config: { address: "127.0.0.1", port, pin: "00".repeat(32) },
			});
			const { stdout } = await runApp(app, { timeout: 60 });
			assert.match(stdout.join("\n"), /^failed: .*leads to none of the 1 pinned keys: its own pin is [0-9a-f]{64}\./m);
		});
	});
