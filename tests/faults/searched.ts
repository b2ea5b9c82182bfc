/*
	Runs the device that searches all of its memory for secrets (secrets/main.ts), and says where each may be.
*/

import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { buildApp } from "../../host-sim/build/build.js";
import { runApp } from "../../host-sim/build/run.js";

const MASK = 0x5a;
const DATA = 23;

/** By the name of the place. */
type Places = Readonly<Record<string, number>>;

export interface Result {
	readonly code: string;
	readonly message: string;
	readonly resumed?: boolean;
	readonly open: Readonly<Record<string, Places>>;
	readonly closed: Readonly<Record<string, Places>>;
}

/** A secret as the device gets it: so nobody but a connection has it in the clear. */
export function masked(secret: Uint8Array): string {
	return Buffer.from(secret.map(byte => byte ^ MASK)).toString("hex");
}

/**
 * Runs the app against a server; `serve` gets the number of the connection. `optional` are folders of modules/optional
 * that the app has, too.
 */
export async function runSearch(
	runs: number,
	variant: string,
	config: Readonly<Record<string, string>>,
	serve: (socket: Socket, index: number) => Promise<unknown>,
	optional: readonly string[] = [],
): Promise<Result[]> {
	let index = 0;
	const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
		serve(socket, index++).catch(() => socket.destroy());
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	try {
		const { port } = server.address() as { port: number };
		const app = await buildApp("tests/faults/secrets", {
			variant,
			config: { port: String(port), runs: String(runs), secure: "{}", ...config },
			extra: { include: optional.map(part => `../../../modules/optional/${part}/manifest.json`) },
		});
		const { code, stdout, stderr } = await runApp(app, { timeout: 120 });
		assert.equal(code, 0, stderr);
		const results = stdout.filter(line => line.startsWith("{")).map(line => JSON.parse(line) as Result);
		assert.equal(results.length, runs);
		return results;
	} finally {
		server.close();
	}
}

/** Tells the client the secrets of its connection, and more that the test knows. */
export function tell(
	session: { readonly secrets: Record<string, Buffer>; send(type: number, content: Uint8Array): void },
	more: Readonly<Record<string, Uint8Array>> = {},
): void {
	const all = Object.entries({ ...session.secrets, ...more }).map(([name, secret]) => [name, masked(secret)]);
	session.send(DATA, Buffer.from(`${JSON.stringify(Object.fromEntries(all))}\n`));
}

/**
 * Of the open connection, native memory alone has the secrets `kept`; of the closed one, nothing has any. At least
 * `least` secrets were looked for.
 */
export function expectHidden({ code, message, open, closed }: Result, kept: readonly string[], least: number): void {
	assert.equal(code, "", message);
	const names = Object.keys(open);
	assert.ok(names.length >= least, `${names.length} secrets were looked for: ${names.join(", ")}`);
	const left = Object.entries(open).filter(([name, places]) =>
		Object.keys(places).some(place => place !== "native" || !kept.includes(name)),
	);
	assert.deepEqual(Object.fromEntries(left), {}, "open");
	for (const name of kept)
		assert.ok(open[name]?.["native"], `${name} must be in native memory: the search does not find what is there`);
	assert.deepEqual(
		Object.fromEntries(Object.entries(closed).filter(([, places]) => Object.keys(places).length)),
		{},
		"closed",
	);
}

/** What an open connection of TLS 1.3 keeps. */
export const traffic: readonly string[] = ["c ap traffic", "s ap traffic", "c ap key", "s ap key"];
