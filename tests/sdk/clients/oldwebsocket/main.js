/* The SDK's module "websocket" with SecureSocket: a text, bytes, and what MQTT over it sends; then it is closed. */

import config from "mc/config";
import { Client } from "websocket";
import Timer from "timer";
import SecureSocket from "securesocket";

const client = new Client({
	host: "localhost",
	port: Number(config.port),
	path: "/",
	protocol: "echo",
	headers: ["x-test", "yes"],
	Socket: SecureSocket,
	secure: {},
});
client.callback = function (message, value) {
	switch (message) {
		case Client.connect:
			trace("connected\n");
			break;
		case Client.handshake:
			trace("handshake\n");
			this.write("hello");
			break;
		case Client.receive:
			trace(`${value.byteLength} bytes\n`);
			// the server sends all back as bytes, and a frame that closes as it is
			if (value.byteLength === 5) this.write(new ArrayBuffer(600));
			else this.socket.write(0x88, 0x80, 0, 0, 0, 0);
			break;
		case Client.disconnect:
			trace("disconnected\n");
			Timer.set(() => this.close());
			break;
	}
};
