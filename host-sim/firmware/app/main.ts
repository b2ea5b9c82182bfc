/*
	The app of `npm run firmware`: one HTTPS request over TLS 1.3. Its "now" is the count of instructions. The client
	looks at it where a phase of the handshake ends. So each look is a mark as well, from which the figures are read.
*/

import config from "mc/config";
import { instructions, mark } from "firmware";
import TCP from "embedded:io/socket/tcp";
import { TLSClient } from "tls/client";
import type { TLSError } from "tls/errors";
import { phaseNames } from "tls/names";

const TLS13 = 0x0304;

const request = `GET ${config.path} HTTP/1.1\r\nhost: ${config.host}\r\nuser-agent: xs-tls\r\nconnection: close\r\n\r\n`;
/** What is read at a time. */
const piece = new Uint8Array(256);
let isSent = false;
let looks = 0;

new TLSClient({
	host: config.host,
	address: config.host,
	port: Number(config.port),
	TCP: { io: TCP },
	secure: {
		certificate: config.ca,
		minVersion: TLS13,
		now() {
			mark(looks === 0 ? "start" : (phaseNames[looks - 1] ?? "more"));
			looks++;
			return instructions();
		},
		onHandshake({ suite, peer }) {
			trace(`TLS 1.3, ${suite}, peer: ${peer.subject}\n`);
		},
	},
	onWritable(count) {
		if (isSent || count < request.length) return;
		isSent = true;
		this.write(ArrayBuffer.fromString(request));
	},
	onReadable(count) {
		for (let left = count; left > 0; left -= piece.length) {
			const length = this.read(piece) as number;
			trace(String.fromArrayBuffer(length === piece.length ? piece.buffer : piece.buffer.slice(0, length)));
		}
	},
	onError(error: TLSError) {
		if (error.code !== "closed") throw error;
		mark("request");
	},
});
