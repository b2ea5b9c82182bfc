/*
	A TLS 1.2 server for the fuzzer (RFC 5246, RFC 7627). It has ECDHE and DHE, AEAD and block ciphers, stapled status
	and client authentication. Tickets, session IDs and the short handshake of both are there, too. It uses the stack's
	own key schedule, as peer13.ts does.
*/

import { ascii, join } from "test/harness";
import { schemeHash } from "tls/crypto/credential";
import { findSuite } from "tls/crypto/suites";
import type { Suite } from "tls/crypto/suite";
import { extendedMasterSecret, keyBlock, recordCipher, verifyData12 } from "tls/handshake/tls12/prf";
import type { RecordCipher } from "tls/hardware/aead";
import type { KeyShare } from "tls/hardware/agree";
import { hash, hashLength } from "tls/hardware/hash";
import { DHEShare, groupOfPrime } from "tls/hardware/legacy/dhe";
import { Secret } from "tls/hardware/secret";
import { legacy } from "tls/optional/legacy/legacy";
import { ALPN } from "./flight";
import type { Flight } from "./flight";
import { chance, someBytes } from "./mutate";
import { Peer } from "./peer";
import { extension, holdsAt, message, sameBytes, serverShare, Type, u16, vector } from "./wire";
import { signWith } from "./peer13";
import { prime2048 } from "./prime";

const none = new Uint8Array(0);

/** What only a TLS 1.2 flight has. */
export interface Flight12 extends Flight {
	readonly isDHE: boolean;
	readonly encryptsThenMACs: boolean;
	/** The session goes by its ID. */
	readonly hasId: boolean;
	/** HelloRequests after the handshake. */
	readonly requests: number;
}

export class Peer12 extends Peer {
	private readonly flight: Flight12;
	private readonly suite: Suite;
	private randoms = new Uint8Array(64);
	private extensions: number[] = [];
	private share: KeyShare | undefined;
	private dhe: DHEShare | undefined;
	private next: RecordCipher | undefined;
	private nextWriting: RecordCipher | undefined;
	private readonly secrets: { close(): void }[] = [];
	private isFinished = false;
	private resumed = false;
	/** Of this connection, once it is known. */
	master: Uint8Array | undefined;

	constructor(flight: Flight12) {
		const suite = findSuite(flight.suite) ?? legacy!.findSuite(flight.suite)!;
		super(flight.n, flight.damages, suite.hash, flight.fragment);
		this.flight = flight;
		this.suite = suite;
	}

	override close(): void {
		super.close();
		this.next?.close();
		this.nextWriting?.close();
		this.dhe?.close();
		for (const secret of this.secrets) secret.close();
	}

	protected override get skipsUnreadable(): boolean {
		return false;
	}

	protected override loses(name: string, bytes: Uint8Array): boolean {
		return name === "Certificate12" && !holdsAt(bytes, 10, this.flight.identity.chain[0]!);
	}

	protected override receiveChange(): void {
		this.reading?.close();
		this.reading = this.next;
		this.next = undefined;
	}

	protected override receiveMessage(type: number, bytes: Uint8Array): void {
		if (type === 1) this.receiveHello(bytes);
		else if (type === 16) this.receiveKeyExchange(bytes);
		else if (type === 20 && !this.isFinished) this.receiveFinished(bytes);
		else this.add(bytes);
	}

	private receiveHello(hello: Uint8Array): void {
		const { flight, n } = this;
		this.add(hello);
		let at = 38;
		const offered = hello.slice(at + 1, at + 1 + hello[at]!);
		at += 1 + hello[at]!;
		at += 2 + ((hello[at]! << 8) | hello[at + 1]!);
		at += 1 + hello[at]! + 2;
		this.extensions = [];
		while (at < hello.length) {
			this.extensions.push((hello[at]! << 8) | hello[at + 1]!);
			at += 4 + ((hello[at + 2]! << 8) | hello[at + 3]!);
		}
		this.resumed = flight.resumes !== undefined && offered.length > 0;
		const random = n.bytes(32);
		this.randoms.set(hello.subarray(6, 38), 0);
		this.randoms.set(random, 32);
		const id = this.resumed ? offered : flight.hasId ? n.bytes(32) : none;
		this.say(
			"ServerHello",
			message(
				2,
				Uint8Array.of(3, 3),
				random,
				vector(1, id),
				u16(this.suite.id),
				Uint8Array.of(0),
				vector(2, ...this.answers()),
			),
		);
		if (this.resumed) this.goOn();
		else this.sayFlight();
	}

	private has(type: number): boolean {
		return this.extensions.includes(type);
	}

	private answers(): Uint8Array[] {
		const { flight, n } = this;
		const list = [extension(23), extension(0xff01, Uint8Array.of(0)), extension(11, Uint8Array.of(1, 0))];
		if (this.has(16)) list.push(extension(16, vector(2, vector(1, ascii(ALPN)))));
		if (flight.tickets && this.has(35)) list.push(extension(35));
		if (flight.staples && this.has(5) && !this.resumed) list.push(extension(5));
		if (flight.encryptsThenMACs && this.suite.mac && this.has(22)) list.push(extension(22));
		if (this.has(28) && chance(n, 3)) list.push(extension(28, u16(16384)));
		return list;
	}

