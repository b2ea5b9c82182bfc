/* The SDK's HTTPClient over TLS: a POST of 40,000 bytes in chunks, each as long as the client says that it may be. */

import config from "mc/config";

const client = new device.network.https.io({ ...device.network.https, host: "localhost", port: Number(config.port) });
let left = 40_000,
	text = "";

client.request({
	method: "POST",
	path: "/echo",
	headers: new Map([["transfer-encoding", "chunked"]]),
	onWritable(count) {
		if (!left) return;
		const size = Math.min(count, left);
		this.write(new Uint8Array(size).fill(0x61));
		left -= size;
		if (!left) this.write();
	},
	onReadable(count) {
		text += String.fromArrayBuffer(this.read(count));
	},
	onDone(error) {
		trace(`${error ?? "posted"} ${text}\n`);
		client.close();
	},
});
