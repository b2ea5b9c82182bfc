/*
	The simulator with the engine of the Moddable SDK, `npm run sim -- APP --engine sdk`, beside its own. It compares
	flash and how runs end, and makes a request over TLS. Without MODDABLE only the simulator's own is tested.
*/

import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { projectRoot } from "../../../host-sim/build/files.js";
import { runApp, type RunResult } from "../../../host-sim/build/run.js";
import { makeIdentity } from "../../../host-sim/servers/certificates.js";

const skip = process.env["MODDABLE"] ? false : "MODDABLE does not name the SDK's folder";
const apps = join(projectRoot, "tests", "unit", "simulator", "apps");

async function run(app: string, variant: string, config: Record<string, string> = {}, extra = {}): Promise<RunResult> {
	return runApp(await buildApp(app, { variant, config, extra }), { timeout: 20 });
}

const uses = [1, 2, 3].map(count => ["312", "text", count, 2, 2]);

for (const [variant, isNew] of [
	["native", false],
	["native-sdk", true],
] as const)
	test(`${variant}: what the engine has, and what lies in flash`, { skip: isNew && skip }, async () => {
		const { code, stdout, stderr } = await run(join(apps, "engine"), variant);
		assert.equal(code, 0, stderr);
		assert.deepEqual(JSON.parse(stdout[0]!), {
			has: {
				toSorted: isNew,
				withResolvers: isNew,
				groupBy: isNew,
				irandom: true,
				toBase64: "AQL6",
				fromHex: 2,
			},
			uses,
			written: "TypeError",
		});
	});

describe("the SDK's engine", { skip }, () => {
	for (const [end, code, says] of [
		["normal", 0, /^$/],
		["throw", 10, /^sim: uncaught exception\nError: thrown on purpose\n/],
		["reject", 11, /^sim: unhandled rejection\n/],
		["chunks", 20, /^sim: memory is full: a chunk of 1000\d\d bytes was asked for/],
		["slotsOnly", 21, /^sim: memory is full: a slot of 32 bytes was asked for/],
		["stack", 22, /^sim: the JavaScript stack is full: creation.stack has 384 slots, at /],
		["nativeStack", 23, /^sim: the native stack is full/],
		["flashInC", 27, /^sim: a write to flash/],
	] as const)
		test(`a run that ends with ${code}: ${end}`, async () => {
			const extra = end === "nativeStack" ? { creation: { static: 0, stack: 4_000_000 } } : {};
			const { code: found, stderr } = await run(join(apps, "ends"), "native-sdk", { end }, extra);
			assert.equal(found, code, stderr);
			assert.match(stderr, says);
		});

	test("three requests over one TLS connection", async () => {
		const identity = makeIdentity(["localhost"]);
		const { leaf, intermediate, root } = identity;
		const server = createServer({ key: leaf.keyPem, cert: leaf.pem + intermediate.pem }, (_, response) =>
			response.end('{"answer":1}'),
		);
		await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
		try {
			const config = { host: "localhost", port: String((server.address() as AddressInfo).port), ca: root.pem };
			const { code, stdout, stderr } = await run(join(projectRoot, "examples", "https-post"), "native-sdk", config);
			assert.equal(code, 0, stderr);
			assert.deepEqual(
				stdout.filter(line => line !== ""),
				['{"answer":1}', '{"answer":1}', '{"answer":1}'],
			);
		} finally {
			server.close();
		}
	});
});

test("without MODDABLE the SDK's engine is refused in a sentence", async () => {
	const before = process.env["MODDABLE"];
	delete process.env["MODDABLE"];
	try {
		await assert.rejects(run(join(apps, "engine"), "native-sdk"), /MODDABLE is not set: it must name the folder/);
		process.env["MODDABLE"] = apps;
		await assert.rejects(run(join(apps, "engine"), "native-sdk"), /MODDABLE: .* has no xs\/sources\/xsAll\.c/);
	} finally {
		if (before === undefined) delete process.env["MODDABLE"];
		else process.env["MODDABLE"] = before;
	}
});
