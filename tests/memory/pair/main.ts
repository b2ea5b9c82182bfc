/*
	Two HTTPS requests at once, in as little memory as an app can do with; each says in a line of JSON how it ended.
	Measured by host-sim/bench.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import { TLSClient } from "tls/client";
import type { TLSError } from "tls/errors";

const request = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

function get(buffer: Uint8Array): void {
	let isSent = false;
	let received = 0;
	new TLSClient({
		host: "localhost",
		address: "127.0.0.1",
		port: Number(config.port),
		TCP: { io: TCP },
		secure: { certificate: config.ca, recordSizeLimit: 4096 },
		onWritable() {
			if (!isSent) this.write(ArrayBuffer.fromString(request));
			isSent = true;
		},
		onReadable() {
			for (let count; (count = this.read(buffer) as number | undefined) !== undefined; ) received += count;
		},
		onError({ code, message }: TLSError) {
			trace(`${JSON.stringify({ code, message, received })}\n`);
		},
	});
}

// called by the runtime, when the app's own machine runs: what is preloaded can't connect
export default function (): void {
	const buffer = new Uint8Array(256);
	get(buffer);
	get(buffer);
}
