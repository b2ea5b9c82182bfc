/* The SDK's HTTPClient over TLS: a GET of 100,000 bytes, and a POST in chunks, on one connection. */

import config from "mc/config";

const client = new device.network.https.io({ ...device.network.https, host: "localhost", port: Number(config.port) });

function get() {
	let length = 0;
	client.request({
		path: "/long",
		onHeaders(status, headers) {
			trace(`${status} ${headers.get("content-type")}\n`);
		},
		onReadable(count) {
			length += this.read(count).byteLength;
		},
		onDone(error) {
			trace(`${error ?? "done"} ${length}\n`);
			post();
		},
	});
}

/** As many bytes as the client says, 20,000 in all. */
function post() {
	let left = 20000,
		text = "";
	client.request({
		method: "POST",
		path: "/echo",
		headers: new Map([["transfer-encoding", "chunked"]]),
		onWritable(count) {
			while (left && count > 0) {
				const size = Math.min(count, left);
				left -= size;
				count = this.write(new Uint8Array(size).fill(0x61));
			}
			if (!left) {
				left = undefined;
				this.write();
			}
		},
		onReadable(count) {
			text += String.fromArrayBuffer(this.read(count));
		},
		onDone(error) {
			trace(`${error ?? "done"} ${text}\n`);
			client.close();
		},
	});
}

get();
