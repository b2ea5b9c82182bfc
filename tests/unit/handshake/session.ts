/*
	A session as an option: when it can be used, what it is bound to, and what becomes of a damaged one.
*/

import { memory } from "simulator";
import { bytes, equal, note, ok, test, throws } from "test/harness";
import { configure } from "tls/configure";
import type { Options } from "tls/options";
import { dropKeys, dropSession } from "tls/handshake/resumption/keys";
import type { ExternalKey, Session } from "tls/handshake/resumption/keys";
import { sessionBinding } from "tls/handshake/resumption/resume";
import { BINDING_LENGTH, exportSession, importSession } from "tls/handshake/resumption/session";
import { findSuite } from "tls/crypto/suites";
import { CipherSuite, ProtocolVersion } from "tls/wire/numbers";
import { Hash, HashAlgorithm } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";
import { trustCertificates } from "tls/x509/trust";
import {
	bindingOf,
	day,
	empty,
	exported,
	none,
	options,
	pins,
	right12,
	right13,
	server,
	shown,
	start,
	used,
	usedAt,
	week,
} from "./exported";
import type { Exported } from "./exported";

test("what was written is read", () => {
	for (const session of [
		right12,
		{ ...right12, id: bytes("0a0b"), ticket: empty },
		right13,
		{ ...right13, protocol: "h2", maxEarlyData: 77, validUntil: Infinity },
	]) {
		const { secret, ...rest } = importSession(new Uint8Array(exported(session)), bindingOf(server), {
			now: start * 1000 + 5,
			lifetime: week,
		})!;
		const expected = { ...session, validUntil: Math.min(session.validUntil, 0xffffffff) };
		equal(rest as object, session.version === ProtocolVersion.tls13 ? { ...expected, made: start * 1000 } : expected);
		equal(secret!.length, session.version === ProtocolVersion.tls12 ? 48 : 32);
	}
});

test("the lifetime counts from the last full handshake, and the ticket's from when it came", () => {
	for (const session of [right12, right13]) {
		equal(
			[usedAt(session, start), usedAt(session, start + week), usedAt(session, start + week + 1)],
			[true, true, false],
		);
		// a later ticket does not start it anew
		equal(
			[usedAt(session, start + week, {}, start + 6 * day), usedAt(session, start + week + 1, {}, start + 6 * day)],
			[true, false],
		);
		equal(
			[usedAt(session, start + 60, { sessionLifetime: 60 }), usedAt(session, start + 61, { sessionLifetime: 60 })],
			[true, false],
		);
		const month = { sessionLifetime: 30 * day };
		equal(
			[
				usedAt(session, start + 30 * day, month, start + 25 * day),
				usedAt(session, start + 30 * day + 1, month, start + 25 * day),
			],
			[true, false],
		);
		// the server's word, seven days at most, one day where it says nothing
		equal([usedAt(session, start + 10, {}, start, 10), usedAt(session, start + 11, {}, start, 10)], [true, false]);
		equal(
			[
				usedAt(session, start + week, month, start, 0xffffffff),
				usedAt(session, start + week + 1, month, start, 0xffffffff),
			],
			[true, false],
		);
		equal([usedAt(session, start + day, {}, start, 0), usedAt(session, start + day + 1, {}, start, 0)], [true, false]);
	}
});

test("a session ends with the certificates", () => {
	for (const session of [right12, right13]) {
		const short = { ...session, validUntil: start + day };
		equal([usedAt(short, start + day), usedAt(short, start + day + 1)], [true, false]);
	}
});

test("a clock that was set back, or shows no time", () => {
	for (const session of [right12, right13]) {
		for (const wrong of [start - 1, 0, undefined, NaN, -1, Infinity, 0x100000000])
			equal(usedAt(session, wrong), false, String(wrong));
		// back before the certificates were verified, though not before the ticket
		equal(usedAt({ ...session, verifiedAt: start + 2 }, start + 1), false);
		// back before the ticket came, though not before the certificates were verified
		equal([usedAt(session, start + 4, {}, start + 5), usedAt(session, start + 5, {}, start + 5)], [false, true]);
	}
	// back by less than a second, between the ticket and now
	const session = exportSession(right13, new Secret(32), bindingOf(server), start * 1000 + 500, week);
	equal(used(session, { clock: () => start + 0.4 }), undefined);
	equal(used(session, { clock: () => start + 0.5 }), ProtocolVersion.tls13);
});

