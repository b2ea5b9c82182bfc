/*
	An app without onError: a debug build says in its trace what went wrong, a release nothing.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";

/** What an app prints that nobody answers, but for its own line. */
async function run(isRelease: boolean): Promise<string[]> {
	const app = await buildApp("tests/faults/app", {
		isRelease,
		config: {
			port: "1",
			ca: makeIdentity(["localhost"]).root.pem,
			secure: "{}",
			scenarios: JSON.stringify([{ isDeaf: true, patience: 200 }]),
		},
	});
	const { code, stdout, stderr } = await runApp(app, { timeout: 30 });
	assert.equal(code, 0, stderr);
	return stdout.filter(line => !line.startsWith("{"));
}

describe("without onError", () => {
	test("a debug build traces the error", async () => {
		assert.deepEqual(await run(false), [
			'TLS: no connection to localhost port 1: it was refused, cut or never made (there is no "onError")',
		]);
	});
	test("a release is silent", async () => assert.deepEqual(await run(true), []));
});
