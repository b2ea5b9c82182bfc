/*
	A WebSocket over TLS (wss) with the SDK's client.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
import WebSocketClient from "embedded:network/websocket/client";
import Resource from "Resource";
import { TLSClient } from "tls/client";
import { RootStore } from "tls/trust";

let isSent = false;

// named, as the SDK's types know of `io` alone
const dns = { io: Resolver, servers: [config.servers], socket: { io: UDP } };
const socket = {
	io: TLSClient,
	TCP: { io: TCP },
	secure: config.ca ? { certificate: config.ca } : { roots: new RootStore(new Resource(config.roots)) },
};

const client = new WebSocketClient({
	host: config.host,
	port: Number(config.port),
	path: config.path,
	dns,
	socket,
	onWritable() {
		if (isSent) return;
		isSent = true;
		client.write(ArrayBuffer.fromString('{"hello":"world"}'), { binary: false });
	},
	onReadable(count: number) {
		trace(String.fromArrayBuffer(client.read(count)), "\n");
		client.close();
	},
	onError() {
		trace("failed: the connection has ended\n");
	},
});
