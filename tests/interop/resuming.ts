/*
	Sessions that go on in a later connection, as the tests of both versions try them with real servers. They go on in
	one run of the simulator and after a restart. Unusable ones are passed over.
*/

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { runClient, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { identityOf, withServer } from "./requests.js";
import type { RunningServer } from "./servers.js";

/** Resumes in one version. */
export class Resuming {
	readonly version: number;
	/** Options that offer this version alone. */
	readonly alone: { readonly minVersion: number; readonly maxVersion: number };

	constructor(version: number) {
		this.version = version;
		this.alone = { minVersion: version, maxVersion: version };
	}

	get identity(): ServerIdentity {
		return identityOf("p256");
	}

	/** Connects `runs` times, each with the session that the one before was given. */
	connect(server: RunningServer, runs: number, more: Partial<ClientOptions> = {}): Promise<ClientResult[]> {
		return runClient(server.port, runs, { ca: this.identity.root.pem, session: "", secure: this.alone, ...more });
	}

	/** The session that a first connection is given. */
	async sessionOf(server: RunningServer, more: Partial<ClientOptions> = {}): Promise<string> {
		const [first] = await this.connect(server, 1, more);
		assert.ok(first?.session, first?.message);
		return first.session;
	}

	/** Every connection got its answer in this version; `resumed` says which went on with a session. */
	expectAnswers(results: ClientResult[], resumed: boolean[]): void {
		for (const { code, message, text } of results) {
			assert.ok(code === "closed" || code === "truncated", `${code}: ${message}`);
			assert.match(text, /^HTTP\/1\.[01] 200/);
		}
		assert.deepEqual(
			results.map(({ negotiated }) => [negotiated?.resumed, negotiated?.version]),
			resumed.map(one => [one, this.version]),
		);
	}

	/** The session is passed over, and a full handshake goes on. */
	async expectFull(server: RunningServer, session: string, more: Partial<ClientOptions> = {}): Promise<void> {
		this.expectAnswers(await this.connect(server, 1, { session, ...more }), [false]);
	}

	/** In one run, and with the session brought into another one. */
	testCases(start: () => Promise<RunningServer>): void {
		for (const [title, secure] of [
			["offered alone", this.alone],
			["both versions offered", { minVersion: 0x303, maxVersion: 0x304 }],
		] as const) {
			test(`three connections, ${title}`, () =>
				withServer(start(), async server => {
					this.expectAnswers(await this.connect(server, 3, { secure }), [false, true, true]);
				}));
		}
		for (const variant of ["native", "m32"]) {
			test(`after a restart (${variant})`, () =>
				withServer(start(), async server => {
					const [first] = await this.connect(server, 1, { variant });
					assert.ok(first?.session);
					const [second] = await this.connect(server, 1, { variant, session: first.session });
					this.expectAnswers([first, second!], [false, true]);
					assert.equal(second?.negotiated?.subject, first.negotiated?.subject);
					assert.equal(second?.negotiated?.signature, first.negotiated?.signature);
				}));
		}
	}

	/** Options that a session does not fit, and damaged sessions. Which byte was wrong is tested in tests/unit. */
	testUseless(running: () => { readonly server: RunningServer; readonly session: string }): void {
		test("the session that was made is right", async () => {
			const { server, session } = running();
			this.expectAnswers(await this.connect(server, 1, { session }), [true]);
		});
		const changed: (readonly [title: string, change: (session: string) => string])[] = [
			["a format that is not known", session => replaceAt(session, 0, "63")],
			["an earlier format", session => replaceAt(session, 0, "04")],
			["a version that is not known", session => replaceAt(session, 1, "0302")],
			["a suite that is not offered", session => replaceAt(session, 3, "c013")],
			["with a byte too many", session => `${session}00`],
		];
		for (const at of [1, 3, 5, 9, 13, 17, 22, 60, 100, 180])
			changed.push([`damaged at byte ${at}`, session => replaceAt(session, at, "0102030405")]);
		for (const cut of [0, 1, 2, 20, 46, 60, 97, 110])
			changed.push([`cut after ${cut} bytes`, session => session.slice(0, 2 * cut)]);
		for (const [title, change] of changed)
			test(title, () => {
				const { server, session } = running();
				return this.expectFull(server, change(session));
			});
		test("for another name", async () => {
			const { server, session } = running();
			const [result] = await this.connect(server, 1, { session, host: "other.example" });
			assert.equal(result?.code, "wrong_name", "the certificate is looked at again");
		});
		test("under another CA", async () => {
			const { server, session } = running();
			const [result] = await this.connect(server, 1, { session, ca: makeIdentity(["localhost"]).root.pem });
			assert.equal(result?.code, "untrusted", "the certificate is looked at again");
		});
	}
}

/** Bytes of a session in hexadecimal, replaced from byte `at` on. */
function replaceAt(session: string, at: number, value: string): string {
	return session.slice(0, 2 * at) + value + session.slice(2 * at + value.length);
}
