/*
	The stack as an app outside this tree takes it, and what its manifests say to the SDK's mcconfig, which the
	simulator does not read.
*/

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { makeIdentity } from "../../../host-sim/servers/certificates.js";
import { projectRoot } from "../../../host-sim/build/files.js";
import type { Dictionary } from "../../../host-sim/build/manifest.js";
import { runApp } from "../../../host-sim/build/run.js";
import { folderOf } from "./folder.js";

/** The example of README.md, with an address. */
const main = `import TCP from "embedded:io/socket/tcp";
import TLSClient from "tls/client";
import type { TLSError } from "tls/errors";
import config from "mc/config";

let request = "GET / HTTP/1.0\\r\\nhost: localhost\\r\\n\\r\\n";
new TLSClient({
	host: "localhost", address: "127.0.0.1", port: Number(config.port),
	TCP: { io: TCP },
	secure: { certificate: config.ca },
	onWritable(count: number) {
		if (request) this.write(ArrayBuffer.fromString(request));
		request = "";
	},
	onReadable(count: number) { trace(String.fromArrayBuffer(this.read() as ArrayBuffer)); },
	onError(error: TLSError) { trace(\`\${error.code}: \${error.message}\\n\`); },
});
`;

const manifest = {
	include: ["modules", "hardware"].map(name => join(projectRoot, name, "manifest.json")),
	modules: { "*": "./main" },
	creation: { static: 32768, chunk: { initial: 1536 }, heap: { initial: 512 }, stack: 640 },
};

async function serve(context: TestContext): Promise<{ port: number; ca: string }> {
	const { root, intermediate, leaf } = makeIdentity(["localhost"]);
	const server = createServer({ cert: leaf.pem + intermediate.pem, key: leaf.keyPem }, (_, response) =>
		response.end("hello from the server\n"),
	);
	context.after(() => server.close());
	await new Promise<void>(resolve => {
		server.listen(0, "127.0.0.1", resolve);
	});
	return { port: (server.address() as AddressInfo).port, ca: root.pem };
}

function read(path: string): Dictionary {
	return JSON.parse(readFileSync(join(projectRoot, path), "utf8")) as Dictionary;
}

describe("an app outside the tree", () => {
	test("uses the stack with two lines in its manifest", async context => {
		const { port, ca } = await serve(context);
		const folder = folderOf(context, { "manifest.json": manifest, "main.ts": main });
		const app = await buildApp(folder, { config: { port: String(port), ca } });
		const { stdout, code } = await runApp(app, { timeout: 20 });
		assert.equal(code, 0, stdout.join("\n"));
		assert.equal(stdout.at(-2), "hello from the server");
		assert.match(stdout.at(-1)!, /^closed: /);
	});

	test("gets an error when it trusts the wrong CA", async context => {
		const { port } = await serve(context);
		const { root } = makeIdentity(["localhost"]);
		const folder = folderOf(context, { "manifest.json": manifest, "main.ts": main });
		const app = await buildApp(folder, { config: { port: String(port), ca: root.pem } });
		const { stdout } = await runApp(app, { timeout: 20 });
		assert.match(stdout.join("\n"), /^untrusted: [^\n]*$/);
	});
});

describe("the manifests for mcconfig", () => {
	test("a platform's own files exist, and options are set after the SDK's target may have set others", () => {
		const { platforms } = read("hardware/manifest.json") as {
			platforms: Record<string, { include?: string | string[] }>;
		};
		for (const [name, { include = [] }] of Object.entries(platforms)) {
			const list = [include].flat();
			for (const file of list)
				assert.ok(file.startsWith("$(MODDABLE)/") || existsSync(join(projectRoot, "hardware", file)), file);
			const options = list.indexOf("./esp32/options.json");
			if (options >= 0) assert.ok(options > list.indexOf("$(MODDABLE)/examples/manifest_base.json"), name);
		}
		// mcconfig takes the first name that matches
		assert.equal(
			Object.keys(platforms)
				.filter(name => name.startsWith("esp32/"))
				.at(-1),
			"esp32/*",
		);
	});

	test("C_FLAGS keep what they replace in the SDK's makefile, and have what decides the sizes of PSA's structures", () => {
		const { build } = read("hardware/esp32/manifest.json") as { build: { C_FLAGS: string } };
		const flags = build.C_FLAGS.split(" ");
		assert.deepEqual(flags.slice(0, 4), [
			"$(C_COMMON_FLAGS)",
			"-Wno-implicit-function-declaration",
			"-std=gnu17",
			"$(C_FLAGS_SUBPLATFORM)",
		]);
		for (const name of ["MBEDTLS_CONFIG_FILE", "TF_PSA_CRYPTO_USER_CONFIG_FILE"])
			assert.ok(flags.includes(`-D${name}='"mbedtls/esp_config.h"'`));
		assert.ok(flags.includes("-DMBEDTLS_MAJOR_VERSION=4"));
	});

	test("no two files in C have the same name: mcconfig's makefile tells them apart by it, and nothing else", () => {
		const files = readdirSync(join(projectRoot, "hardware"), { recursive: true, encoding: "utf8" }).filter(name =>
			/\.[ch]$/.test(name),
		);
		const names = files.map(name => basename(name));
		assert.deepEqual(
			names.filter((name, i) => names.indexOf(name) !== i),
			[],
		);
		// the SDK's own, which apps may have beside ours
		assert.ok(!names.includes("inflate.c") && !names.includes("deflate.c"));
	});

	test("sdkconfig.defaults has one line for each option, in the form that mcconfig merges", () => {
		const lines = readFileSync(join(projectRoot, "hardware/esp32/sdkconfig.defaults"), "utf8")
			.split("\n")
			.filter(line => line && !line.startsWith("#"));
		for (const line of lines) assert.match(line, /^CONFIG_[A-Z0-9_]+=(y|n|\d+)$/);
		assert.equal(new Set(lines.map(line => line.split("=")[0])).size, lines.length);
	});
});
