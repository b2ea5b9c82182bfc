/*
	Two TLS connections at once in 32 KB. Each says how long the server's records may be. Without that, the first
	connection would ask for what memory allows when it is made, and leave too little for the second.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import Resource from "Resource";
import { TLSClient } from "tls/client";
import { RootStore } from "tls/trust";

const trusted = config.ca ? { certificate: config.ca } : { roots: new RootStore(new Resource(config.roots)) };

function ask(name: string): void {
	let isSent = false,
		received = 0;
	new TLSClient({
		host: config.host,
		address: config.address,
		port: Number(config.port),
		TCP: { io: TCP },
		secure: { ...trusted, recordSizeLimit: 2048, tls_max_fragment_length: 2048, maxMessage: 4096 },
		onWritable(count) {
			const request = ArrayBuffer.fromString(
				`GET /${name} HTTP/1.1\r\nhost: ${config.host}\r\nconnection: close\r\n\r\n`,
			);
			if (isSent || count < request.byteLength) return;
			isSent = true;
			this.write(request);
		},
		onReadable(count) {
			const piece = new Uint8Array(256);
			for (let left = count; left > 0; left -= piece.length) received += this.read(piece) as number;
		},
		onError(error) {
			if (error.code === "closed") trace(`${name}: ${received} bytes received\n`);
			else trace(`failed: ${name}: ${error.message}\n`);
		},
	});
}

ask("one");
ask("two");
