/*
	Every type of handshake message in every state of every handshake (RFC 8446 section 4, figure 1; RFC 5246 section
	7.3, figures 1 and 2): in front of each message that a server sends, and behind the last. What may not come there is
	refused for its type alone, with unexpected_message.
*/

import assert from "node:assert/strict";
import { before, describe, test, type TestContext } from "node:test";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { lacksZlib } from "../drivers/machine.js";
import { respond } from "../peers/ocsp.js";
import { Session12, type MessageName12, type Script12 } from "../peers/server12.js";
import { Session13, type MessageName, type Script13 } from "../peers/server13.js";
import { message, plainRecord } from "../peers/wire13.js";
import { runPairs, type ClientOptions, type ClientResult } from "./connect.js";

/** Those that IANA lists, also reserved ones, and some that it does not. */
const types = [0, 1, 2, 3, 4, 5, 6, 8, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24, 25, 31, 32, 254, 255];

/** Where a message is put. */
type State = MessageName | MessageName12 | "ChangeCipherSpec" | "application data";

/** What may come there, beside the message that does. */
const mayCome: Partial<Record<State, readonly number[]>> = {
	HelloRetryRequest: [2],
	ServerHello: [2],
	EncryptedExtensions: [8],
	CertificateRequest: [11, 13],
	Certificate: [11],
	CertificateVerify: [15],
	Finished: [20],
	ServerKeyExchange: [12],
	ServerHelloDone: [14],
	NewSessionTicket: [4],
};

/** What makes a server of either version send a message of `type` in front of what `state` names. */
function inserting(state: State, type: number): object {
	const added = message(type);
	if (state === "application data")
		return {
			talk: async (session: Session12 | Session13) => {
				session.send(22, added);
				await session.receive();
			},
		};
	return { edit: (name: string, bytes: Buffer) => (name === state ? Buffer.concat([added, bytes]) : bytes) };
}

/** The same for TLS 1.2, whose ChangeCipherSpec is a record and not a message. */
function inserting12(state: State, type: number): object {
	if (state !== "ChangeCipherSpec") return inserting(state, type);
	const added = plainRecord(22, message(type));
	return {
		// after a ticket, if there is one
		editRecords: (which: string, records: Buffer[]) =>
			which === "finish" ? [...records.slice(0, -2), added, ...records.slice(-2)] : records,
	};
}

interface Handshake<Script> {
	readonly name: string;
	readonly script: Partial<Script> | ((identity: ServerIdentity) => Partial<Script>);
	readonly options?: Partial<ClientOptions>;
	readonly states: readonly State[];
	/** What may come in its states beside what always may. */
	readonly more?: Partial<Record<State, readonly number[]>>;
}

const key = Buffer.alloc(32, 0x5a);

const handshakes13: readonly Handshake<Script13>[] = [
	{
		name: "with a retry, and a request for a certificate",
		script: { retryGroup: 0x17, requestCertificate: true },
		states: [
			"HelloRetryRequest",
			"ServerHello",
			"EncryptedExtensions",
			"CertificateRequest",
			"Certificate",
			"CertificateVerify",
			"Finished",
			"application data",
		],
		more: { "application data": [4, 24] },
	},
	{
		name: "where compressed certificates are offered",
		script: {},
		options: { app: "tests/inflate" },
		states: ["EncryptedExtensions", "Certificate", "CertificateVerify"],
		more: { Certificate: [11, 13, 25] },
	},
	{
		name: "with an external key",
		script: { psk: { key, isExternal: true } },
		options: { ca: "", psk: { identity: "device", key: key.toString("hex") } },
		states: ["ServerHello", "EncryptedExtensions", "Finished", "application data"],
		more: { "application data": [4, 24] },
	},
];

