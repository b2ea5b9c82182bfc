/*
	Diffie-Hellman in a finite field (RFC 5246 section 7.4.3, 8.1.2), in the groups of RFC 7919 and no others. A prime
	that the server chooses could be too short, or not be a prime.
*/

import { TLSError } from "../../errors";
import type { KeyExchange } from "../../handshake/tls12/exchange";
import type { Link } from "../../handshake/link";
import { groupName } from "../../wire/names";
import type { Writer } from "../../wire/writer";
import { DHEShare, groupOfPrime } from "tls/hardware/legacy/dhe";
import { Secret } from "tls/hardware/secret";

const GENERATOR = 2;

export class DHE implements KeyExchange {
	readonly isSigned = true;
	group = 0;
	/** Where the server's public key lies in the ServerKeyExchange. */
	private start = 0;
	private end = 0;
	private share: DHEShare | undefined;
	/** The client's public key. */
	private publicKey: Uint8Array | undefined;
	private shared: Secret | undefined;

	/** ServerDHParams: prime, generator, public key. */
	readParameters({ config, reader: r }: Link): void {
		const primeStart = r.skipVector(2, 1, 0xffff);
		this.group = groupOfPrime(r.bytes, primeStart, r.at);
		const bits = 8 * (r.at - primeStart);
		const generatorStart = r.skipVector(2, 1, 0xffff);
		const isRight = r.at - generatorStart === 1 && r.bytes[generatorStart] === GENERATOR;
		if (!this.group || !isRight)
			throw new TLSError(
				"insufficient_security",
				`the server's Diffie-Hellman group, of about ${bits} bits, is not one of RFC 7919's with 2048 to 4096`,
			);
		if (!config.oldGroups!.includes(this.group))
			throw new TLSError("illegal_parameter", `server picked ${groupName(this.group)}, which was not offered`);
		this.start = r.skipVector(2, 1, 0xffff);
		this.end = r.at;
	}

	/** First the client's own keys, then the shared value. */
	step({ message }: Link): boolean {
		if (!this.share) {
			this.share = new DHEShare(this.group);
			this.publicKey = new Uint8Array(this.share.publicLength);
			this.share.publicKey(this.publicKey, 0);
			return true;
		}
		this.shared = new Secret(this.share.publicLength);
		if (!this.share.agree(message, this.start, this.end, this.shared))
			throw new TLSError("illegal_parameter", "the server's key is not a valid public key of its group");
		return false;
	}

	/** ClientDiffieHellmanPublic */
	write(w: Writer): void {
		const key = this.publicKey!;
		w.u16(key.length);
		w.copy(key, 0, key.length);
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
