/*
	The package as an app outside of the repository gets it: its exports, and its types by "extends" of one
	tsconfig.json. Where MODDABLE in the environment names the SDK, it is built with mcpack.
*/

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { buildLoader, findBelow, findTools } from "../../host-sim/programs/check-sdk.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { importedNames } from "../unit/house/graph.js";

interface Package {
	readonly exports: Readonly<Record<string, string | { readonly types: string; readonly moddable: string }>>;
	readonly files: readonly string[];
	readonly moddable: {
		readonly manifest: { readonly include: readonly string[]; readonly preload: readonly string[] };
	};
}

const info = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as Package;

/** The names that a module exports as values, types left out. */
function exportedNames(text: string): string[] {
	const direct = [...text.matchAll(/^export (?:async )?(?:class|function|const) (\w+)/gm)].map(match => match[1]!);
	const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(match => match[1]!.split(","));
	return [...direct, ...listed.map(name => name.trim()).filter(Boolean)].sort();
}

let app: string;

function write(name: string, text: string): void {
	mkdirSync(join(app, name, ".."), { recursive: true });
	writeFileSync(join(app, name), text);
}

before(() => {
	app = mkdtempSync(join(tmpdir(), "xs-tls-app-"));
	mkdirSync(join(app, "node_modules"));
	// what npm install PATH makes
	symlinkSync(projectRoot, join(app, "node_modules", "xs-tls"));
});

after(() => rmSync(app, { recursive: true, force: true }));

test("exports name each public module, with its types", () => {
	const modules = readdirSync(join(projectRoot, "package"))
		.filter(name => name.endsWith(".js"))
		.map(name => name.slice(0, -".js".length));
	assert.deepEqual(modules.sort(), ["client", "engine", "errors", "fetch", "https", "names", "sessions", "trust"]);
	for (const name of modules) {
		const target = info.exports[`./${name}`];
		assert.deepEqual(target, { types: `./modules/${name}.ts`, moddable: `./package/${name}.js` });
		const module = readFileSync(join(projectRoot, "modules", `${name}.ts`), "utf8"),
			source = readFileSync(join(projectRoot, "package", `${name}.js`), "utf8");
		assert.deepEqual([...new Set(importedNames(source))], [`moddable:tls/package/${name}`]);
		const inner = readFileSync(join(projectRoot, "package", "modules", `${name}.js`), "utf8");
		assert.deepEqual([...new Set(importedNames(inner))], [`tls/${name}`]);
		assert.ok(info.moddable.manifest.preload.includes(`tls/package/${name}`));
		assert.deepEqual(exportedNames(source), exportedNames(module));
		assert.equal(/^export default (\w+)/m.exec(source)?.[1], /^export default (\w+)/m.exec(module)?.[1]);
	}
	for (const target of Object.values(info.exports))
		for (const path of typeof target === "string" ? [target] : [target.types, target.moddable])
			assert.ok(existsSync(join(projectRoot, path)), path);
	for (const name of info.files) assert.ok(existsSync(join(projectRoot, name)), name);
	for (const path of info.moddable.manifest.include)
		assert.ok(path.startsWith("$(MODDABLE)/") || existsSync(join(projectRoot, path)), path);
});

