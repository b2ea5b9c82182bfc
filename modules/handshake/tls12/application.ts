/*
	TLS 1.2 after the handshake: nothing but a server's wish to renegotiate, which is refused (RFC 5246 section 7.4.1.1,
	RFC 5746).
*/

import { refuse, TLSError } from "../../errors";
import { AlertDescription, HandshakeType } from "../../wire/numbers";
import type { Exporter } from "../exporter";
import type { Link, PostHandshake } from "../link";

/** HelloRequests that are answered; a server that still asks is not. */
const MAX_REFUSALS = 8;

export class Application12 implements PostHandshake {
	readonly owesUpdate = false;
	#refusals = 0;
	/** XS: absent field */
	declare exporter: Exporter | undefined;

	expectType(type: number): void {
		if (type !== HandshakeType.hello_request)
			throw new TLSError("unexpected_message", `server sent handshake message ${type} after the handshake`);
	}

	receive(link: Link): undefined {
		link.reader.finish();
		if (this.#refusals++ < MAX_REFUSALS) link.warn(AlertDescription.no_renegotiation);
		return undefined;
	}

	requestUpdate(): void {
		refuse("TLS 1.2 has no KeyUpdate: open a new connection for new keys");
	}

	updateKey(): void {
		throw new TLSError(
			"crypto",
			"the connection has used up its keys, and TLS 1.2 has no way to get others: open a new one",
		);
	}

	close(): void {
		this.exporter?.close();
	}
}
