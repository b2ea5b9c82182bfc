/*
	TLS 1.2 sessions that go on in a later connection, by ticket and by number, in one run of the simulator and after a
	restart (RFC 5246 section 7.3, RFC 5077). With OpenSSL, GnuTLS and Node.
*/

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { SSL_OP_NO_TICKET } from "node:constants";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { lacks } from "../drivers/machine.js";
import { runClient, type ClientOptions, type ClientResult } from "../faults/connect.js";
import { startGnuTLS, startNode, startOpenSSL, type RunningServer } from "./servers.js";

const both = { minVersion: 0x303, maxVersion: 0x304 };
const only12 = { minVersion: 0x303, maxVersion: 0x303 };

let identity: ServerIdentity;
before(() => {
	identity = makeIdentity(["localhost"]);
});

function connect(server: RunningServer, runs: number, more: Partial<ClientOptions> = {}): Promise<ClientResult[]> {
	return runClient(server.port, runs, { ca: identity.root.pem, session: "", secure: only12, ...more });
}

/** Every connection got its answer; those after the first went on with a session, or none did. */
function expectAnswers(results: ClientResult[], resumed: boolean[]): void {
	for (const { code, message, text } of results) {
		assert.ok(code === "closed" || code === "truncated", `${code}: ${message}`);
		assert.match(text, /^HTTP\/1\.[01] 200/);
	}
	assert.deepEqual(
		results.map(({ negotiated }) => negotiated?.resumed),
		resumed,
	);
}

async function withServer(
	starting: Promise<RunningServer>,
	body: (server: RunningServer) => Promise<void>,
): Promise<void> {
	const server = await starting;
	try {
		await body(server);
	} finally {
		await server.stop();
	}
}

/** In one run, and with the session brought into another one. */
function cases(start: () => Promise<RunningServer>): void {
	for (const [title, secure] of [
		["TLS 1.2 offered", only12],
		["both versions offered", both],
	] as const) {
		test(`three connections, ${title}`, () =>
			withServer(start(), async server => {
				expectAnswers(await connect(server, 3, { secure }), [false, true, true]);
			}));
	}
	for (const variant of ["native", "m32"]) {
		test(`after a restart (${variant})`, () =>
			withServer(start(), async server => {
				const [first] = await connect(server, 1, { variant });
				assert.ok(first?.session);
				const [second] = await connect(server, 1, { variant, session: first.session });
				expectAnswers([first, second!], [false, true]);
				assert.equal(second?.negotiated?.subject, first.negotiated?.subject);
				assert.equal(second?.negotiated?.signature, first.negotiated?.signature);
			}));
	}
}

describe("TLS 1.2 sessions: OpenSSL, tickets", { skip: lacks("openssl", "openssl") }, () =>
	cases(() => startOpenSSL(identity, "-tls1_2")),
);
describe("TLS 1.2 sessions: OpenSSL, numbers", { skip: lacks("openssl", "openssl") }, () =>
	cases(() => startOpenSSL(identity, "-tls1_2", "-no_ticket")),
);
describe("TLS 1.2 sessions: GnuTLS, numbers", { skip: lacks("gnutls-serv", "gnutls-bin") }, () =>
	cases(() => startGnuTLS(identity, "NORMAL:-VERS-ALL:+VERS-TLS1.2", "--noticket")),
);
describe("TLS 1.2 sessions: Node, tickets", () =>
	cases(() => startNode(identity, Buffer.from("hello"), { maxVersion: "TLSv1.2" })));

// GnuTLS 3.7 is left out: in TLS 1.2 it answers the extension and then sends longer records, which have to be refused
describe("max_fragment_length", { skip: lacks("openssl", "openssl") }, () => {
	for (const [name, version] of [
		["1.2", 0x303],
		["1.3", 0x304],
	] as const) {
		const secure = { minVersion: version, maxVersion: version, tls_max_fragment_length: 512 };
		test(`OpenSSL, TLS ${name}`, () =>
			withServer(startOpenSSL(identity, name === "1.2" ? "-tls1_2" : "-tls1_3"), async server => {
				expectAnswers(await connect(server, 2, { secure }), [false, true]);
			}));
		// the server would refuse another length, or none
		test(`OpenSSL, TLS ${name}: a session goes on with its length, whatever memory allows by then`, () =>
			withServer(startOpenSSL(identity, name === "1.2" ? "-tls1_2" : "-tls1_3"), async server => {
				const versions = { minVersion: version, maxVersion: version };
				const made = async (more: object): Promise<string> =>
					(await connect(server, 1, { secure: { ...versions, ...more } }))[0]!.session!;
				const again = async (session: string, more: object, resumed: boolean): Promise<void> =>
					expectAnswers(await connect(server, 1, { session, secure: { ...versions, ...more } }), [resumed]);
				await again(await made({ tls_max_fragment_length: 512 }), {}, true);
				await again(await made({}), {}, true);
				await again(await made({ tls_max_fragment_length: 512 }), { tls_max_fragment_length: 1024 }, false);
				await again(await made({}), { tls_max_fragment_length: 512 }, false);
			}));
	}
});

describe("TLS 1.2 sessions: what they are not good for", () => {
	let server: RunningServer;
	let session: string;

	before(async () => {
		server = await startNode(identity, Buffer.from("hello"), { maxVersion: "TLSv1.2" });
		session = (await connect(server, 1))[0]!.session!;
	});
	after(() => server.stop());

	/** The session is passed over, and a full handshake goes on. */
	async function expectFull(offered: string, more: Partial<ClientOptions> = {}): Promise<void> {
		expectAnswers(await connect(server, 1, { session: offered, ...more }), [false]);
	}

	function changed(at: number, value: string): string {
		return session.slice(0, 2 * at) + value + session.slice(2 * at + value.length);
	}

	test("the session that was made is right", async () => {
		expectAnswers(await connect(server, 1, { session }), [true]);
	});
	test("a format that is not known", () => expectFull(changed(0, "63")));
	test("a version that is not known", () => expectFull(changed(1, "0302")));
	test("a suite that is not offered", () => expectFull(changed(3, "c013")));
	// which one it was, and when, only its own check tells: tests/unit/handshake/session.ts
	test("an earlier format", () => expectFull(changed(0, "04")));
	for (const at of [5, 9, 13, 17, 22, 60, 100, 180])
		test(`damaged at byte ${at}`, () => expectFull(changed(at, "0102030405")));
	for (const cut of [1, 2, 20, 46, 60, 97, 110])
		test(`cut after ${cut} bytes`, () => expectFull(session.slice(0, 2 * cut)));
	test("with a byte too many", () => expectFull(`${session}00`));
	test("for another name", async () => {
		const [result] = await connect(server, 1, { session, host: "other.example" });
		assert.equal(result?.code, "wrong_name", "the certificate is looked at again");
	});
	test("under another authority", async () => {
		const [result] = await connect(server, 1, { session, ca: makeIdentity(["localhost"]).root.pem });
		assert.equal(result?.code, "untrusted", "the certificate is looked at again");
	});
	test("a server that forgot the session goes on in full", async () => {
		const other = await startNode(identity, Buffer.from("hello"), {
			maxVersion: "TLSv1.2",
			secureOptions: SSL_OP_NO_TICKET,
		});
		try {
			expectAnswers(await connect(other, 1, { session }), [false]);
		} finally {
			await other.stop();
		}
	});
});
