/*
	The SDK's TLSSocket as modules/sdk has it, against servers in Node: every option, callback and error. The app is
	app/. older.test.ts has the rest.
*/

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer as createPlain } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { TLSSocket } from "node:tls";

import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeStore, storedRoot } from "../../host-sim/programs/rootfile.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { ca, echo, folder, identity, other, output as outputOf, resources, root, type Run, trusted } from "./serve.js";

for (const variant of variants) {
	const output = (part: string, run?: Run): Promise<string[]> => outputOf("tests/sdk/app", variant, part, run);
	const result = async (part: string, run?: Run): Promise<any[]> =>
		JSON.parse((await output(part, run)).at(-1)!) as any[];

	/** What the app's handshake says with these options of `secure`. */
	const negotiated = async (secure: object, run: Run = {}): Promise<Record<string, unknown>> =>
		(await result("connect", { ...run, secure: { ...ca, ...secure } }))[0] as Record<string, unknown>;

	describe(`embedded:io/socket/tcp/tls, ${variant}`, () => {
		test("connects, writes, reads; TLS 1.3 where the server has it", async () => {
			const [info, ...rest] = await result("connect");
			assert.equal(info.version, 0x304);
			assert.deepEqual(rest, [true, true, 6, 6, "hello\n"]);
		});
		test("protocolVersion", async () => assert.equal((await negotiated({ protocolVersion: 0x303 })).version, 0x303));
		for (const [title, protocols] of Object.entries({
			text: "http/1.1",
			"an ArrayBuffer": { text: "http/1.1" },
			"a view": { view: "http/1.1" },
			"a Resource": { resource: "http.txt" },
			"a list of both": ["h2", { text: "http/1.1" }],
		}))
			test(`ALPN as ${title}`, async () => {
				const secure = { applicationLayerProtocolNegotiation: protocols };
				const info = await negotiated(secure, { server: { ALPNProtocols: ["http/1.1"] } });
				assert.equal(info["protocol"], "http/1.1");
			});
		test("verify: true is the same as without", async () => {
			assert.equal((await negotiated({ verify: true })).version, 0x304);
			const [error] = await result("connect", { secure: { verify: true, certificate: { resource: "other.der" } } });
			assert.match(error, /^untrusted/);
		});
		test("tls_server_name is whose certificate is expected", async () => {
			const [error] = await result("connect", { secure: { ...ca, tls_server_name: "other.example" } });
			assert.match(error, /other\.example/);
		});
		test("the SDK's names are TLSClient's", async () => {
			const lengths = [0, 1, 512, 1023, 1024, 2047, 2048, 4095, 4096, 100_000];
			const all = [
				...lengths.map(length => ({ ...ca, tls_max_fragment_length: length })),
				{ ...ca, tls_elliptic_curves: [24, 23], tls_ec_point_formats: [0] },
				{
					...ca,
					tls_signature_algorithms: [
						{ hash: 4, sig: 3 },
						{ hash: 5, sig: 1 },
					],
				},
				{ ...ca, tls_server_name: "a.example" },
				{ ...ca, tls_server_name: "a.example", serverName: "b.example" },
				{ ...ca, clientKey: null, clientCertificates: null, trace: true, cache: true, verify: true },
			];
			const rounded = [512, 512, 512, 512, 1024, 1024, 2048, 2048, 4096, 4096];
			assert.deepEqual(await result("converted", { secure: { all } }), [
				...rounded.map(length => ({ tls_max_fragment_length: length })),
				{ groups: [24, 23] },
				{ signatureAlgorithms: [0x403, 0x501] },
				{ serverName: "a.example" },
				{ serverName: "b.example" },
				{},
			]);
		});
		test("tls_elliptic_curves: the groups that are offered, and no others", async () => {
			for (const group of [24, 29]) {
				const info = await negotiated({ tls_elliptic_curves: [group], protocolVersion: 0x304 });
				assert.equal(info["group"], group);
			}
			assert.equal((await negotiated({ tls_elliptic_curves: [23], protocolVersion: 0x303 }))["group"], 23);
			const server = { ecdhCurve: "P-256" };
			const [error] = await result("connect", { secure: { ...ca, tls_elliptic_curves: [24] }, server });
			assert.match(error, /^peer_alert: .*handshake_failure/);
		});
		test("tls_signature_algorithms: the schemes that are offered, and no others", async () => {
			const rsa = [
				{ hash: 4, sig: 1 },
				{ hash: 8, sig: 4 },
			];
			for (const protocolVersion of [0x303, 0x304]) {
				const ecdsa = { tls_signature_algorithms: [{ hash: 4, sig: 3 }], protocolVersion };
				assert.equal((await negotiated(ecdsa))["version"], protocolVersion);
				// the server's key is of P-256: it has no signature of RSA
				const secure = { ...ca, protocolVersion, tls_signature_algorithms: rsa };
				assert.match((await result("connect", { secure }))[0], /^peer_alert: .*handshake_failure/);
			}
		});
		test("cache: the second connection goes on with the session of the first, or not", async () => {
			const infos = (events: any[]): unknown[] => events.filter(one => one?.version).map(one => one.resumed);
			assert.deepEqual(infos(await result("twice")), [false, true]);
			assert.deepEqual(infos(await result("twice", { secure: { ...ca, cache: false } })), [false, false]);
			assert.deepEqual(infos(await result("twice", { secure: { ...ca, protocolVersion: 0x303 } })), [false, true]);
			// a build without sessions has none to keep, and connects
			const include = ["../../../modules/optional/without/resumption/manifest.json"];
			assert.deepEqual(infos(await result("twice", { extra: { include } })), [false, false]);
		});
		test("trace: what was negotiated, and how it ended", async () => {
			const lines = await output("connect", { secure: { ...ca, trace: true } });
			assert.match(lines[0]!, /^TLS: TLS 1\.3, TLS_\w+, \w+, localhost$/);
			const failed = await output("connect", {
				secure: { certificate: { resource: "leaf.der" }, serverName: "a.example", trace: true },
			});
			assert.match(failed[0]!, /^TLS: .*a\.example/);
		});
		test("clientCertificates and clientKey, also as Resources", async () => {
			const client = makeIdentity(["device"]);
			const extra = resources("client", {
				"root.der": root.der,
				"client.der": client.leaf.der,
				"client.key": client.leaf.key.privateKey.export({ type: "pkcs8", format: "der" }),
			});
			const names: string[] = [];
			await result("connect", {
				secure: { ...ca, clientCertificates: { resource: "client.der" }, clientKey: { resource: "client.key" } },
				extra,
				server: { requestCert: true, rejectUnauthorized: false },
				serve: socket => {
					names.push(String(socket.getPeerCertificate().subject?.CN));
					echo(socket);
				},
			});
			assert.equal(names.length, 1);
			assert.notEqual(names[0], "undefined");
		});
		test("what stands beside `secure` reaches TCP", async () => {
			const [names] = await result("tcpOptions");
			for (const name of ["address", "nodelay", "keepalive", "own", "port"])
				assert.ok(names.split(" ").includes(name), names);
		});
		test("refused by name, with what to do", async () => {
			const all = [
				{ ...ca, verify: false },
				{ ...ca, protocolVersion: 0x301 },
				{ ...ca, tls_elliptic_curve: [23] },
				{ ...ca, applicationLayerProtocolNegotiation: 5 },
				{},
				{ ...ca, Verify: true },
				{ ...ca, tls_server_nam: "a" },
				{ ...ca, tls_signature_algorithmss: [] },
				{ ...ca, pin: [] },
			];
			const [verify, version, unknown, protocols, nobody, ...mistyped] = await result("wrong", { secure: { all } });
			assert.match(verify, /"verify": checking can't be switched off; give a pin/);
			assert.match(version, /"protocolVersion"/);
			assert.match(unknown, /"tls_elliptic_curve" is not an option: did you mean "tls_elliptic_curves"\?/);
			assert.match(protocols, /"applicationLayerProtocolNegotiation"/);
			assert.match(nobody, /no trust anchor/);
			for (const [i, name] of ["verify", "tls_server_name", "tls_signature_algorithms", "pins"].entries())
				assert.match(mistyped[i], new RegExp(`is not an option: did you mean "${name}"`));
		});
		test("options on a prototype, such as a pin, are refused and not lost", async () => {
			for (const line of await result("inherited")) assert.match(line, /"secure" must be a plain object/);
		});
	});

	describe(`STARTTLS by { from: socket }, ${variant}`, () => {
		/** Plain text, then TLS on the same connection. `more` stands after the line after which TLS begins. */
		const started = async (more: string | Uint8Array = ""): Promise<any[]> => {
			const server = createPlain(socket => {
				socket.on("error", () => {});
				socket.write("220 ready\n");
				socket.once("data", () => {
					const go = Buffer.from("go\n");
					socket.write(Buffer.concat([go, Buffer.from(more)]));
					new TLSSocket(socket, { isServer: true, ...identity })
						.on("error", () => {})
						.on("data", function (this: TLSSocket, data) {
							this.write(data);
						});
				});
			});
			await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
			try {
				const { port } = server.address() as { port: number };
				const config = { part: "startTLS", port: String(port), secure: JSON.stringify(ca), options: "{}" };
				const app = await buildApp("tests/sdk/app", { variant, config, extra: trusted });
				const { code, stdout, stderr } = await runApp(app, { timeout: 30 });
				assert.equal(code, 0, `${stderr}\n${stdout.join("\n")}`);
				return JSON.parse(stdout.at(-1)!) as any[];
			} finally {
				server.close();
			}
		};
		test("goes on over the same connection; the socket that was taken over can't be used", async () => {
			assert.deepEqual(await started(), ["220 ready\n", "go\n", "refused", "refused", "hello\n"]);
		});
		for (const [title, more] of Object.entries({
			"plain text": "250 evil\n",
			"a close_notify": Uint8Array.of(21, 3, 3, 0, 2, 1, 0),
			"application data": Uint8Array.of(23, 3, 3, 0, 5, 0x65, 0x76, 0x69, 0x6c, 10),
		}))
			test(`${title} that came before TLS does not reach the application`, async () => {
				const events = await started(more);
				assert.deepEqual(events.slice(0, 2), ["220 ready\n", "go\n"]);
				assert.match(
					events.at(-1),
					/^(unexpected_message|decode_error|protocol_version|peer_alert|truncated|record_overflow): /,
				);
				assert.ok(!events.some(one => /evil|hello/.test(String(one))), events.join());
			});
		test("a closed socket, one of TLS and other values are refused", async () => {
			const lines = await result("wrongSockets");
			assert.equal(lines.length, 4);
			for (const line of lines) assert.match(line, /^TLSError: (?!not refused)/);
		});
	});

	describe(`trust anchors if the app names none, ${variant}`, () => {
		test("the resources ca*.der", async () => {
			const extra = resources("cas", { "ca3.der": other.root.der, "ca236.der": root.der });
			assert.equal((await result("connect", { secure: {}, extra }))[0].version, 0x304);
		});
		test("no others", async () => {
			const extra = resources("others", { "ca3.der": other.root.der });
			assert.match((await result("connect", { secure: {}, extra }))[0], /^untrusted: /);
		});
		test("without any, the root store that config.roots names", async () => {
			const store = (certificate: string): Uint8Array => makeStore([storedRoot(new X509Certificate(certificate))], 1);
			const config = { roots: "store.bin" };
			const right = resources("store", { "store.bin": store(root.pem) });
			assert.equal((await result("connect", { secure: {}, extra: right, config }))[0].version, 0x304);
			const wrong = resources("otherstore", { "store.bin": store(other.root.pem) });
			assert.match((await result("connect", { secure: {}, extra: wrong, config }))[0], /^untrusted: /);
			// the SDK's resources come first
			const both = resources("both", { "store.bin": store(root.pem), "ca3.der": other.root.der });
			assert.match((await result("connect", { secure: {}, extra: both, config }))[0], /^untrusted: /);
		});
		test("what the app gives, alone", async () => {
			const extra = resources("given", { "ca3.der": root.der, "other.der": other.root.der });
			assert.match(
				(await result("connect", { secure: { certificate: { resource: "other.der" } }, extra }))[0],
				/^untrusted: /,
			);
		});
		test("too many are refused, with what to do", async () => {
			const many = (count: number): Record<string, Uint8Array> =>
				Object.fromEntries(Array.from({ length: count }, (_, i) => [`ca${i}.der`, root.der]));
			assert.equal((await result("connect", { secure: {}, extra: resources("most", many(32)) }))[0].version, 0x304);
			const extra = resources("many", many(33));
			assert.match((await result("wrong", { secure: { all: [{}] }, extra }))[0], /33 resources .*npm run roots/);
		});
	});

	test(`the SDK's module in front of ours ends the run before it starts, with a sentence, ${variant}`, async () => {
		const at = join(folder, "stale");
		mkdirSync(at, { recursive: true });
		writeFileSync(join(at, "tlssocket.ts"), "export default class {}\n");
		const first = { modules: { "embedded:io/socket/tcp/tls": "./tlssocket" }, preload: "embedded:io/socket/tcp/tls" };
		writeFileSync(join(at, "first.json"), JSON.stringify(first));
		writeFileSync(join(at, "main.js"), "");
		const include = ["./first.json", join(projectRoot, "modules", "sdk", "manifest.json")];
		writeFileSync(join(at, "manifest.json"), JSON.stringify({ include, modules: { "*": "./main" } }));
		const { code, stderr } = await runApp(await buildApp(at, { variant, extra: trusted }), { timeout: 30 });
		assert.notEqual(code, 0);
		assert.match(
			stderr,
			/"embedded:io\/socket\/tcp\/tls" is not the one of xs-tls\/modules\/sdk: leave the other out with "~"/,
		);
	});
}
