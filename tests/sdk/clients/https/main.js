/* The SDK's HTTPClient over TLS: two GETs of 100,000 bytes on one connection. */

import config from "mc/config";

const client = new device.network.https.io({ ...device.network.https, host: "localhost", port: Number(config.port) });
let requests = 0;

function get() {
	let length = 0;
	requests++;
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
			if (!error && requests < 2) get();
			else client.close();
		},
	});
}

get();
