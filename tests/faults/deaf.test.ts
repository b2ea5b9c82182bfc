/*
	An app without onError: a debug build says in its trace what went wrong.
*/

import assert from "node:assert/strict";
import { test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";

test("without onError a debug build traces the error", async () => {
	const app = await buildApp("tests/faults/app", {
		config: {
			port: "1",
			ca: makeIdentity(["localhost"]).root.pem,
			secure: "{}",
			scenarios: JSON.stringify([{ isDeaf: true, patience: 200 }]),
		},
	});
	const { code, stdout, stderr } = await runApp(app, { timeout: 30 });
	assert.equal(code, 0, stderr);
	// the other line is the app's own
	assert.deepEqual(
		stdout.filter(line => !line.startsWith("{")),
		['TLS: no connection to localhost port 1: it was refused, cut or never made (there is no "onError")'],
	);
});