const good = `
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
import SDKClient from "embedded:network/http/client";
import MQTTClient from "embedded:network/mqtt/client";
import { File } from "file";
import Flash from "flash";
import { Request } from "http";
import Net from "net";
import SecureSocket from "securesocket";
import SNTP from "sntp";
import { Socket } from "socket";
import Time from "time";
import { Client as WebSocketClient } from "websocket";
import Preference from "preference";
import Resource from "Resource";
import Timer from "timer";
import config from "mc/config";
import { TLSClient } from "tls/client";
import { createEngine } from "tls/engine";
import { TLSError } from "tls/errors";
import tlsFetch from "tls/fetch";
import { HTTPClient } from "tls/https";
import { versionName } from "tls/names";
import { SessionStore } from "tls/sessions";
import { RootStore } from "tls/trust";
import Root from "xs-tls";
import * as client_ from "xs-tls/client";
import * as engine from "xs-tls/engine";
import * as errors from "xs-tls/errors";
import fetch from "xs-tls/fetch";
import * as https from "xs-tls/https";
import * as names from "xs-tls/names";
import * as sessions_ from "xs-tls/sessions";
import * as trust from "xs-tls/trust";

const same: [typeof TLSClient, typeof createEngine, typeof TLSError, typeof tlsFetch, typeof HTTPClient] = [
	client_.TLSClient, engine.createEngine, errors.TLSError, fetch, https.HTTPClient,
];
const others: [typeof versionName, typeof SessionStore, typeof RootStore, typeof TLSClient] = [
	names.versionName, sessions_.SessionStore, trust.RootStore, Root,
];
trace(same.length, others.length, Time.ticks, Net.get("IP"));
for (const one of [TLSSocket, UDP, Resolver, SDKClient, MQTTClient, File, Flash, Request, SecureSocket, SNTP, Socket, WebSocketClient])
	trace(one.name);

const sessions = new SessionStore({
	storage: {
		get: key => Preference.get("tls", key) as ArrayBuffer | undefined,
		set: (key, value) => Preference.set("tls", key, value),
		delete: key => Preference.delete("tls", key),
	},
});
const secure = { roots: new RootStore(new Resource(config.roots)), sessions };
new TLSClient({ host: "a", port: 443, TCP: { io: TCP }, secure, onError(error: TLSError) { trace(error.code); } });
const client = new HTTPClient({ host: "a", socket: { io: TLSClient, TCP: { io: TCP }, secure } });
client.request({
	onReadable(count) {
		const some: number | undefined = this.read(new Uint8Array(3));
		const rest: ArrayBuffer | undefined = this.read(count);
		trace(some ?? 0, rest?.byteLength ?? 0);
	},
});
const response = await fetch("https://a/", { secure });
for await (const piece of response) trace(piece.length);
Timer.set(() => client.close(), 5);
`;

/** Each is a mistake that the types tell of. */
const bad: Readonly<Record<string, string>> = {
	"an unknown option of secure": `import fetch from "xs-tls/fetch"; fetch("https://a/", { secure: { verifie: true } });`,
	"a wrong type": `import { HTTPClient } from "tls/https"; new HTTPClient({ host: 5 } as const);`,
	"an internal name": `import { nothing } from "tls/fetch"; nothing();`,
};

function compile(text: string): { status: number | null; output: string } {
	write("tsconfig.json", '{ "extends": "xs-tls/tsconfig.json", "include": ["src"] }');
	write("src/main.ts", `${text}\nexport {};\n`);
	const tsc = join(projectRoot, "node_modules", "typescript", "bin", "tsc");
	const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", app], { encoding: "utf8" });
	return { status, output: stdout + stderr };
}

test("an app gets types by the tsconfig.json that comes with the package", () => {
	const { status, output } = compile(good);
	assert.equal(status, 0, output);
});

for (const [name, text] of Object.entries(bad))
	test(`types refuse ${name}`, () => {
		const { status, output } = compile(text);
		assert.notEqual(status, 0);
		assert.match(output, /^src\/main\.ts|\/src\/main\.ts/m);
	});

const sdk = process.env["MODDABLE"];
const mcpack = sdk && join(sdk, "build", "bin", "lin", "release", "mcpack");

/** The app's package.json, and its program. */
function writeApp(main: string): void {
	write(
		"package.json",
		JSON.stringify({ name: "xs-tls-test-app", version: "1.0.0", type: "module", main: "./main.js" }),
	);
	write("main.js", main);
	rmSync(join(app, "out"), { recursive: true, force: true });
	mkdirSync(join(app, "out"));
}

