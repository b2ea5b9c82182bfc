/*
	Elliptic-curve Diffie-Hellman of TLS 1.2, with keys made for the occasion (RFC 8422).
*/

import { TLSError } from "../../errors";
import { groupName } from "../../wire/names";
import { NamedGroup } from "../../wire/numbers";
import type { Writer } from "../../wire/writer";
import { KeyShare } from "tls/hardware/agree";
import { Secret } from "tls/hardware/secret";
import { sharedLength } from "../keyshare";
import { offeredGroups } from "../offered";
import type { Share } from "../share";
import type { Hello } from "../offer";
import type { Link } from "../link";
import type { KeyExchange } from "./exchange";

/** RFC 8422 section 5.4: the one kind of curve description that is left. */
const NAMED_CURVE = 3;

export class ECDHE implements KeyExchange {
	readonly isSigned = true;
	group = 0;
	/** Where the server's public key lies in the ServerKeyExchange. */
	private start = 0;
	private end = 0;
	private readonly hello: Hello;
	private share: Share | undefined = undefined;
	private shared: Secret | undefined = undefined;

	/** `hello` may have a share that serves. */
	constructor(hello: Hello) {
		this.hello = hello;
	}

	/** ServerECDHParams (RFC 8422 section 5.4) */
	readParameters({ config, reader: r }: Link): void {
		const curveType = r.u8();
		const group = (this.group = r.u16());
		if (curveType !== NAMED_CURVE || !config.groups.includes(group) || group === NamedGroup.x25519mlkem768)
			throw new TLSError(
				"illegal_parameter",
				`the server's key is of group ${groupName(group)}, which was not offered: offered ${offeredGroups(config)}`,
			);
		this.start = r.skipVector(1, 1, 255);
		this.end = r.at;
	}

	/** First the client's own keys; those in the ClientHello serve if the group is the same. Then the shared value. */
	step({ message }: Link): boolean {
		const hello = this.hello,
			share = this.share;
		if (!share) {
			if (hello.share && hello.group === this.group) {
				this.share = hello.share;
				hello.share = undefined;
			} else {
				hello.closeShare();
				this.share = new KeyShare(this.group);
			}
			return true;
		}
		this.shared = new Secret(sharedLength(share.publicLength));
		if (!share.agree(message, this.start, this.end, this.shared))
			throw new TLSError("illegal_parameter", "the server's key is not a valid public key of its group");
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
