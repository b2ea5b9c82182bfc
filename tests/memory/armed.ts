/*
	Cases of the sweep (sweep.test.ts) for a client that has more to hold: a session to resume, an external key, a
	certificate of its own. What the server sends is right, but for its length.
*/

import type { Socket } from "node:net";
import {
	makeCertificate,
	makeKey,
	type Certificate,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { respond } from "../peers/ocsp.js";
import { rightExtensions, Session12 } from "../peers/server12.js";
import { answerRequest, Session13 } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import {
	asks,
	base,
	GOOD_PATIENCE,
	body12,
	body13,
	endSoon,
	fewLengths,
	fragments,
	lengths,
	listOf,
	most,
	play,
	retry,
	withCookie,
	type Case,
	type Known,
	type Partial12,
	type Partial13,
} from "./cases.js";

/** The key that the app has besides; 16 bytes of ASCII, as the app makes it of a string. */
export const EXTERNAL_KEY = "0123456789abcdef";

const CA_NAME = vector(2, Buffer.from("301031 0e 300c 0603550403 0c05 43 41 20 20 31".replaceAll(" ", ""), "hex"));

/** Names of CAs for a CertificateRequest, some `length` bytes. */
function authorities(length: number): Buffer {
	return vector(2, listOf(Math.max(CA_NAME.length, Math.min(length, 65000)), CA_NAME));
}

const made = new Map<string, Certificate>();

/** A certificate with names of some `length` bytes in all, made once for each length. */
function longLeaf(identity: ServerIdentity, length: number): Certificate {
	const count = Math.ceil(length / 40);
	const id = `${identity.root.pem.length} ${count}`;
	let leaf = made.get(id);
	if (!leaf) {
		const names = Array.from({ length: count }, (_, i) => `host-number-${i}.department.example.com`);
		names.push("all.sweep.test");
		leaf = makeCertificate({ subject: "localhost", key: makeKey("p256"), issuer: identity.intermediate, names });
		made.set(id, leaf);
	}
	return leaf;
}

/** A right OCSP response that brings a certificate which nobody needs, of some `length` bytes. */
function status(identity: ServerIdentity, length: number): Buffer {
	const { leaf, intermediate } = identity;
	return respond({ certificate: leaf, issuer: intermediate, certificates: [longLeaf(identity, length).der] });
}

const external = { key: Buffer.from(EXTERNAL_KEY), isExternal: true };

/** The server takes the session, else the external key; undefined where neither is meant to be taken. */
function keyOf({ key }: Known): Partial13 {
	return key ? { psk: { key } } : { psk: external };
}

/** Sends data of `length` bytes under the new keys. */
function data(length: number): { talk(session: Session12 | Session13): Promise<void> } {
	return {
		async talk(session) {
			for (let i = 0; i < 3; i++) session.send(23, Buffer.alloc(Math.max(1, Math.min(length, 16384)), 65));
			await endSoon(session);
		},
	};
}

type Make<T> = (length: number, identity: ServerIdentity, known: Known) => T;

const kinds13: Readonly<Record<string, Make<Partial13>>> = {
	"resumed, data": (length, _, known) => ({ ...keyOf(known), ...data(length) }),
	"resumed after a retry with a cookie": (length, _, known) =>
		body13("HelloRetryRequest", old => withCookie(old, length), { ...retry, ...keyOf(known) }),
	"resumed, another ticket": (length, _, known) => ({
		...keyOf(known),
		async talk(session) {
			session.sendTicket(most(Math.max(1, Math.min(length, 16000))));
			await endSoon(session);
		},
	}),
	"resumed, groups": (length, _, known) => ({
		...keyOf(known),
		encryptedExtensions: extension(10, vector(2, Buffer.alloc(Math.max(2, Math.min(length, 65000) & ~1), 0x7a))),
	}),
	"the external key": length => ({ psk: { ...external, number: 0 }, ...data(length) }),
	"a request that is answered": length =>
		body13(
			"CertificateRequest",
			old => Buffer.concat([vector(1), vector(2, old.subarray(3), extension(47, authorities(length)))]),
			asks,
		),
	"a request after the handshake": length => ({
		async talk(session) {
			const algorithms = extension(13, vector(2, u16(0x0403)));
			const request = message(
				13,
				vector(1, Buffer.alloc(8, 7)),
				vector(2, algorithms, extension(47, authorities(length))),
			);
			for (let at = 0; at < request.length; at += 4000) session.send(22, request.subarray(at, at + 4000));
			await endSoon(session);
		},
	}),
	"a right status": (length, identity) =>
		body13("Certificate", old => {
			const end = 4 + 3 + old.readUIntBE(4, 3);
			const stapled = extension(5, Buffer.of(1), vector(3, status(identity, Math.min(length, 60000))));
			return Buffer.concat([vector(1), vector(3, old.subarray(4, end), vector(2, stapled), old.subarray(end + 2))]);
		}),
	"a right chain": (length, identity) => {
		const leaf = longLeaf(identity, length);
		return { chain: [leaf.der, identity.intermediate.der], key: leaf.key.privateKey };
	},
};

const types = Buffer.of(1, 64);
const resumedExtensions = Buffer.concat([...rightExtensions, extension(35)]);

const kinds12: Readonly<Record<string, Make<Partial12>>> = {
	"resumed, data": (length, _, { master }) => ({ resume: master, ...data(length) }),
	"resumed, another ticket": (length, _, { master }) => ({
		resume: master,
		extensions: resumedExtensions,
		ticket: most(length),
	}),
	"a request that is answered": length =>
		body12(
			"CertificateRequest",
			() => Buffer.concat([vector(1, types), vector(2, u16(0x0403)), authorities(length)]),
			asks,
		),
	"a right status": (length, identity) => ({ status: status(identity, length) }),
	"a right chain": (length, identity) => {
		const leaf = longLeaf(identity, length);
		return { chain: [leaf.der, identity.intermediate.der], key: leaf.key.privateKey };
	},
};

/** Lengths above which a certificate with so many names is not made: a TLS 1.2 or 1.3 message holds no more. */
const MAX_NAMES_LENGTH = 48000;

/** The cases for a heap of `bytes`. The good connection before each is of the same version. */
export function armedCasesFor(bytes: number, isLong: boolean): Case[] {
	const cases: Case[] = [];
	let turn = bytes >> 12;
	const addAll = <T>(
		version: "1.2" | "1.3",
		kinds: Readonly<Record<string, Make<T>>>,
		run: (socket: Socket, identity: ServerIdentity, script: T, fragment: number) => Promise<void>,
	): void => {
		for (const [kind, make] of Object.entries(kinds))
			for (const length of isLong ? lengths : fewLengths) {
				const fragment = fragments[turn++ % fragments.length]!;
				if (!isLong && turn % 3 === 0) continue;
				const bounded = Math.min(length, MAX_NAMES_LENGTH);
				const at = cases.length % 5;
				cases.push({
					name: `TLS ${version}, ${kind}, ${length}, records of ${fragment}`,
					codes: undefined,
					connections: at === 4 ? 2 + ((cases.length >> 3) % 2) : 1,
					serve: (socket, identity, known = {}) => run(socket, identity, make(bounded, identity, known), fragment),
				});
			}
	};
	addAll("1.3", kinds13, (socket, identity, script, fragment) =>
		play(new Session13(socket, { ...base(identity), fragment, talk: answerRequest, ...script })),
	);
	addAll("1.2", kinds12, (socket, identity, script, fragment) =>
		play(new Session12(socket, { ...base(identity), fragment, talk: answerRequest, ...script })),
	);
	return cases;
}

/** A right server of the version of the case that follows, which leaves a session. */
export async function serveFirst(socket: Socket, identity: ServerIdentity, is13: boolean): Promise<Known> {
	if (!is13) {
		const session = new Session12(socket, { ...base(identity), ticket: Buffer.alloc(60, "t"), lifetime: 7200 });
		await play(session, GOOD_PATIENCE);
		return { master: session.master };
	}
	const known: { key?: Buffer } = {};
	await play(
		new Session13(socket, {
			...base(identity),
			async talk(session) {
				known.key = session.sendTicket(Buffer.alloc(60, "t"));
				await answerRequest(session);
			},
		}),
		GOOD_PATIENCE,
	);
	return known;
}