const subpaths = Object.keys(info.exports).filter(name => !name.endsWith(".json"));
const imports = subpaths.map((name, i) => `import * as module${i} from "${join("xs-tls", name)}";\n`).join("");

test("mcpack and mcconfig make an app of it, without a line of manifest", {
	skip: mcpack && existsSync(mcpack) ? false : "MODDABLE does not name a Moddable SDK whose tools are built",
}, () => {
	writeApp(`${imports}trace(typeof [${subpaths.map((_, i) => `module${i}`).join()}]);\n`);
	const bin = join(sdk!, "build", "bin", "lin", "release");
	const env = { ...process.env, PATH: `${bin}:${process.env["PATH"]}` };
	for (const platform of ["lin", "esp32/esp32c3"]) {
		const options = ["mcconfig", "-p", platform, "-o", join(app, "out")];
		const { status, stdout, stderr } = spawnSync(mcpack!, options, { cwd: app, env, encoding: "utf8" });
		assert.equal(status, 0, stdout + stderr);
	}
	const made = readdirSync(join(app, "out"), { recursive: true }).map(String);
	const flat = made.filter(name => name.endsWith("manifest_flat.json"));
	assert.equal(flat.length, 2, made.join("\n"));
	for (const name of flat) {
		const { modules, preload } = JSON.parse(readFileSync(join(app, "out", name), "utf8")) as {
			modules: Record<string, unknown>;
			preload: string[];
		};
		assert.ok(preload.includes("tls/fetch"), "tls/fetch is preloaded");
		for (const one of subpaths) assert.ok(modules[join("xs-tls", one)], `${one}: the app's import has a module`);
	}
});

test("an app of mcpack runs: each export is there, and fetch asks a server", {
	skip: mcpack && existsSync(mcpack) ? false : "MODDABLE does not name a Moddable SDK whose tools are built",
}, async () => {
	const { root, intermediate, leaf } = makeIdentity(["127.0.0.1"]);
	let asked = (_: string): void => {};
	const request = new Promise<string>(resolve => {
		asked = resolve;
	});
	const server = createServer({ key: leaf.keyPem, cert: leaf.pem + intermediate.pem }, ({ url }, response) => {
		response.end();
		asked(decodeURIComponent(url!.slice(1)));
	});
	await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
	const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	writeApp(`${imports}
import fetch from "xs-tls/fetch";
const all = { ${subpaths.map((name, i) => `"${name}": module${i}`).join()} };
const kinds = Object.entries(all).map(([name, module]) => [name, ...Object.keys(module).map(key => key + " " + typeof module[key])]);
fetch("${url}" + encodeURIComponent(JSON.stringify(kinds)), { secure: { certificate: ${JSON.stringify(root.pem)} } });
`);
	const tools = findTools();
	const { status, stdout, stderr } = spawnSync(mcpack!, ["mcconfig", "-m", "-p", "lin", "-o", join(app, "out")], {
		cwd: app,
		env: tools.env,
		encoding: "utf8",
	});
	assert.equal(status, 0, stdout + stderr);
	const child = spawn(buildLoader(tools, join(app, "out"), findBelow(join(app, "out"), "mc.so")), ["20"]);
	try {
		const ended = new Promise<string>(resolve => child.on("exit", code => resolve(`the app has ended: ${code}`)));
		const text = await Promise.race([request, ended]);
		const kinds = JSON.parse(text) as string[][];
		assert.equal(kinds.length, subpaths.length);
		for (const [name, ...members] of kinds) {
			const source = readFileSync(
				join(projectRoot, "package", `${name === "." ? "client" : name!.slice(2)}.js`),
				"utf8",
			);
			const expected = exportedNames(source);
			if (/^export default/m.test(source)) expected.push("default");
			assert.deepEqual(members.map(member => member.split(" ")[0]!).sort(), expected.sort());
			for (const member of members) assert.match(member, / (function|object)$/, `${name}: ${member}`);
		}
	} finally {
		child.kill();
		server.close();
		server.closeAllConnections();
	}
});
