/*
	What the steps of TLS 1.3's flow share (flow.ts). Its secrets are wiped when the handshake is over, however it ends.
	What is there from a certain step on has a type of its own, which that step asserts.
*/

import { empty } from "../../wire/reader";
import { logSecret, logsSecrets } from "tls/hardware/keylog";
import type { Secret } from "tls/hardware/secret";
import type { AuthenticatedPeer } from "../authenticated";
import type { Identity } from "../identity";
import type { Hello } from "../offer";
import { noKeys } from "../resumption/keys";
import type { PreSharedKey } from "../resumption/keys";
import type { ServerHello } from "../serverhello";
import type { Transcript } from "../transcript";
import type { Application13 } from "./post";
import { Schedule13 } from "./schedule";

/** After the key agreement: with the handshake's traffic secrets. */
export type Keyed13 = State13 & { readonly client: Secret; readonly server: Secret };

/** After the server's Finished: with the proof of who it is. */
export type Proven13 = Keyed13 & { readonly proof: AuthenticatedPeer };

/** One handshake. XS: absent fields. */
export class State13 {
	/** Until the server has answered all of it. */
	private hello: Hello | undefined;
	/**
	 * What is needed of it then: the group of the key exchange, the extensions that were asked for, whether early data
	 * was taken.
	 */
	readonly group: number;
	readonly asked: number;
	declare isEarly: boolean | undefined;
	/** The server sends its key, or takes ours, without certificates (RFC 7250). */
	declare isServerRaw: boolean | undefined;
	declare isClientRaw: boolean | undefined;
	/** A HelloRetryRequest came before. */
	declare readonly isRetried: true | undefined;
	/** The server's certificate, for an application that asks for it. */
	declare certificate: ArrayBuffer | undefined;
	/** The client's, if secrets are logged. */
	declare readonly random: Uint8Array | undefined;
	/** The pre-shared key that the server takes. */
	declare readonly key: PreSharedKey | undefined;
	readonly transcript: Transcript;
	readonly schedule: Schedule13;
	declare client: Secret | undefined;
	declare server: Secret | undefined;
	/** What goes on after the handshake, until the connection takes it over. */
	declare application: Application13 | undefined;
	declare protocol: string | undefined;
	/** change_cipher_spec goes before the client's last flight (appendix D.4). */
	declare readonly isCompatible: true | undefined;
	/** RFC 6066's number for max_fragment_length, if the server keeps to it. */
	declare maxFragmentCode: number | undefined;
	/** The server asked for a certificate, and this one answers it, if one does. */
	declare isAsked: true | undefined;
	declare identity: Identity | undefined;
	declare proof: AuthenticatedPeer | undefined;

	constructor(hello: Hello, answer: ServerHello) {
		const { suite, key } = answer;
		this.hello = hello;
		this.group = answer.group;
		this.asked = hello.asked;
		if (hello.early) this.isEarly = true;
		if (hello.isRetried) this.isRetried = true;
		if (logsSecrets()) this.random = hello.random;
		if (hello.isCompatible) this.isCompatible = true;
		hello.random = hello.sessionId = empty;
		if (key) this.key = key;
		this.transcript = hello.transcript;
		this.schedule = new Schedule13(suite, key?.owner.secret);
		hello.dropOffers();
		// early data belongs to the first of them
		if (!hello.early) hello.keys = noKeys;
	}

	/** The hello has been answered. */
	dropHello(): void {
		this.hello = undefined;
	}

	/** Has `secret` logged if that is done. */
	log(label: string, secret: Secret): void {
		if (this.random) logSecret(label, this.random, secret);
	}

	close(): void {
		this.hello?.close();
		this.transcript.close();
		this.schedule.close();
		this.client?.close();
		this.server?.close();
		this.application?.close();
	}
}
