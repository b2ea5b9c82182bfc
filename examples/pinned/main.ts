/*
	Talks to a device in the local network that has a certificate of its own making. No CA vouches for it: its key is
	pinned. `config.pin` is the SHA-256 of its SubjectPublicKeyInfo in hexadecimal:

	    openssl x509 -in device.pem -pubkey -noout | openssl pkey -pubin -outform der | sha256sum
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import { TLSClient } from "tls/client";
import { HTTPClient } from "tls/https";

function bytesOf(hex: string): Uint8Array {
	return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

const client = new HTTPClient({
	host: config.address,
	port: Number(config.port),
	socket: {
		io: TLSClient,
		TCP: { io: TCP },
		secure: { pins: [bytesOf(config.pin)], pinsInsteadOfRoots: true },
	},
	onError(error) {
		trace(`failed: ${error.message}\n`);
	},
});

client.request({
	path: "/status",
	onHeaders(status) {
		trace(`status ${status}\n`);
	},
	onReadable(count) {
		trace(String.fromArrayBuffer(this.read(count)!), "\n");
	},
	onDone() {
		client.close();
	},
});
