/* The SDK's MQTTClient over TLS: subscribes, publishes a short message and one of 16,384 bytes, gets both back. */

import config from "mc/config";

const MQTTClient = device.network.mqtts.io;
const total = 16384;
let left = 0,
	received = 0,
	topics = 0;

new MQTTClient({
	...device.network.mqtts,
	host: "localhost",
	port: Number(config.port),
	id: "device",
	onControl(message) {
		if (message.operation === MQTTClient.CONNACK)
			this.write(null, { operation: MQTTClient.SUBSCRIBE, items: [{ topic: "a/+", QoS: 0 }] });
		if (message.operation === MQTTClient.SUBACK) {
			trace("subscribed\n");
			this.write(ArrayBuffer.fromString("short"), { topic: "a/short" });
		}
	},
	onReadable(count, options) {
		received += this.read(count).byteLength;
		if (options.more) return;
		trace(`${received} bytes\n`);
		received = 0;
		if (++topics === 1) {
			left = total - 3;
			this.write(ArrayBuffer.fromString("XXL"), { topic: "a/long", byteLength: total });
		} else this.close();
	},
	onWritable(count) {
		if (!left) return;
		const size = Math.min(count, left);
		left -= size;
		this.write(new Uint8Array(size).fill(0x61));
	},
	onError(error) {
		trace(`error ${error}\n`);
	},
});
