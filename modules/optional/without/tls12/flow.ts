/*
	"tls/handshake/tls12/flow" in a build without TLS 1.2: a server that picks it, or less, is refused.
*/

import { TLSError } from "tls/errors";
import { checkVersion12 } from "tls/handshake/answers";
import type { Link } from "tls/handshake/link";

export function flow12({ reader, config }: Link): never {
	checkVersion12(reader, config);
	throw new TLSError("unsupported_version", "the server picked TLS 1.2, which this build leaves out");
}
