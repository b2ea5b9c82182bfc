/*
	What the steps of TLS 1.2's flow share (flow.ts). Its secrets are wiped when the handshake is over, however it ends.
	What is there from a certain step on has a type of its own, which that step asserts.
*/

import { TLSError } from "../../errors";
import type { StatusSubject } from "../../x509/ocsp";
import type { VerifiedPeer } from "../../x509/policy";
import type { RecordCipher } from "tls/hardware/aead";
import type { Secret } from "tls/hardware/secret";
import type { AuthenticatedPeer } from "../authenticated";
import type { Identity } from "../identity";
import type { Hello } from "../offer";
import type { PeerSearch } from "../rawkeys";
import type { Transcript } from "../transcript";
import type { KeyExchange } from "./exchange";
import type { ServerHello12, Ticket12 } from "./hello";

/** The search for a path, which knows what a status that comes later must be about. */
export type Search12 = PeerSearch & { readonly subject?: StatusSubject | undefined };

/** After the server's Certificate: whom it names, and how the key exchange goes on. */
export type Certified12 = State12 & { readonly peer: VerifiedPeer; readonly exchange: KeyExchange };

/** With keys: after ClientKeyExchange, or from the start with a session. */
export type Keyed12 = State12 & { readonly master: Secret };

/** True if the server has sent its certificates, and no session goes on. */
export function isCertified<T extends State12>(state: T): state is T & Certified12 {
	return state.exchange !== undefined;
}

/** A cipher or a secret that a step before has made. */
function made<T>(value: T | undefined): T {
	if (value === undefined) throw new TLSError("internal", "a step of the handshake was left out");
	return value;
}

/** One handshake. XS: absent fields. */
export class State12 {
	readonly answer: ServerHello12;
	declare peer: VerifiedPeer | undefined;
	/** What a CertificateStatus must be about. */
	declare subject: StatusSubject | undefined;
	/** The server asked for a certificate, and this one answers it, if one does. */
	declare isAsked: true | undefined;
	declare identity: Identity | undefined;
	declare exchange: KeyExchange | undefined;
	declare proof: AuthenticatedPeer | undefined;
	declare master: Secret | undefined;
	/** Wait for the server's ChangeCipherSpec, and for the client's. */
	declare reading: RecordCipher | undefined;
	declare writing: RecordCipher | undefined;
	declare ticket: Ticket12 | undefined;
	/** The server's certificate, for an application that asks for it. */
	declare certificate: ArrayBuffer | undefined;

	/** What was offered. */
	readonly hello: Hello;

	constructor(answer: ServerHello12, hello: Hello) {
		this.answer = answer;
		this.hello = hello;
	}

	get transcript(): Transcript {
		return this.hello.transcript;
	}

	/** Hands over the cipher for what the server sends. */
	takeReading(): RecordCipher {
		const reading = made(this.reading);
		this.reading = undefined;
		return reading;
	}

	/** Hands over the cipher for what is sent. */
	takeWriting(): RecordCipher {
		const writing = made(this.writing);
		this.writing = undefined;
		return writing;
	}

	/** Hands over the master secret. */
	takeMaster(): Secret {
		const master = made(this.master);
		this.master = undefined;
		return master;
	}

	close(): void {
		this.hello.close();
		this.exchange?.close();
		this.master?.close();
		this.reading?.close();
		this.writing?.close();
	}
}
