/*
	RSA key transport (RFC 5246 section 7.4.7.1): the client makes the secret and encrypts it with the server's key. The
	server proves itself only by its Finished.
*/

import { TLSError } from "../../errors";
import type { KeyExchange } from "../../handshake/tls12/exchange";
import { ProtocolVersion } from "../../wire/numbers";
import type { Writer } from "../../wire/writer";
import { KeyUsage } from "../../x509/certificate";
import type { VerifiedPeer } from "../../x509/policy";
import { KeyKind } from "../../crypto/signature";
import { encryptPremaster } from "tls/hardware/legacy/rsa";
import { Secret } from "tls/hardware/secret";

const PREMASTER_LENGTH = 48;

export class RSA implements KeyExchange {
	readonly isSigned = false;
	readonly group = 0;
	private readonly peer: VerifiedPeer;
	private premaster: Secret | undefined;

	constructor(peer: VerifiedPeer) {
		if (!(peer.keyUsage & KeyUsage.keyEncipherment))
			throw new TLSError(
				"unsupported_certificate",
				"the server's certificate may not take encrypted keys (its key usage), as RSA key transport needs",
			);
		if (peer.key!.kind !== KeyKind.rsa)
			throw new TLSError(
				"unsupported_certificate",
				"server's key is for RSASSA-PSS alone, and can't decrypt as RSA key transport needs",
			);
		this.peer = peer;
	}

	readParameters(): void {
		throw new TLSError("internal", "RSA key transport has no parameters");
	}

	step(): boolean {
		return false;
	}

	/** EncryptedPreMasterSecret; the version in it is the one that the ClientHello said. */
	write(w: Writer): void {
		const { bytes, start, end, bits } = this.peer.key!;
		const field = w.open(2);
		const length = (bits + 7) >> 3;
		const at = w.reserve(length);
		this.premaster = new Secret(PREMASTER_LENGTH);
		encryptPremaster(ProtocolVersion.tls12, bytes, start, end, this.premaster, w.bytes, at);
		w.close(2, field);
	}

	takeSecret(): Secret {
		const secret = this.premaster!;
		this.premaster = undefined;
		return secret;
	}

	close(): void {
		this.premaster?.close();
	}
}
