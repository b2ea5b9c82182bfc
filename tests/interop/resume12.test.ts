/*
	TLS 1.2 sessions that go on in a later connection, by ticket and by number (RFC 5246 section 7.3, RFC 5077), and the
	record lengths that they were made with. With OpenSSL, GnuTLS and Node.
*/

import { after, before, describe, test } from "node:test";
import { SSL_OP_NO_TICKET } from "node:constants";
import { lacks } from "../drivers/machine.js";
import { withServer } from "./requests.js";
import { Resuming } from "./resuming.js";
import { startGnuTLS, startNode, startOpenSSL, type RunningServer } from "./servers.js";

const tls12 = new Resuming(0x303);
const openssl = { skip: lacks("openssl", "openssl") };

describe("TLS 1.2 sessions: OpenSSL, tickets", openssl, () =>
	tls12.testCases(() => startOpenSSL(tls12.identity, "-tls1_2")),
);
describe("TLS 1.2 sessions: OpenSSL, numbers", openssl, () =>
	tls12.testCases(() => startOpenSSL(tls12.identity, "-tls1_2", "-no_ticket")),
);
describe("TLS 1.2 sessions: GnuTLS, numbers", { skip: lacks("gnutls-serv", "gnutls-bin") }, () =>
	tls12.testCases(() => startGnuTLS(tls12.identity, "NORMAL:-VERS-ALL:+VERS-TLS1.2", "--noticket")),
);
describe("TLS 1.2 sessions: Node, tickets", () =>
	tls12.testCases(() => startNode(tls12.identity, Buffer.from("hello"), { maxVersion: "TLSv1.2" })));

// GnuTLS 3.7 is left out: in TLS 1.2 it answers the extension and then sends longer records, which have to be refused
describe("max_fragment_length", openssl, () => {
	for (const [name, resuming] of [
		["1.2", tls12],
		["1.3", new Resuming(0x304)],
	] as const) {
		const start = (): Promise<RunningServer> => startOpenSSL(resuming.identity, name === "1.2" ? "-tls1_2" : "-tls1_3");
		const length = (bytes: number): object => ({ ...resuming.alone, tls_max_fragment_length: bytes });
		test(`OpenSSL, TLS ${name}`, () =>
			withServer(start(), async server => {
				resuming.expectAnswers(await resuming.connect(server, 2, { secure: length(512) }), [false, true]);
			}));
		// the server would refuse another length, or none
		test(`OpenSSL, TLS ${name}: a session goes on with its length, whatever memory allows by then`, () =>
			withServer(start(), async server => {
				for (const [made, used, resumed] of [
					[length(512), resuming.alone, true],
					[resuming.alone, resuming.alone, true],
					[length(512), length(1024), false],
					[resuming.alone, length(512), false],
				] as const) {
					const session = await resuming.sessionOf(server, { secure: made });
					resuming.expectAnswers(await resuming.connect(server, 1, { session, secure: used }), [resumed]);
				}
			}));
	}
});

describe("TLS 1.2 sessions: what they are not good for", () => {
	let server: RunningServer;
	let session: string;

	before(async () => {
		server = await startNode(tls12.identity, Buffer.from("hello"), { maxVersion: "TLSv1.2" });
		session = await tls12.sessionOf(server);
	});
	after(() => server.stop());

	tls12.testUseless(() => ({ server, session }));
	test("a server that forgot the session goes on in full", () => {
		const options = { maxVersion: "TLSv1.2", secureOptions: SSL_OP_NO_TICKET } as const;
		return withServer(startNode(tls12.identity, Buffer.from("hello"), options), other =>
			tls12.expectFull(other, session),
		);
	});
});
