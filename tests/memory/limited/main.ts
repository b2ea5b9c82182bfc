/*
	One HTTPS request with a long answer in little memory, run by ../limited.test.ts. Says in a line of JSON how it
	ended, how much came, and how much of it at once. With config.copies each record is read whole, else 256 bytes at a
	time.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import { TLSClient } from "tls/client";
import type { TLSError } from "tls/errors";

function get(): void {
	const piece = new Uint8Array(256);
	let isSent = false;
	let received = 0;
	let most = 0;
	new TLSClient({
		host: "localhost",
		address: "127.0.0.1",
		port: Number(config.port),
		TCP: { io: TCP },
		secure: { certificate: config.ca, ...JSON.parse(config.secure) },
		onWritable() {
			if (isSent) return;
			isSent = true;
			this.write(ArrayBuffer.fromString(`GET ${config.path} HTTP/1.0\r\nhost: localhost\r\n\r\n`));
		},
		onReadable(count: number) {
			if (count > most) most = count;
			if (Number(config.copies)) received += (this.read() as ArrayBuffer).byteLength;
			else for (let got; (got = this.read(piece) as number | undefined) !== undefined; ) received += got;
		},
		onError({ code, message }: TLSError) {
			trace(`${JSON.stringify({ code, message, received, most })}\n`);
		},
	});
}

// called by the runtime, when the app's own machine runs: what is preloaded can't connect
export default get;
