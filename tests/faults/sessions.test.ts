/*
	How long sessions last, seen from the server. They never outlive the certificates that they rest on, nor seven days
	from the last full handshake. Tickets that come in between change nothing in that. Both versions.
*/

import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { mustStaple, respond } from "../peers/ocsp.js";
import { answerRequest, Session13, type Outcome13 } from "../peers/server13.js";
import { extension } from "../peers/wire13.js";
import { rightExtensions, Session12 } from "../peers/server12.js";
import { runPairs, type ClientResult, type Pair } from "./connect.js";

const day = 86400;
const now = Math.floor(Date.now() / 1000);

/** What a ServerHello says that resumes a session and brings a new ticket. */
const resumedExtensions = Buffer.concat([...rightExtensions, extension(35)]);

/** A server that resumes every session, and gives a new ticket each time. */
interface Server {
	readonly version: number;
	/** One connection; `isKnown`: the client offers the session of the one before. */
	serve(socket: Socket, isKnown: boolean): Promise<Outcome13>;
}

function server13({ leaf, intermediate }: ServerIdentity): Server {
	let key: Buffer = Buffer.alloc(0);
	return {
		version: 0x304,
		serve(socket, isKnown) {
			const session = new Session13(socket, {
				chain: [leaf.der, intermediate.der],
				key: leaf.key.privateKey,
				...(isKnown ? { psk: { key } } : {}),
				talk: async s => {
					key = s.sendTicket(Buffer.from("ticket"), { lifetime: 7 * day });
					await answerRequest(s);
				},
			});
			return session.run();
		},
	};
}

function server12({ leaf, intermediate }: ServerIdentity): Server {
	let master: Buffer = Buffer.alloc(0);
	return {
		version: 0x303,
		async serve(socket, isKnown) {
			const session = new Session12(socket, {
				chain: [leaf.der, intermediate.der],
				key: leaf.key.privateKey,
				ticket: Buffer.from("ticket"),
				lifetime: 7 * day,
				...(isKnown ? { resume: master } : {}),
			});
			const outcome = await session.run();
			master = session.master;
			return outcome;
		},
	};
}

/** Makes `identity`'s certificate anew. */
function identityWith({ root, intermediate }: ServerIdentity, change: object): ServerIdentity {
	const leaf = makeCertificate({
		subject: "localhost",
		key: makeKey("p256"),
		issuer: intermediate,
		names: ["localhost"],
		...change,
	});
	return { root, intermediate, leaf, chain: leaf.pem + intermediate.pem };
}

/** The client offers the session that it has, or none: what the server does with an offer does not matter. */
function expectOffer({ server }: Pair<Outcome13>, isOffered: boolean): void {
	assert.equal(server.hello.includes("ticket"), isOffered);
}

for (const makeServer of [server13, server12]) {
	const name = makeServer === server13 ? "TLS 1.3" : "TLS 1.2";
	describe(`${name}: how long sessions last`, () => {
		let identity: ServerIdentity;
		before(() => {
			identity = makeIdentity(["localhost"]);
		});

		/**
		 * A connection on that day, with `session`; `resumes`: the client is to offer it, and the server to resume it.
		 */
		async function connect(
			server: Server,
			ca: string,
			days: number,
			session: string,
			resumes: boolean,
			secure: object = {},
		): Promise<ClientResult> {
			const { version } = server;
			const [pair] = await runPairs(
				1,
				{
					ca,
					session,
					clock: String(now + days * day),
					secure: { minVersion: version, maxVersion: version, ...secure },
				},
				socket => server.serve(socket, resumes),
			);
			expectOffer(pair!, resumes);
			return pair!.client;
		}

		/** The server resumes the session, and the client is content. */
		function expectResumed({ code, message, negotiated }: ClientResult): void {
			assert.equal(code, "closed", message);
			assert.equal(negotiated?.resumed, true);
		}

		test("a chain of tickets ends seven days after the full handshake", async () => {
			const server = makeServer(identity);
			const { pem } = identity.root;
			let { session } = await connect(server, pem, 0, "", false);
			for (const days of [3, 6, 6.999]) {
				const result = await connect(server, pem, days, session!, true);
				expectResumed(result);
				({ session } = result);
			}
			const late = await connect(server, pem, 7.001, session!, false);
			assert.equal(late.code, "closed", late.message);
			assert.equal(late.negotiated?.resumed, false);
			// the full handshake starts it anew
			expectResumed(await connect(server, pem, 14, late.session!, true));
		});

		test("a chain of tickets ends with the server's certificate", async () => {
			const short = identityWith(identity, { notAfter: new Date((now + 2 * day) * 1000) });
			const server = makeServer(short);
			const { pem } = identity.root;
			let { session } = await connect(server, pem, 0, "", false);
			for (const days of [1, 1.999]) {
				const result = await connect(server, pem, days, session!, true);
				expectResumed(result);
				({ session } = result);
			}
			const late = await connect(server, pem, 2.001, session!, false);
			assert.equal(late.code, "certificate_expired", late.message);
		});

		test("the option sessionLifetime", async () => {
			const server = makeServer(identity);
			const { pem } = identity.root;
			const secure = { sessionLifetime: 2 * day };
			const { session } = await connect(server, pem, 0, "", false, secure);
			const next = await connect(server, pem, 1.999, session!, true, secure);
			expectResumed(next);
			const late = await connect(server, pem, 2.001, next.session!, false, secure);
			assert.equal(late.negotiated?.resumed, false, late.message);
		});

		test("a session made without a status is not used if a status is required", async () => {
			const server = makeServer(identity);
			const { session } = await connect(server, identity.root.pem, 0, "", false);
			const result = await connect(server, identity.root.pem, 0.01, session!, false, { staple: "require" });
			assert.equal(result.code, "bad_staple", result.message);
		});

		test("a clock that was set back", async () => {
			const server = makeServer(identity);
			const { session } = await connect(server, identity.root.pem, 1, "", false);
			const result = await connect(server, identity.root.pem, 0.9, session!, false);
			assert.equal(result.code, "closed", result.message);
			assert.equal(result.negotiated?.resumed, false);
		});
	});
}

describe("TLS 1.2: a status that must come", () => {
	test("ends the session, too", async () => {
		const identity = makeIdentity(["localhost"]);
		const promised = identityWith(identity, { extensions: [mustStaple] });
		const { leaf, intermediate, root } = promised;
		const status = respond({ certificate: leaf, issuer: intermediate, nextUpdate: (now + 2 * day) * 1000 });
		let master: Buffer = Buffer.alloc(0);
		const connect = async (days: number, session: string, resumes: boolean): Promise<ClientResult> => {
			const [pair] = await runPairs(
				1,
				{ ca: root.pem, session, clock: String(now + days * day), secure: { maxVersion: 0x303 } },
				async socket => {
					const peer = new Session12(socket, {
						chain: [leaf.der, intermediate.der],
						key: leaf.key.privateKey,
						ticket: Buffer.from("ticket"),
						lifetime: 7 * day,
						status,
						...(resumes ? { resume: master, extensions: resumedExtensions } : {}),
					});
					const outcome = await peer.run();
					master = peer.master;
					return outcome;
				},
			);
			expectOffer(pair!, resumes);
			return pair!.client;
		};
		const first = await connect(0, "", false);
		assert.equal(first.code, "closed", first.message);
		const second = await connect(1.999, first.session!, true);
		assert.equal(second.negotiated?.resumed, true, second.message);
		const late = await connect(2.001, second.session!, false);
		assert.equal(late.code, "bad_staple", late.message);
		assert.match(late.message, /expired on/);
	});
});
