/*
	A bundle of trusted certificates in which some can't be used: each is reported through `trace`, and the rest are
	trusted.
*/

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeCertificate, makeKey } from "../../host-sim/servers/certificates.js";

test("each root that is left out of a bundle is traced, with the reason", async () => {
	const root = (subject: string, type: "p256" | "ed25519" | "rsa1024") =>
		makeCertificate({ subject, key: makeKey(type), isAuthority: true }).pem;
	const app = await buildApp(join(projectRoot, "tests", "faults"), {
		variant: "native",
		config: {
			// nothing listens there: the options are read first
			port: "1",
			runs: "1",
			ca: root("Good", "p256") + root("New", "ed25519") + root("Weak", "rsa1024"),
			host: "localhost",
			secure: "{}",
			chunk: "0",
			early: "0",
		},
	});
	const { stdout } = await runApp(app, { timeout: 20 });
	assert.deepEqual(
		stdout.filter(line => line.startsWith("TLS:")),
		[
			"TLS: trusted certificate 1 (CN=New) has an unsupported key (Ed25519, which optional/ed25519/manifest.json adds to a build): supported are RSA, P-256, P-384 and P-521: left out",
			"TLS: trusted certificate 2 (CN=Weak) has an unsupported key (RSA of 1024 bits): supported are 2048 to 4096 bits, in steps of 8: left out",
		],
	);
});
