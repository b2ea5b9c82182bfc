/*
	What C holds is given back on each error path. A handshake, data and close of each version run in full, with a
	client certificate, and resumed. One native allocation or one accelerator call fails at each position (main.ts). The
	peer is Node's own TLS.
*/

import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createServer, type SecureVersion, type Server, type TlsOptions } from "node:tls";

import { buildApp } from "../../host-sim/build/build.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeCertificate, makeIdentity, makeKey } from "../../host-sim/servers/certificates.js";

interface Line {
	readonly wrong?: string;
	readonly plan?: string;
	readonly tried: number;
	readonly last: number;
	readonly codes: Record<string, number>;
	readonly start?: string;
}

/** Each native allocation fails, not a sample of them: some 40 minutes. */
const isLong = process.env["XS_TLS_SWEEP"] === "long";
const identity = makeIdentity(["localhost"]);
const authority = makeIdentity(["device"]);
const device = makeCertificate({
	subject: "device",
	key: makeKey("p256"),
	issuer: authority.intermediate,
	extendedKeyUsage: ["clientAuth"],
});

interface Kind {
	readonly name: string;
	/** Options of `secure`. */
	readonly secure?: object;
	readonly server?: TlsOptions;
	readonly resumes?: boolean;
	/** Positions tried after the first 200: each so many. */
	readonly step: number;
}

const kinds: readonly Kind[] = [
	{ name: "full", step: 61 },
	{
		name: "client certificate",
		secure: { clientCertificates: [device.pem, authority.intermediate.pem], clientKey: device.keyPem },
		server: { requestCert: true, rejectUnauthorized: true, ca: authority.root.pem },
		step: 127,
	},
	{ name: "resumed", resumes: true, step: 13 },
];

function serve(version: SecureVersion, options: TlsOptions = {}): Server {
	const server = createServer(
		{ key: identity.leaf.keyPem, cert: identity.chain, minVersion: version, maxVersion: version, ...options },
		socket => socket.on("data", data => socket.write(data)).on("error", () => {}),
	);
	server.on("tlsClientError", () => {});
	server.listen(0, "127.0.0.1");
	return server;
}

async function run(server: Server, { secure = {}, resumes = false, step }: Kind) {
	const { port } = server.address() as AddressInfo;
	const config = { port: String(port), ca: identity.root.pem, secure: JSON.stringify(secure) };
	const app = await buildApp("tests/ownership", {
		config: { ...config, resumes: resumes ? "yes" : "", step: String(isLong ? 1 : step) },
	});
	const { code, stdout, stderr } = await runApp(app, { timeout: isLong ? 7200 : 100 });
	const lines = stdout.filter(line => line.startsWith("{")).map(line => JSON.parse(line) as Line);
	assert.equal(code, 0, `${stderr}${stdout.slice(-3).join("\n")}`);
	return lines;
}

for (const version of ["TLSv1.2", "TLSv1.3"] as const)
	for (const kind of kinds)
		test(`${version}, ${kind.name}: one failure at each position`, async t => {
			const server = serve(version, kind.server);
			await once(server, "listening");
			try {
				const lines = await run(server, kind);
				let positions = 0;
				for (const { plan, tried, last, codes } of lines) {
					if (plan === undefined) continue;
					positions += tried;
					const counts = Object.entries(codes).map(([name, count]) => `${name} ${count}`);
					t.diagnostic(`${plan}: ${tried} of ${last} positions, ${counts.join(", ")}`);
				}
				t.diagnostic(`${positions} positions; held before and after: ${lines.find(line => line.start)?.start}`);
				assert.deepEqual(
					lines.filter(line => line.wrong).map(line => line.wrong),
					[],
				);
				assert.ok(positions > 300, `${positions} positions`);
			} finally {
				server.close();
			}
		});
