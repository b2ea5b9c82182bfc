/*
	"tls/handshake/clienthello" in the app that replays recorded handshakes: the recording's ClientHello goes out in
	place of one of ours.
*/

import type { Hello } from "tls/handshake/offer";
import type { Writer } from "tls/wire/writer";

type Write = (w: Writer, hello: Hello) => void;

let write: Write | undefined;

/** From now on `writer` writes every ClientHello. */
export function writeHellosWith(writer: Write): void {
	write = writer;
}

export function writeClientHello(w: Writer, hello: Hello): void {
	write!(w, hello);
}
