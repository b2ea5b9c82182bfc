/* The SDK's WebSocketClient over TLS: a short message and one of 40,000 bytes, both come back. */

import config from "mc/config";

const total = 40000;
let left = total,
	received = 0,
	room = 0,
	isShort = true,
	isSent = false;

/** As much of the long message as there is room for. */
function writeLong(client) {
	while (left && room > 0) {
		const size = Math.min(left, room);
		left -= size;
		room = client.write(new Uint8Array(size).fill(0x61), { binary: true, more: left > 0 });
	}
}

new device.network.wss.io({
	...device.network.wss,
	host: "localhost",
	port: Number(config.port),
	path: "/",
	onReadable(count, { more }) {
		received += this.read(count).byteLength;
		if (more) return;
		if (isShort) {
			trace(`${received} bytes\n`);
			isShort = false;
			received = 0;
			writeLong(this);
		} else if (received >= total) {
			trace(`${received} bytes\n`);
			this.close();
		}
	},
	onWritable(count) {
		room = count;
		if (!isShort) writeLong(this);
		else if (!isSent) room = this.write(ArrayBuffer.fromString("hello"));
		isSent = true;
	},
	onClose() {
		trace("closed\n");
	},
	onError(error) {
		trace(`error ${error}\n`);
	},
});
