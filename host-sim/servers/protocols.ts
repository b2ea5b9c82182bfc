/*
	Servers for the SDK's WebSocket and MQTT clients: as much of RFC 6455 and of MQTT 3.1.1 as those use.
*/

import { createHash } from "node:crypto";
import { createServer, type Server, type ServerOptions } from "node:https";
import type { TLSSocket } from "node:tls";

/** Frames of a client, unmasked, come back as one message; close comes back as it is (RFC 6455). */
function webSocketFrames(socket: TLSSocket): void {
	let rest = Buffer.alloc(0);
	let message: Buffer[] = [];
	socket.on("data", data => {
		rest = Buffer.concat([rest, data]);
		for (;;) {
			if (rest.length < 2) return;
			const short = rest[1]! & 0x7f,
				extra = short === 126 ? 2 : short === 127 ? 8 : 0,
				at = 6 + extra;
			if (rest.length < at) return;
			const length = extra === 2 ? rest.readUInt16BE(2) : extra ? rest.readUInt32BE(6) : short;
			if (rest.length < at + length) return;
			const mask = rest.subarray(at - 4, at);
			message.push(Buffer.from(rest.subarray(at, at + length).map((byte, i) => byte ^ mask[i & 3]!)));
			const opcode = rest[0]! & 15;
			const isLast = (rest[0]! & 0x80) !== 0;
			rest = rest.subarray(at + length);
			if (opcode === 8) {
				socket.end(Buffer.from([0x88, 0]));
				return;
			}
			if (!isLast) continue;
			const body = Buffer.concat(message);
			message = [];
			const head = body.length < 126 ? [0x82, body.length] : [0x82, 126, body.length >> 8, body.length & 255];
			socket.write(Buffer.concat([Buffer.from(head), body]));
		}
	});
}

/** Sends each message back. */
export function webSocketServer(identity: ServerOptions): Server {
	return createServer(identity).on("upgrade", (request, socket) => {
		const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
		const key = createHash("sha1")
			.update(String(request.headers["sec-websocket-key"]) + guid)
			.digest("base64");
		socket.write(
			`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
		);
		webSocketFrames(socket as TLSSocket);
	});
}

/** The two bytes after the topic of a PUBLISH. */
function packetIdentifier(packet: Buffer, at: number): Buffer {
	const start = at + 2 + packet.readUInt16BE(at);
	return packet.subarray(start, start + 2);
}

/** Answers CONNECT, SUBSCRIBE and PUBLISH with QoS 1, and sends back what is published with QoS 0 (MQTT 3.1.1). */
export function answerMQTT(socket: TLSSocket): void {
	let rest = Buffer.alloc(0);
	socket.on("error", () => {});
	socket.on("data", data => {
		rest = Buffer.concat([rest, data]);
		for (;;) {
			let length = 0,
				at = 1,
				shift = 0;
			do {
				if (at >= rest.length) return;
				length |= (rest[at]! & 0x7f) << shift;
				shift += 7;
			} while (rest[at++]! & 0x80);
			if (rest.length < at + length) return;
			const packet = rest.subarray(0, at + length);
			rest = rest.subarray(at + length);
			switch (packet[0]! >> 4) {
				case 1:
					socket.write(Buffer.from([0x20, 2, 0, 0]));
					break;
				case 3:
					if (packet[0]! & 6) socket.write(Buffer.from([0x40, 2, ...packetIdentifier(packet, at)]));
					else socket.write(packet);
					break;
				case 8:
					socket.write(Buffer.from([0x90, 3, packet[at]!, packet[at + 1]!, 0]));
			}
		}
	});
}

/**
 * Reads the head and the chunks of a request, and answers "ok" once there are `total` bytes. What comes after them is
 * not read. The SDK's HTTPClient (8.2.3) sends its last chunk from the offset of what it sent before, over TCP, too.
 */
export function takeChunks(socket: TLSSocket, total: number, sizes: number[], onHead: (text: string) => void): void {
	let rest = Buffer.alloc(0);
	let hasHead = false,
		left = total;
	socket.on("error", () => {});
	socket.on("data", data => {
		rest = Buffer.concat([rest, data]);
		const end = rest.indexOf("\r\n\r\n");
		if (!hasHead && end < 0) return;
		if (!hasHead) {
			onHead(rest.subarray(0, end + 4).toString());
			rest = rest.subarray(end + 4);
			hasHead = true;
		}
		while (left > 0) {
			const [line] = /^[0-9a-f]+\r\n/.exec(rest.subarray(0, 10).toString("latin1")) ?? [];
			const size = Number.parseInt(line ?? "0", 16);
			if (!line || rest.length < line.length + size + 2) return;
			if (rest.readUInt16BE(line.length + size) !== 0x0d0a) {
				socket.destroy();
				return;
			}
			sizes.push(size);
			left -= size;
			rest = rest.subarray(line.length + size + 2);
		}
		if (left === 0) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
		left = -1;
	});
}
