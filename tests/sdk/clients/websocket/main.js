/* The SDK's WebSocketClient over TLS: a short message and one of 40,000 bytes, both come back. */

import config from "mc/config";

const total = 40000;
let left = total,
	received = 0,
	isShort = true;

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
			this.isReady = true;
			this.send?.();
		} else if (received >= total) {
			trace(`${received} bytes\n`);
			this.close();
		}
	},
	onWritable(count) {
		if (isShort) {
			if (!this.isSent) this.write(ArrayBuffer.fromString("hello"));
			this.isSent = true;
			return;
		}
		const size = Math.min(left, Math.max(0, count - 8));
		if (!size) return;
		left -= size;
		this.write(new Uint8Array(size).fill(0x61), { binary: true, more: left > 0 });
	},
	onControl(opcode) {
		trace(`control ${opcode}\n`);
	},
	onClose() {
		trace("closed\n");
	},
	onError(error) {
		trace(`error ${error}\n`);
	},
});