test("the lifetime as an option", () => {
	for (const wrong of [0, -1, 1.5, NaN, Infinity, 31536001])
		ok(
			throws(() => configure({ ...options, sessionLifetime: wrong }, undefined), "configuration").message.includes(
				'"sessionLifetime" must be a whole number from 1 to 31536000',
			),
		);
	for (const good of [1, 31536000]) configure({ ...options, sessionLifetime: good }, undefined);
});

/** A trusted certificate, made for this test; its public key starts at 0x66. */
const certificate = bytes(
	"308201453081eba003020102021411111111111111111111111111111111111111 11300a06082a8648ce3d040302300c310a3008060355040313014130",
);

test("a session is bound to all that was checked", () => {
	const policy = { name: server, clock: () => start },
		ones = new Uint8Array(32).fill(1);
	const key = (content: number, identity: string) => {
		const secret = new Secret(32);
		secret.import(new Uint8Array(32).fill(content), 0);
		return { identity: bytes(identity), secret, hash: 4, suite: 0x1301, protocol: "", maxEarlyData: 0 } as const;
	};
	const store = (count: number, changed = -1) => {
		// only its bytes count here
		const content = new Uint8Array(count);
		if (changed >= 0) content[changed] = 1;
		return Object.assign(Object.create(Object.getPrototypeOf(trustCertificates([]))), { bytes: content, count: 0 });
	};
	const all = [
		sessionBinding(policy, none, undefined, policy.name),
		sessionBinding(policy, none, undefined, undefined),
		sessionBinding(policy, none, undefined, "other.example"),
		sessionBinding({ ...policy, name: "server.exampl" }, none, undefined, "server.exampl"),
		sessionBinding({ ...policy, requiresStatus: true }, none, undefined, policy.name),
		sessionBinding({ ...policy, pins }, none, undefined, policy.name),
		sessionBinding({ ...policy, pins, pinsInsteadOfRoots: true }, none, undefined, policy.name),
		sessionBinding({ ...policy, pins: [pins[0]!, pins[0]!] }, none, undefined, policy.name),
		sessionBinding({ ...policy, pins: [ones] }, none, undefined, policy.name),
		sessionBinding(policy, shown(certificate), undefined, policy.name),
		sessionBinding(policy, shown(certificate.slice(1)), undefined, policy.name),
		sessionBinding(policy, none, key(1, "01"), policy.name),
		sessionBinding(policy, none, key(2, "01"), policy.name),
		sessionBinding(policy, none, key(1, "02"), policy.name),
		sessionBinding({ ...policy, roots: trustCertificates([]) }, none, undefined, policy.name),
		sessionBinding({ ...policy, roots: store(20000) }, none, undefined, policy.name),
		...[14, 4095, 4096, 10000, 19999].map(at =>
			sessionBinding({ ...policy, roots: store(20000, at) }, none, undefined, policy.name),
		),
		// the last of several counts, and what stands for what
		sessionBinding({ ...policy, pins: [pins[0]!, ones] }, none, undefined, policy.name),
		sessionBinding(policy, shown(new Uint8Array(32)), undefined, policy.name),
		sessionBinding(policy, shown(ones), undefined, policy.name),
		sessionBinding({ ...policy, pins }, { ...none, rawPublicKeys: true }, undefined, policy.name),
		...[[certificate], [ones], [certificate, ones], [certificate, certificate]].map(others =>
			sessionBinding(policy, shown(certificate, ...others), undefined, policy.name),
		),
	].map(binding => binding.join());
	equal(new Set(all).size, all.length);
	equal(
		sessionBinding(policy, shown(certificate), key(1, "01"), undefined),
		sessionBinding(policy, shown(certificate), key(1, "01"), undefined),
	);
});

test("options that say otherwise what to trust: the session is passed over", () => {
	for (const more of [
		{ staple: "require" },
		{ serverName: "other.example" },
		{ pins: [new Uint8Array(32).fill(1)] },
		{ pins: [pins[0]!, pins[0]!] },
		{ psk: { identity: "a", key: new Uint8Array(32) } },
	] as const)
		equal(used(exported(right13), more as Options), undefined);
	equal(used(exported(right13), { staple: "ask" }), ProtocolVersion.tls13);
});

