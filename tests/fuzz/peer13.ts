/*
	A TLS 1.3 server for the fuzzer (RFC 8446): full handshakes, retries, external keys, resumption with and without
	early data. Client authentication comes in the handshake and after it; there are compressed certificates, tickets
	and new keys. It uses the stack's own key schedule: that this is right is for tests/vectors and tests/interop to
	say.
*/

import { ascii, bytes, join } from "test/harness";
import { schemeHash } from "tls/crypto/credential";
import { findSuite } from "tls/crypto/suites";
import type { Suite } from "tls/crypto/suite";
import { deriveSecret, Schedule13, trafficCipher, verifyData } from "tls/handshake/tls13/schedule";
import { hash, Hash, hashLength } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";
import { ALPN } from "./flight";
import type { Flight } from "./flight";
import { chance, pick, someBytes } from "./mutate";
import { Peer } from "./peer";
import { extension, holdsAt, message, serverShare, Type, u16, vector } from "./wire";

/** SHA-256 of "HelloRetryRequest" (section 4.1.3). */
const retryRandom = bytes("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
const none = new Uint8Array(0);

/** What only a TLS 1.3 flight has. */
export interface Flight13 extends Flight {
	readonly retries: boolean;
	readonly compresses: boolean;
	/** What becomes of early data. */
	readonly early: "take" | "refuse" | undefined;
	/** The key is the external one. */
	readonly external: Uint8Array | undefined;
	/** KeyUpdates after the handshake. */
	readonly updates: number;
	readonly asksLater: boolean;
	readonly limitsRecords: boolean;
}

interface Hello {
	readonly sessionId: Uint8Array;
	readonly share: Uint8Array;
	readonly group: number;
	readonly extensions: number[];
}

function readHello(hello: Uint8Array): Hello {
	let at = 38;
	const take = (width: number): Uint8Array => {
		const length = width === 1 ? hello[at]! : (hello[at]! << 8) | hello[at + 1]!;
		at += width + length;
		return hello.subarray(at - length, at);
	};
	const sessionId = take(1);
	take(2);
	take(1);
	at += 2;
	let share = none;
	let group = 0;
	const extensions: number[] = [];
	while (at < hello.length) {
		const type = (hello[at]! << 8) | hello[at + 1]!;
		at += 2;
		const data = take(2);
		extensions.push(type);
		if (type !== 51) continue;
		group = (data[2]! << 8) | data[3]!;
		share = data.slice(6, 6 + ((data[4]! << 8) | data[5]!));
	}
	return { sessionId, share, group, extensions };
}

/** zlib's format without compression (RFC 1950, RFC 1951 section 3.2.4). */
function store(content: Uint8Array): Uint8Array {
	let a = 1,
		b = 0;
	for (let i = 0; i < content.length; i++) {
		a = (a + content[i]!) % 65521;
		b = (b + a) % 65521;
	}
	const length = content.length;
	return join(Uint8Array.of(0x78, 0x01, 1, length, length >> 8, ~length, ~length >> 8), content, u16(b), u16(a));
}

export class Peer13 extends Peer {
	private readonly flight: Flight13;
	private readonly suite: Suite;
	private hellos = 0;
	private first: Uint8Array = none;
	private schedule: Schedule13 | undefined;
	private clientSecret: Secret | undefined;
	private serverTraffic: Secret | undefined;
	private clientTraffic: Secret | undefined;
	private readonly secrets: { close(): void }[] = [];
	private isFinished = false;
	/** resumption_master_secret */
	private master: Secret | undefined;

	constructor(flight: Flight13) {
		const suite = findSuite(flight.suite)!;
		super(flight.n, flight.damages, suite.hash, flight.fragment);
		this.flight = flight;
		this.suite = suite;
	}

	override close(): void {
		super.close();
		for (const secret of this.secrets) secret.close();
	}

	protected override get skipsUnreadable(): boolean {
		return this.flight.early === "refuse" && !this.isConfirmed;
	}

	protected override receiveChange(): void {}

	/** Type, length, context, length of the list, length of the certificate: 4 + 1 + 3 + 3 bytes. */
	protected override loses(name: string, bytes: Uint8Array): boolean {
		return name === "Certificate" && !holdsAt(bytes, 11, this.flight.identity.chain[0]!);
	}

	protected override receiveMessage(type: number, bytes: Uint8Array): void {
		if (type === 1) this.receiveHello(bytes);
		else if (type === 20 && !this.isFinished) this.receiveFinished(bytes);
		else if (type === 24) this.receiveUpdate();
		else {
			this.add(bytes);
			if (type === 5) this.readWith(this.clientSecret!);
		}
	}

	private own<T extends { close(): void }>(secret: T): T {
		this.secrets.push(secret);
		return secret;
	}

	private readWith(secret: Secret): void {
		this.reading?.close();
		this.reading = trafficCipher(this.suite, secret);
	}

	private writeWith(secret: Secret): void {
		this.writing?.close();
		this.writing = trafficCipher(this.suite, secret);
	}

	private receiveHello(bytes: Uint8Array): void {
		if (this.hellos++ > 1) return;
		const hello = readHello(bytes);
		if (this.hellos === 1) this.first = bytes;
		this.add(bytes);
		if (this.flight.retries && this.hellos === 1) this.retry(hello);
		else this.answer(hello);
	}

	private hello(random: Uint8Array, { sessionId }: Hello, ...extensions: Uint8Array[]): Uint8Array {
		return message(
			2,
			Uint8Array.of(3, 3),
			random,
			vector(1, sessionId),
			u16(this.suite.id),
			Uint8Array.of(0),
			vector(2, ...extensions),
		);
	}

	private retry(hello: Hello): void {
		const digest = this.digest(this.suite.hashLength);
		this.transcript.close();
		this.transcript = new Hash(this.algorithm);
		this.add(message(254, digest));
		const cookie = chance(this.n, 2) ? [extension(44, vector(2, this.n.bytes(1 + this.n.below(60))))] : [];
		this.say(
			"HelloRetryRequest",
			this.hello(
				retryRandom,
				hello,
				extension(43, Uint8Array.of(3, 4)),
				extension(51, u16(this.flight.group)),
				...cookie,
			),
		);
		this.flush();
		if (chance(this.n, 2)) this.record(Type.change_cipher_spec, Uint8Array.of(1));
	}

	/** The key that goes on, where the client offers one. */
	private key(hello: Hello): Uint8Array | undefined {
		if (!hello.extensions.includes(41)) return undefined;
		return this.flight.resumes?.secret ?? this.flight.external;
	}

	private answer(hello: Hello): void {
		const { suite, flight, n } = this;
		const key = this.key(hello);
		const { share, key: own } = serverShare(hello.group);
		const shared = new Secret(hello.share.length === 97 ? 48 : 32);
		if (!share.agree(hello.share, 0, hello.share.length, shared)) throw new Error("the client's share is not a key");
		const extensions = [
			extension(43, Uint8Array.of(3, 4)),
			extension(51, u16(hello.group), vector(2, own)),
			...(key ? [extension(41, u16(0))] : []),
		];
		if (chance(n, 2)) extensions.reverse();
		this.say("ServerHello", this.hello(n.bytes(32), hello, ...extensions));
		this.flush();
		if (chance(n, 2)) this.record(Type.change_cipher_spec, Uint8Array.of(1));
		let secret: Secret | undefined;
		if (key) {
			secret = new Secret(key.length);
			secret.import(key, 0);
		}
		const schedule = (this.schedule = this.own(new Schedule13(suite, secret)));
		secret?.close();
		const earlyDigest = new Uint8Array(suite.hashLength);
		hash(suite.hash, this.first, 0, this.first.length, earlyDigest, 0);
		const early = this.own(schedule.derive("c e traffic", earlyDigest));
		schedule.toHandshake(shared);
		const digest = this.digest(suite.hashLength);
		this.clientSecret = this.own(schedule.derive("c hs traffic", digest));
		const server = this.own(schedule.derive("s hs traffic", digest));
		const takesEarly = flight.early === "take" && key !== undefined && hello.extensions.includes(42);
		this.readWith(takesEarly ? early : this.clientSecret);
		this.writeWith(server);
		this.sayFlight(hello, server, key !== undefined, takesEarly);
		schedule.toMaster();
		const applicationDigest = this.digest(suite.hashLength);
		this.clientTraffic = this.own(schedule.derive("c ap traffic", applicationDigest));
		this.serverTraffic = this.own(schedule.derive("s ap traffic", applicationDigest));
		this.writeWith(this.serverTraffic);
		if (chance(n, 3)) this.sendData(1);
	}

	private sayFlight(hello: Hello, server: Secret, hasKey: boolean, takesEarly: boolean): void {
		const { flight, suite } = this;
		const has = (type: number): boolean => hello.extensions.includes(type);
		const answers = [
			...(has(16) ? [extension(16, vector(2, vector(1, ascii(ALPN))))] : []),
			...(has(0) && chance(this.n, 2) ? [extension(0)] : []),
			...(takesEarly ? [extension(42)] : []),
			...(chance(this.n, 3) ? [extension(10, vector(2, u16(0x1d), u16(0x17)))] : []),
			...(has(28) && flight.limitsRecords ? [extension(28, u16(pick(this.n, [64, 0x4001, 512])))] : []),
		];
		this.say("EncryptedExtensions", message(8, vector(2, ...answers)));
		if (!hasKey) this.sayProof(has);
		const verify = verifyData(suite, server, this.digest(suite.hashLength));
		this.say("Finished", message(20, verify));
		this.flush();
	}

	private sayProof(has: (type: number) => boolean): void {
		const { flight, suite } = this;
		const { chain, credential, scheme } = flight.identity;
		if (flight.asksCertificate)
			this.say(
				"CertificateRequest",
				message(13, vector(1), vector(2, extension(13, vector(2, u16(0x0403), u16(0x0804))))),
			);
		const staple =
			flight.staples && has(5)
				? [extension(5, Uint8Array.of(1), vector(3, flight.material.staples[flight.identity.isRSA ? "rsa" : "ec"]))]
				: [];
		const list = chain.map((der, i) => join(vector(3, der), vector(2, ...(i ? [] : staple))));
		const body = join(vector(1), vector(3, ...list));
		if (flight.compresses && has(27)) {
			const isBomb = chance(this.n, 40);
			if (isBomb) this.applied++;
			const packed = isBomb ? flight.material.bomb : store(body);
			this.say(
				"CompressedCertificate",
				message(25, u16(1), Uint8Array.of(0, body.length >> 8, body.length), vector(3, packed)),
			);
		} else this.say("Certificate", message(11, body));
		const content = join(
			new Uint8Array(64).fill(0x20),
			ascii("TLS 1.3, server CertificateVerify"),
			Uint8Array.of(0),
			this.digest(suite.hashLength),
		);
		const algorithm = schemeHash(scheme);
		const digest = new Uint8Array(hashLength(algorithm));
		hash(algorithm, content, 0, content.length, digest, 0);
		this.say("CertificateVerify", message(15, u16(scheme), vector(2, signWith(credential, scheme, digest))));
	}

	private receiveFinished(bytes: Uint8Array): void {
		const { suite } = this;
		const expected = verifyData(suite, this.clientSecret!, this.digest(suite.hashLength));
		this.isFinished = true;
		this.isConfirmed = bytes.length === 4 + expected.length && bytes.slice(4).every((byte, i) => byte === expected[i]);
		this.add(bytes);
		if (!this.isConfirmed) return;
		this.readWith(this.clientTraffic!);
		this.master = this.own(this.schedule!.derive("res master", this.digest(suite.hashLength)));
		this.converse();
	}

	/** All after the handshake, in an order of chance. */
	private converse(): void {
		const { flight, n } = this;
		const todo: (() => void)[] = [];
		for (let i = 0; i < flight.tickets; i++) todo.push(() => this.sendTicket(i));
		for (let i = 0; i < flight.updates; i++) todo.push(() => this.sendUpdate());
		for (let i = 0; i < flight.data; i++) todo.push(() => this.sendData(flight.dataLength));
		if (flight.asksLater)
			todo.push(() => {
				this.say(
					"CertificateRequest",
					message(13, vector(1, n.bytes(n.below(9))), vector(2, extension(13, vector(2, u16(0x0403), u16(0x0804))))),
				);
				this.flush();
			});
		while (todo.length) todo.splice(n.below(todo.length), 1)[0]!();
		if (flight.closes) this.record(Type.alert, Uint8Array.of(1, 0));
	}

	private sendData(length: number): void {
		this.record(Type.application_data, someBytes(this.n, length));
	}

	private sendTicket(index: number): void {
		const nonce = Uint8Array.of(index);
		const { suite, n } = this;
		const key = this.own(new Secret(suite.hashLength));
		key.expandLabel(suite.hash, this.master!, "resumption", nonce, 0, nonce.length, 0, suite.hashLength);
		this.lastTicketSecret = new Uint8Array(suite.hashLength);
		key.export(this.lastTicketSecret, 0);
		const lifetime = Uint8Array.of(0, 1, 0, 0);
		this.say(
			"NewSessionTicket",
			message(
				4,
				lifetime,
				n.bytes(4),
				vector(1, nonce),
				vector(2, n.bytes(32)),
				vector(2, extension(42, Uint8Array.of(0, 0, 4, 0))),
			),
		);
		this.flush();
	}

	/** Of the ticket that was sent last. */
	lastTicketSecret: Uint8Array | undefined;

	private sendUpdate(): void {
		this.say("KeyUpdate", message(24, Uint8Array.of(this.n.below(2))));
		this.flush();
		this.serverTraffic = this.own(deriveSecret(this.suite, this.serverTraffic!, "traffic upd", none));
		this.writeWith(this.serverTraffic);
	}

	private receiveUpdate(): void {
		if (!this.isConfirmed) return;
		this.clientTraffic = this.own(deriveSecret(this.suite, this.clientTraffic!, "traffic upd", none));
		this.readWith(this.clientTraffic);
	}
}

/** A signature that is always as long, so that a seed finds the same places in it again. */
export function signWith(
	credential: { sign(scheme: number, digest: Uint8Array): Uint8Array },
	scheme: number,
	digest: Uint8Array,
): Uint8Array {
	for (let i = 0; ; i++) {
		const signature = credential.sign(scheme, digest);
		if ((signature.length !== 70 && signature.length !== 72 && signature.length !== 69) || i > 60) return signature;
	}
}
