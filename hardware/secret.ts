/// <reference path="./native.d.ts" />
/*
	Key material (psa/secret.c). Script holds the handle; the bytes lie in native memory, which is wiped before it is
	freed. A derivation writes into a secret that exists, so that its size is said once and every intermediate value has
	an owner.
*/

import type { Bytes } from "./native";
import type { HashAlgorithm } from "./hash";

export class Secret extends Native("xs_secret_destructor") {
	/** A secret of `length` bytes (0 to 2560), all zero. */
	constructor(length: number) {
		super();
		native("xs_secret").call(this, length);
	}
	/** Bytes. */
	get length(): number {
		return native("xs_secret_length").call(this);
	}
	/** Takes its bytes from `buffer` at `start`. */
	import(buffer: Bytes, start: number): void {
		return native("xs_secret_import").call(this, buffer, start);
	}
	/** Copies its bytes to `out` at `offset`: for session tickets and key logs; the copy is the caller's to wipe. */
	export(out: Bytes, offset: number): void {
		return native("xs_secret_export").call(this, out, offset);
	}
	/** HKDF-Extract, RFC 5869 section 2.2. Without salt: a string of zeros. This secret has the length of the hash. */
	extract(hash: HashAlgorithm, salt: Secret | undefined, input: Secret): void {
		return native("xs_secret_extract").call(this, hash, salt, input);
	}
	/**
	 * HKDF-Expand-Label, RFC 8446 section 7.1, from another secret into the bytes outStart..outEnd of this one. The
	 * label has 12 characters at most and goes without its "tls13 ". The context is `context[start..end)`, 255 bytes at
	 * most. If it is undefined, it is the hash of nothing: Derive-Secret without messages.
	 */
	expandLabel(
		hash: HashAlgorithm,
		from: Secret,
		label: string,
		context: Bytes | undefined,
		start: number,
		end: number,
		outStart: number,
		outEnd: number,
	): void {
		return native("xs_secret_expandLabel").call(this, hash, from, label, context, start, end, outStart, outEnd);
	}
	/**
	 * TLS 1.2's PRF (RFC 5246 section 5) from another secret into all of this one. The label has 24 characters at most,
	 * the seed `seed[start..end)` 64 bytes.
	 */
	prf(hash: HashAlgorithm, from: Secret, label: string, seed: Bytes, start: number, end: number): void {
		return native("xs_secret_prf").call(this, hash, from, label, seed, start, end);
	}
	/**
	 * Writes the HMAC (RFC 2104) of `buffer[start..end)` with this secret as its key to `out` at `offset`. The ranges
	 * may overlap.
	 */
	hmac(hash: HashAlgorithm, buffer: Bytes, start: number, end: number, out: Bytes, offset: number): void {
		return native("xs_secret_hmac").call(this, hash, buffer, start, end, out, offset);
	}
	/** Wipes and frees the bytes; using the secret afterwards throws. */
	close(): void {
		return native("xs_secret_close").call(this);
	}
}