/** Every changed byte and every length of a session: none is used, and none is an error. */
function sweep(session: Uint8Array): number {
	let tried = 0;
	const isPassedOver = (changed: Uint8Array, what: string): void => {
		tried++;
		equal(configure({ ...options, session: changed }, undefined).session, undefined, what);
	};
	for (let length = 0; length < session.length; length++) isPassedOver(session.slice(0, length), `${length} bytes`);
	for (let at = 0; at < session.length; at++) {
		for (const mask of [1 << (at % 8), 0x80 >> (at % 8), 0xff]) {
			const changed = session.slice();
			changed[at]! ^= mask;
			isPassedOver(changed, `byte ${at} ^ ${mask}`);
		}
	}
	const longer = new Uint8Array(session.length + 1);
	longer.set(session);
	isPassedOver(longer, "a byte too many");
	return tried;
}

test("a damaged session is passed over", () => {
	let tried = 0;
	const sessions: Exported[] = [
		right12,
		{ ...right12, id: bytes("0a0b"), ticket: empty },
		{ ...right13, protocol: "h2" },
	];
	for (const session of sessions) tried += sweep(new Uint8Array(exported(session)));
	note(`${tried} damaged sessions were passed over`);
	ok(tried > 1000);
});

test("a session whose suite or signature scheme is no longer offered is passed over", () => {
	const suites = ["TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"];
	const otherSuites = ["TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"];
	for (const session of [right13, right12]) {
		const { version } = session;
		equal(used(exported(session), { signatureAlgorithms: ["ecdsa_secp256r1_sha256"] }), version);
		equal(used(exported(session), { signatureAlgorithms: ["ecdsa_secp384r1_sha384"] }), undefined);
		equal(used(exported(session), { cipherSuites: suites }), version);
		equal(used(exported(session), { cipherSuites: otherSuites }), undefined);
		// nothing was signed: the key was shared
		equal(used(exported({ ...session, scheme: 0 }), { signatureAlgorithms: ["ecdsa_secp384r1_sha384"] }), version);
	}
});

/** What the check can't tell: a session that was made wrong. */
test("a session with a right check that says what can't be is passed over", () => {
	for (const wrong of [
		{ ...right12, maxFragmentCode: 5 },
		{ ...right12, ticket: empty },
		{ ...right13, ticket: empty },
		{ ...right13, suite: CipherSuite.TLS_AES_256_GCM_SHA384 },
		{ ...right12, suite: 0x1234 },
		{ ...right13, version: 0x0305 },
		{ ...right13, protocol: "h2" },
	])
		equal(used(exported(wrong as Exported)), undefined);
	// the secret, which was read first, is gone
	const wrong = exported({ ...right12, maxFragmentCode: 5 } as Exported),
		before = memory().nativeBytes;
	equal(used(wrong), undefined);
	equal(memory().nativeBytes, before);
	for (const [session, length] of [
		[right12, 32],
		[right12, 64],
		[right13, 31],
		[right13, 48],
	] as const)
		equal(used(exportSession(session, new Secret(length), bindingOf(server), start * 1000, week)), undefined);
});

test("RFC 7627 section 5.3: a session of TLS 1.2 without the extended master secret is passed over", () => {
	const session = new Uint8Array(exported(right12));
	const end = session.length - BINDING_LENGTH;
	// the group and an empty session id stand after the flags
	const at = end - 4;
	equal(session[at], 1);
	for (let flags = 0; flags < 256; flags++) {
		session[at] = flags;
		const running = new Hash(HashAlgorithm.sha256);
		running.update(bindingOf(server), 0, BINDING_LENGTH);
		running.update(session, 0, end);
		running.peek(session, end);
		running.close();
		equal(used(session.slice().buffer) !== undefined, flags === 1);
	}
});

test("earlier and later formats are passed over", () => {
	for (let format = 0; format < 256; format++) {
		if (format === 6) continue;
		const session = new Uint8Array(exported(right12));
		session[0] = format;
		equal(used(session), undefined);
	}
});

test("what is secret in a session is wiped when it is dropped, also a second time", () => {
	const secret = new Secret(48);
	const session: Session = { ...right12, secret, ticket: new Uint8Array(100) };
	dropSession(session);
	throws(() => secret.length);
	equal([session.secret, session.ticket.length, session.subject], [undefined, 0, server]);
	dropSession(session);
	dropSession(undefined);
});

test("keys that were offered are wiped, also a second time", () => {
	const secret = new Secret(32);
	const suite = findSuite(CipherSuite.TLS_AES_128_GCM_SHA256)!;
	const owner = { secret, identity: new Uint8Array(9), hash: suite.hash } as unknown as ExternalKey;
	const key = { identity: owner.identity, suite, owner, session: undefined };
	dropKeys([key]);
	throws(() => secret.length);
	equal([owner.secret, key.identity.length], [undefined, 0]);
	dropKeys([key]);
});
