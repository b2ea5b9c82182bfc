/*
	The SDK's module "mqtt" with SecureSocket, directly and through its WebSocket: subscribes, publishes a short message and a longer one, gets both back, closes.
*/

import config from "mc/config";
import Client from "mqtt";
import SecureSocket from "securesocket";

function run(title, options, next) {
	const client = new Client({
		host: "localhost",
		port: Number(config.port),
		id: "device",
		Socket: SecureSocket,
		secure: {},
		...options,
	});
	client.onReady = () => {
		client.subscribe("a/+");
		client.publish("a/short", "hello");
	};
	client.onMessage = (topic, body) => {
		trace(`${title} ${topic} ${body.byteLength}\n`);
		if (topic === "a/short") client.publish("a/long", new ArrayBuffer(900));
		else {
			client.close();
			next?.();
		}
	};
	client.onClose = () => {
		trace(`${title} closed\n`);
		next?.();
	};
}

run("socket", {}, () => run("untrusted", { secure: { serverName: "other.example" } }));