	private sayFlight(): void {
		const { flight } = this;
		const { chain, isRSA } = flight.identity;
		this.say("Certificate12", message(11, vector(3, ...chain.map(der => vector(3, der)))));
		if (flight.staples && this.has(5))
			this.say(
				"CertificateStatus",
				message(22, Uint8Array.of(1), vector(3, flight.material.staples[isRSA ? "rsa" : "ec"])),
			);
		this.sayKeyExchange();
		if (flight.asksCertificate)
			this.say(
				"CertificateRequest12",
				message(13, vector(1, Uint8Array.of(64, 1)), vector(2, u16(0x0403), u16(0x0804), u16(0x0401)), vector(2)),
			);
		this.say("ServerHelloDone", message(14));
		this.flush();
	}

	private sayKeyExchange(): void {
		const { flight, randoms } = this;
		let parameters: Uint8Array;
		if (flight.isDHE) {
			const share = (this.dhe = new DHEShare(groupOfPrime(prime2048, 0, prime2048.length)));
			const key = new Uint8Array(share.publicLength);
			share.publicKey(key, 0);
			parameters = join(vector(2, prime2048), vector(2, Uint8Array.of(2)), vector(2, key));
		} else {
			const { share, key } = serverShare(flight.group);
			this.share = share;
			parameters = join(Uint8Array.of(3), u16(flight.group), vector(1, key));
		}
		const { credential, scheme12 } = flight.identity;
		const content = join(randoms, parameters);
		const algorithm = schemeHash(scheme12);
		const digest = new Uint8Array(hashLength(algorithm));
		hash(algorithm, content, 0, content.length, digest, 0);
		const bytes = message(12, parameters, u16(scheme12), vector(2, signWith(credential, scheme12, digest)));
		this.say(flight.isDHE ? "ServerKeyExchangeDHE" : "ServerKeyExchange", bytes);
	}

	private receiveKeyExchange(bytes: Uint8Array): void {
		const { suite } = this;
		this.add(bytes);
		const width = this.dhe ? 2 : 1;
		const shared = new Secret(this.dhe ? this.dhe.publicLength : this.share!.publicLength === 97 ? 48 : 32);
		if (!(this.dhe ?? this.share!).agree(bytes, 4 + width, bytes.length, shared))
			throw new Error("the client's key is invalid");
		this.setMaster(extendedMasterSecret(suite, shared, this.digest(suite.hashLength)));
	}

	private setMaster(master: Secret): void {
		const { suite, randoms, flight } = this;
		this.masterSecret = master;
		this.secrets.push(master);
		this.master = new Uint8Array(48);
		master.export(this.master, 0);
		const block = keyBlock(suite, master, randoms);
		const isMACLast = flight.encryptsThenMACs && suite.mac !== undefined && this.has(22);
		const protection = { suite, encryptThenMac: isMACLast };
		this.next = recordCipher(protection, block, 0);
		this.nextWriting = recordCipher(protection, block, 1);
		block.close();
	}

	private masterSecret: Secret | undefined;

	private receiveFinished(bytes: Uint8Array): void {
		const { suite } = this;
		this.isFinished = true;
		const expected = verifyData12(suite, this.masterSecret!, "client finished", this.digest(suite.hashLength)).subarray(
			0,
			12,
		);
		this.isConfirmed = sameBytes(bytes.subarray(4), expected);
		this.add(bytes);
		if (!this.isConfirmed) return;
		if (!this.resumed) this.finish();
		this.converse();
	}

	/** [NewSessionTicket], ChangeCipherSpec, Finished. */
	private finish(): void {
		const { flight, suite, n } = this;
		if (flight.tickets && this.has(35))
			this.say("NewSessionTicket12", message(4, Uint8Array.of(0, 0, 14, 16), vector(2, n.bytes(40))));
		this.flush();
		this.record(Type.change_cipher_spec, Uint8Array.of(1));
		this.writing = this.nextWriting;
		this.nextWriting = undefined;
		this.say(
			"Finished",
			message(
				20,
				verifyData12(suite, this.masterSecret!, "server finished", this.digest(suite.hashLength)).subarray(0, 12),
			),
		);
		this.flush();
	}

	/** The short handshake. */
	private goOn(): void {
		const { secret } = this.flight.resumes!;
		const master = new Secret(secret.length);
		master.import(secret, 0);
		this.setMaster(master);
		this.finish();
	}

	private converse(): void {
		const { flight, n } = this;
		const todo: (() => void)[] = [];
		for (let i = 0; i < flight.data; i++)
			todo.push(() => this.record(Type.application_data, someBytes(n, flight.dataLength)));
		for (let i = 0; i < flight.requests; i++)
			todo.push(() => {
				this.say("HelloRequest", message(0));
				this.flush();
			});
		while (todo.length) todo.splice(n.below(todo.length), 1)[0]!();
		if (flight.closes) this.record(Type.alert, Uint8Array.of(1, 0));
	}
}
