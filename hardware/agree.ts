/// <reference path="./native.d.ts" />
/*
	Ephemeral Diffie-Hellman over the groups of RFC 8446 section 4.2.7 (psa/agree.c). The private key never leaves the
	chip's key store.
*/

import type { Bytes } from "./native";
import type { Secret } from "./secret";

/** One group's key pair: secp256r1 (0x0017), secp384r1 (0x0018) or x25519 (0x001d). */
export class KeyShare extends Native("xs_keyshare_destructor") {
	/** Makes a new pair. */
	constructor(group: number) {
		super();
		native("xs_keyshare").call(this, group);
	}
	/** Bytes of the public key: 65, 97 or 32. */
	get publicLength(): number {
		return native("xs_keyshare_publicLength").call(this);
	}
	/** Writes the public key (an uncompressed point, or X25519's u) to `out` at `offset`. */
	publicKey(out: Bytes, offset: number): void {
		return native("xs_keyshare_publicKey").call(this, out, offset);
	}
	/**
	 * Sets `shared` (32 or 48 bytes) to the value agreed with the peer's public key `peer[start..end)`. False if that
	 * is not a valid key of the group, or one that gives zero (RFC 8446 section 7.4.2).
	 */
	agree(peer: Bytes, start: number, end: number, shared: Secret): boolean {
		return native("xs_keyshare_agree").call(this, peer, start, end, shared);
	}
	/** Destroys the key pair; using it afterwards throws. */
	close(): void {
		return native("xs_keyshare_close").call(this);
	}
}
