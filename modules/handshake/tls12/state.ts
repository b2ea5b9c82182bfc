/*
	What the steps of TLS 1.2's flow share (flow.ts). Its secrets are wiped when the handshake is over, however it ends.
*/

import type { StapledStatus, StatusSubject } from "../../x509/ocsp";
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

/** One handshake. */
export class State12 {
	// what is declared is a field only once it is set: each takes 16 bytes
	readonly answer: ServerHello12;
	declare peer: VerifiedPeer | undefined;
	/** While the path is looked for; then what a CertificateStatus must be of, and its check. */
	declare search: (PeerSearch & { readonly subject?: StatusSubject | undefined }) | undefined;
	declare subject: StatusSubject | undefined;
	declare status: StapledStatus | undefined;
	/** The server asked for a certificate, and this one answers it, if one does. */
	declare isAsked: true | undefined;
	declare identity: Identity | undefined;
	declare exchange: KeyExchange | undefined;
	declare proof: AuthenticatedPeer | undefined;
	declare master: Secret | undefined;
	/** Wait for the server's ChangeCipherSpec, and for ours. */
	declare reading: RecordCipher | undefined;
	declare writing: RecordCipher | undefined;
	declare ticket: Ticket12 | undefined;
	/** The group of the session that goes on. */
	declare resumedGroup: number | undefined;
	/** The server's certificate, for an application that asks for it. */
	declare certificate: ArrayBuffer | undefined;

	/** For what is still needed of it. */
	readonly hello: Hello;

	constructor(answer: ServerHello12, hello: Hello) {
		this.answer = answer;
		this.hello = hello;
	}

	get transcript(): Transcript {
		return this.hello.transcript;
	}

	close(): void {
		this.hello.close();
		this.exchange?.close();
		this.master?.close();
		this.reading?.close();
		this.writing?.close();
	}
}