const handshakes12: readonly Handshake<Script12>[] = [
	{
		name: "with a request for a certificate",
		script: { requestCertificate: true },
		states: [
			"Certificate",
			"ServerKeyExchange",
			"CertificateRequest",
			"ServerHelloDone",
			"ChangeCipherSpec",
			"Finished",
			"application data",
		],
		more: { CertificateRequest: [13, 14] },
	},
	{
		name: "with a ticket",
		script: { ticket: Buffer.alloc(40, 7) },
		options: { session: "00" },
		states: ["NewSessionTicket", "ChangeCipherSpec", "Finished"],
	},
	{
		name: "with a certificate's status",
		script: ({ leaf, intermediate }) => ({ status: respond({ certificate: leaf, issuer: intermediate }) }),
		states: ["CertificateStatus", "ServerKeyExchange"],
		more: { CertificateStatus: [12, 22] },
	},
	{
		name: "with RSA key transport",
		script: { suite: "TLS_RSA_WITH_AES_128_GCM_SHA256" },
		options: { tls: "rsa" },
		states: ["Certificate", "ServerHelloDone", "ChangeCipherSpec", "Finished"],
		more: { ServerHelloDone: [13, 14] },
	},
];

function scriptOf<Script>({ script }: Handshake<Script>, identity: ServerIdentity): Partial<Script> {
	return typeof script === "function" ? script(identity) : script;
}

interface Tried {
	readonly state: State;
	readonly type: number;
}

/** Each type in each state but where it may come; HelloRequest may come at any time in TLS 1.2 (section 7.4.1.1). */
function triedIn({ states, more = {} }: Handshake<unknown>, always: readonly number[]): Tried[] {
	return states.flatMap(state => {
		const right = [...(more[state] ?? mayCome[state] ?? []), ...always];
		return types.filter(type => !right.includes(type)).map(type => ({ state, type }));
	});
}

const typeWords = (type: number): RegExp => new RegExp(`handshake message.*\\b${type}\\b`);

function expectRefused(
	t: TestContext,
	tried: readonly Tried[],
	pairs: readonly { readonly client: ClientResult; readonly server: { readonly alert: number | undefined } }[],
): void {
	for (const [i, { state, type }] of tried.entries()) {
		const { client, server } = pairs[i]!;
		const what = `type ${type} in front of ${state}: ${client.code}: ${client.message}`;
		assert.equal(client.code, "unexpected_message", what);
		assert.match(client.message, type === 13 ? /asks for a certificate|message.*\b13\b/ : typeWords(type), what);
		assert.equal(server.alert, 10, what);
		assert.equal(client.length, 0, what);
		assert.equal(client.negotiated !== undefined, state === "application data", what);
	}
	t.diagnostic(`${tried.length} messages refused`);
}

describe("handshake messages in every state", () => {
	let identity: ServerIdentity, rsa: ServerIdentity;
	before(() => {
		identity = makeIdentity(["localhost"]);
		rsa = makeIdentity(["localhost"], "rsa2048");
	});

	for (const handshake of handshakes13)
		test(`TLS 1.3 ${handshake.name}`, { skip: handshake.options?.app ? lacksZlib("native") : false }, async t => {
			const { leaf, intermediate, root } = identity;
			const chain = [leaf.der, intermediate.der];
			const tried = triedIn(handshake, []);
			const pairs = await runPairs(tried.length, { ca: root.pem, ...handshake.options }, (socket, i) => {
				const { state, type } = tried[i]!;
				const script = { ...scriptOf(handshake, identity), ...inserting(state, type) };
				return new Session13(socket, { chain, key: leaf.key.privateKey, ...script }).run();
			});
			expectRefused(t, tried, pairs);
		});

	for (const handshake of handshakes12)
		test(`TLS 1.2 ${handshake.name}`, async t => {
			const { leaf, intermediate, root } = handshake.options?.tls ? rsa : identity;
			const chain = [leaf.der, intermediate.der];
			const tried = triedIn(handshake, [0]);
			const pairs = await runPairs(tried.length, { ca: root.pem, ...handshake.options }, (socket, i) => {
				const { state, type } = tried[i]!;
				const script = { ...scriptOf(handshake, identity), ...inserting12(state, type) };
				return new Session12(socket, { chain, key: leaf.key.privateKey, ...script }).run();
			});
			expectRefused(t, tried, pairs);
		});
});
