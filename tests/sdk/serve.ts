/*
	What sdk.test.ts and older.test.ts have in common: a server in Node, and an app that says in JSON what happened.
*/

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";

import { buildApp } from "../../host-sim/build/build.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";

export const { root, intermediate, leaf } = makeIdentity(["localhost"]);
export const other = makeIdentity(["localhost"]);
export const identity = { cert: leaf.pem + intermediate.pem, key: leaf.keyPem };

export const folder = mkdtempSync(join(tmpdir(), "xs-tls-sdk-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The `data` of a manifest with these resources. */
export function resources(name: string, files: Record<string, Uint8Array>): { data: { "*": string } } {
	const at = join(folder, name);
	mkdirSync(at, { recursive: true });
	for (const [file, bytes] of Object.entries(files)) writeFileSync(join(at, file), bytes);
	return { data: { "*": `${at}/*` } };
}

export const trusted = resources("trusted", {
	"root.der": root.der,
	"other.der": other.root.der,
	"leaf.der": leaf.der,
	"http.txt": Buffer.from("http/1.1"),
});
export const ca = { certificate: { resource: "root.der" } };

/** One run of an app against a server. */
export interface Run {
	readonly secure?: object;
	readonly options?: object;
	readonly extra?: object;
	readonly server?: TlsOptions;
	readonly serve?: (socket: TLSSocket) => void;
	readonly code?: number;
	/** More members of "mc/config". */
	readonly config?: Record<string, string>;
}

export function echo(socket: TLSSocket): void {
	socket.on("data", data => socket.write(data));
}

/** Returns what an app prints in its part of this name. */
export async function output(
	app: string,
	variant: string,
	part: string,
	{ serve = echo, server: given = {}, ...run }: Run = {},
): Promise<string[]> {
	const server = createServer({ ...identity, ...given }, serve).on("tlsClientError", () => {});
	server.on("secureConnection", socket => socket.on("error", () => {}));
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	try {
		const { port } = server.address() as { port: number };
		const built = await buildApp(app, {
			variant,
			config: {
				part,
				port: String(port),
				secure: JSON.stringify(run.secure ?? ca),
				options: JSON.stringify(run.options ?? {}),
				...run.config,
			},
			extra: { ...trusted, ...run.extra },
		});
		const { code, stdout, stderr } = await runApp(built, { timeout: 30 });
		assert.equal(code, run.code ?? 0, `${stderr}\n${stdout.join("\n")}`);
		return stdout;
	} finally {
		server.close();
	}
}
