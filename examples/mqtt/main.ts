/*
	MQTT over TLS with the SDK's client, where the device proves who it is by a certificate, as AWS IoT and other
	brokers want it. `config.certificate` and `config.key` are PEM; a product keeps its key in the chip's
	digital-signature peripheral, see hardware/ds.

	AWS IoT takes MQTT on port 8883, and on port 443 from clients that ask for "x-amzn-mqtt-ca" by ALPN:
	`config.protocol`.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
import MQTTClient from "embedded:network/mqtt/client";
import Resource from "Resource";
import { TLSClient } from "tls/client";
import { RootStore } from "tls/trust";

const TOPIC = "devices/state";

const client = new MQTTClient({
	host: config.host,
	port: Number(config.port),
	id: config.id,
	keepAlive: 60000,
	dns: { io: Resolver, servers: [config.servers], socket: { io: UDP } },
	socket: {
		io: TLSClient,
		TCP: { io: TCP },
		secure: {
			...(config.ca ? { certificate: config.ca } : { roots: new RootStore(new Resource(config.roots)) }),
			clientCertificates: config.certificate,
			clientKey: config.key,
			...(config.protocol ? { applicationLayerProtocolNegotiation: config.protocol } : {}),
		},
	},
	onControl(operation, message) {
		// the SDK gives one argument, an object, where its typings have two
		const kind = ((message ?? operation) as { operation?: number }).operation ?? operation;
		if (kind === MQTTClient.CONNACK) publish();
		if (kind === MQTTClient.PUBACK) {
			trace("published\n");
			client.close();
		}
	},
	onError(error) {
		// the SDK's client gives no reason: it prints the broker's refusal itself
		trace(`failed: ${error?.message ?? "the broker refused, or the connection has ended"}\n`);
	},
});

function publish(): void {
	const payload = ArrayBuffer.fromString(JSON.stringify({ temperature: 21 }));
	client.write(payload, { topic: TOPIC, QoS: 1, id: 1, byteLength: payload.byteLength });
}
