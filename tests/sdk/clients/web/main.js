/* The web's WebSocket, as the SDK has it, over TLS: a short text and 40,000 bytes, which come back; then it is closed. */

import config from "mc/config";
import WebSocket from "WebSocket";

const socket = new WebSocket(`wss://localhost:${config.port}/`);
socket.binaryType = "arraybuffer";
socket.onopen = () => {
	trace("open\n");
	socket.send(ArrayBuffer.fromString("hello"));
};
socket.onmessage = ({ data }) => {
	trace(`${data.byteLength} bytes\n`);
	if (data.byteLength === 5) socket.send(new Uint8Array(40000).fill(0x61).buffer);
	else socket.close();
};
socket.onclose = () => trace("closed\n");
socket.onerror = () => trace("error\n");
