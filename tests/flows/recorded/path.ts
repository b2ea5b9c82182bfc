/*
	"tls/x509/path" in the app that replays recorded handshakes. The recorded certificates have keys of 1024 bits or no
	name: the key is taken as it is, so that the rest can be checked. PSA verifies by it (the manifest's "defines"):
	rsa.c does no key of 1024 bits.
*/

import { KeyKind } from "tls/hardware/signature";
import { Certificate } from "tls/x509/certificate";
import type { StatusSubject } from "tls/x509/ocsp";
import type { VerifiedPeer } from "tls/x509/policy";

export class PathSearch {
	peer: VerifiedPeer | undefined;
	subject: StatusSubject | undefined;

	constructor(message: Uint8Array, ranges: readonly number[], ..._policy: unknown[]) {
		const { keyKind, keyStart, keyEnd, keyBits } = new Certificate().read(message, ranges[0]!, ranges[1]!, 0);
		const rsaAt = ranges[0]! + 117; // RSAPublicKey in the SubjectPublicKeyInfo
		const bytes = keyKind ? message.slice(keyStart, keyEnd) : message.slice(rsaAt, rsaAt + 140);
		const key = { kind: keyKind || KeyKind.rsa, bytes, start: 0, end: bytes.length, bits: keyBits || 1024 };
		this.peer = {
			key,
			keyUsage: -1,
			subject: "recorded",
			needsStatus: false,
			verifiedAt: 0,
			validUntil: 0xffffffff,
		};
	}

	step(): boolean {
		return false;
	}
}
