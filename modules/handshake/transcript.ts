/*
	The hash over all handshake messages (RFC 8446 section 4.4.1). Until the server has picked the hash, the first
	ClientHello is kept as it is.
*/

import { TLSError } from "../errors";
import { HandshakeType } from "../wire/numbers";
import { Hash, HashAlgorithm, hash, hashLength } from "tls/hardware/hash";

function refuseEarly(): never {
	throw new TLSError("internal", "the transcript has no hash yet");
}

export class Transcript {
	private hash: Hash | undefined;
	/** XS: absent field. TLS 1.2: the other two of SHA-256, SHA-384 and SHA-512, for a signature of the client's. */
	declare private others: Hash[] | undefined;
	/** The ClientHello is `hello[0..end)`. */
	private hello: Uint8Array | undefined;
	private end = 0;
	/** What `digest` and `digestWith` give. */
	declare private result: Uint8Array;
	/** The hash function, 0 before it is known. */
	algorithm: HashAlgorithm | 0 = 0;

	/**
	 * Adds the message `bytes[start..end)`. Before `begin` there may be one, the ClientHello, from 0 on, which must not
	 * change until then.
	 */
	add(bytes: Uint8Array, start: number, end: number): void {
		if (this.hash) {
			this.hash.update(bytes, start, end);
			if (this.others) for (let i = 0; i < this.others.length; i++) this.others[i]!.update(bytes, start, end);
		} else if (this.hello || start) refuseEarly();
		else {
			this.hello = bytes;
			this.end = end;
		}
	}

	/** Sets the hash function, and hashes the ClientHello that was kept. */
	begin(algorithm: HashAlgorithm): void {
		this.algorithm = algorithm;
		this.result = new Uint8Array(hashLength(algorithm));
		this.hash = new Hash(algorithm);
		if (this.hello) this.hash.update(this.hello, 0, this.end);
		this.hello = undefined;
	}

	/** As `begin`, but keeps all of SHA-256, SHA-384 and SHA-512: which one the client signs with is known later. */
	beginAll(algorithm: HashAlgorithm): void {
		this.others = [];
		for (let other: number = HashAlgorithm.sha256; other <= HashAlgorithm.sha512; other++) {
			if (other === algorithm) continue;
			const running = new Hash(other);
			this.others.push(running);
			if (this.hello) running.update(this.hello, 0, this.end);
		}
		this.begin(algorithm);
	}

	/** What was added so far becomes one message_hash message, for a HelloRetryRequest (RFC 8446 section 4.4.1). */
	fold(): void {
		const { length } = this.result;
		const message = new Uint8Array(4 + length);
		message[0] = HandshakeType.message_hash;
		message[3] = length;
		const { running } = this;
		running.peek(message, 4);
		running.close();
		this.hash = new Hash(this.algorithm as HashAlgorithm);
		this.hash.update(message, 0, message.length);
	}

	/** The hash that runs since `begin`. */
	private get running(): Hash {
		return this.hash ?? refuseEarly();
	}

	/**
	 * The digest so far. The caller may change it; it is the transcript's own buffer, which the next call overwrites.
	 */
	digest(): Uint8Array {
		this.running.peek(this.result, 0);
		return this.result;
	}

	/** As `digest`, of all so far and `bytes[start..end)`, which are not added. */
	digestWith(bytes: Uint8Array, start: number, end: number): Uint8Array {
		this.running.peekWith(bytes, start, end, this.result, 0);
		return this.result;
	}

	/** Before `begin`: the digest of the ClientHello by a hash. */
	helloDigest(algorithm: HashAlgorithm): Uint8Array {
		const digest = new Uint8Array(hashLength(algorithm));
		hash(algorithm, this.hello!, 0, this.end, digest, 0);
		return digest;
	}

	/** After `beginAll`: the digest by one of SHA-256, SHA-384 and SHA-512. */
	digestBy(algorithm: HashAlgorithm): Uint8Array {
		const digest = new Uint8Array(hashLength(algorithm)),
			own = this.algorithm;
		// they stand in the order of their numbers, without the transcript's own
		const index = algorithm - HashAlgorithm.sha256 - (algorithm > own ? 1 : 0);
		(algorithm === own ? this.hash : this.others?.[index])!.peek(digest, 0);
		return digest;
	}

	/** Moves the running hash to a new Transcript for after the handshake and closes this one. */
	handOver(): Transcript {
		const other = new Transcript();
		other.algorithm = this.algorithm;
		other.result = this.result;
		other.hash = this.hash;
		this.hash = undefined;
		this.close();
		return other;
	}

	close(): void {
		if (this.others) {
			for (let i = 0; i < this.others.length; i++) this.others[i]!.close();
			this.others = undefined;
		}
		this.hash?.close();
		this.hash = undefined;
		this.hello = undefined;
	}
}
