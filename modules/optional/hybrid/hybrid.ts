/*
	"tls/optional/hybrid/hybrid" in a build with the group X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem): who records a
	connection today can't read it later with a quantum computer. ML-KEM comes first in shares and in the secret, X25519
	last.
*/

import type { Hybrid, HybridShare } from "../../handshake/share";
import { NamedGroup, ProtocolLength } from "../../wire/numbers";
import { KeyShare } from "tls/hardware/agree";
import { MLKEM, MLKEMLength } from "tls/hardware/mlkem/mlkem";
import { Secret } from "tls/hardware/secret";

class X25519MLKEM768 implements HybridShare {
	readonly classic = new KeyShare(NamedGroup.x25519);
	private readonly kem: MLKEM;

	constructor() {
		try {
			this.kem = new MLKEM();
		} catch (e) {
			this.classic.close();
			throw e;
		}
	}

	get publicLength(): number {
		return MLKEMLength.publicKey + ProtocolLength.x25519;
	}

	publicKey(out: Uint8Array, offset: number): void {
		this.kem.publicKey(out, offset);
		this.classic.publicKey(out, offset + MLKEMLength.publicKey);
	}

	agree(peer: Uint8Array, start: number, end: number, shared: Secret): boolean {
		const middle = start + MLKEMLength.ciphertext;
		if (end - start !== MLKEMLength.ciphertext + ProtocolLength.x25519) return false;
		const value = new Secret(ProtocolLength.x25519);
		try {
			return this.classic.agree(peer, middle, end, value) && this.kem.decapsulate(peer, start, middle, value, shared);
		} finally {
			value.close();
		}
	}

	close(): void {
		this.classic.close();
		this.kem.close();
	}
}

export const hybrid: Hybrid | undefined = Object.freeze({ makeShare: () => new X25519MLKEM768() });
