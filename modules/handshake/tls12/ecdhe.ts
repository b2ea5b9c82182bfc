/*
	How client and server of TLS 1.2 come to a secret: the interface, with that of all that legacy/ adds, and the exchange that every server
	should have, elliptic-curve Diffie-Hellman with keys made for the occasion (RFC 8422). Others are in legacy/. Used by tls12/flow.ts.
*/

import { TLSError } from "../../errors";
import type { Writer } from "../../wire/writer";
import { KeyShare } from "tls/hardware/agree";
import type { RecordCipher } from "tls/hardware/aead";
import { Secret } from "tls/hardware/secret";
import type { Suite } from "../../crypto/suites";
import type { VerifiedPeer } from "../../x509/path";
import type { Hello } from "../hello";
import type { Link } from "../link";

/** One for each handshake (RFC 5246 section 7.4.3, 7.4.7). */
export interface KeyExchange {
	/** The server sends a ServerKeyExchange, and signs it. Where it does not, only its Finished proves that it has its key. */
	readonly isSigned: boolean;
	/** NamedGroup, once the parameters are read; 0 where there is none. */
	readonly group: number;
	/** Reads the parameters in front of the signature in a ServerKeyExchange, at which the link's reader stands. */
	readParameters(link: Link): void;
	/** One step towards the secret that costs time, while the link holds the ServerKeyExchange; false where it was the last. */
	step(link: Link): boolean;
	/** Writes the body of the ClientKeyExchange. */
	write(w: Writer): void;
	/** Hands over the premaster secret, after `write`. */
	takeSecret(): Secret;
	/** Wipes its secrets. */
	close(): void;
}

/** What a build for old servers adds (legacy/legacy.ts), of which "config.tls" in the app's manifest switches on what it names. */
export interface Legacy {
	/** Suites and groups that are offered behind the others, best first; the groups for TLS 1.2 only. */
	readonly suites: readonly number[];
	readonly groups: readonly number[];
	/** encrypt_then_mac (RFC 7366) is offered. */
	readonly asksEncryptThenMac: boolean;
	/** Servers without the extended master secret (RFC 7627) are taken. */
	readonly sparesExtendedMasterSecret: boolean;
	/** A suite among those that are switched on, by number or name. */
	findSuite(id: number): Suite | undefined;
	findSuiteByName(name: string): Suite | undefined;
	/** The exchange of a suite that has another than ECDHE, with a server that has been verified. */
	keyExchange(suite: Suite, peer: VerifiedPeer): KeyExchange;
	/**
	 * The cipher of one direction of a suite with a block cipher, from the key block (RFC 5246 section 6.3): both MAC keys, both keys. `side` is 0
	 * for what the client writes, 1 for the server.
	 */
	blockCipher(suite: Suite, block: Secret, side: 0 | 1, encryptThenMac: boolean): RecordCipher;
}

/** RFC 8422 section 5.4: the one kind of curve description that is left. */
const NAMED_CURVE = 3;

export class ECDHE implements KeyExchange {
	readonly isSigned = true;
	group = 0;
	/** Where the server's public key lies in the ServerKeyExchange. */
	private start = 0;
	private end = 0;
	private readonly hello: Hello;
	private share: KeyShare | undefined = undefined;
	private shared: Secret | undefined = undefined;

	/** `hello` may have a share that serves. */
	constructor(hello: Hello) {
		this.hello = hello;
	}

	/** ServerECDHParams (RFC 8422 section 5.4) */
	readParameters({ config, reader: r }: Link): void {
		const curveType = r.u8();
		const group = this.group = r.u16();
		if (curveType !== NAMED_CURVE || !config.groups.includes(group))
			throw new TLSError("illegal_parameter", `the server's key is of group 0x${group.toString(16)}, which was not offered`);
		const point = r.enter(1, 1, 255);
		this.start = r.at;
		this.end = r.at = r.end;
		r.leave(point);
	}

	/** First the client's own keys; those in the ClientHello serve where the group is the same. Then the shared value. */
	step({ message }: Link): boolean {
		const hello = this.hello, share = this.share;
		if (!share) {
			if (hello.share && hello.group === this.group) {
				this.share = hello.share;
				hello.share = undefined;
			}
			else {
				hello.closeShare();
				this.share = new KeyShare(this.group, undefined);
			}
			return true;
		}
		this.shared = new Secret(share.publicLength === 97 ? 48 : 32);
		if (!share.agree(message, this.start, this.end, this.shared))
			throw new TLSError("illegal_parameter", "the server's key is no valid public key of its group");
		return false;
	}

	/** ECPoint (RFC 8422 section 5.7) */
	write(w: Writer): void {
		const share = this.share!;
		const key = w.open(1);
		const at = w.reserve(share.publicLength);
		share.publicKey(w.bytes, at);
		w.close(1, key);
	}

	takeSecret(): Secret {
		const secret = this.shared!;
		this.shared = undefined;
		return secret;
	}

	close(): void {
		this.share?.close();
		this.shared?.close();
	}
}
