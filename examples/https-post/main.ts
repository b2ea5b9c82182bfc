/*
	Sends measurements to an HTTPS server, one POST after the other over one connection. Where the server has ended it
	meanwhile, the client opens another and resumes its TLS session.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import Net from "net";
import Resource from "Resource";
import Timer from "timer";
import { TLSClient } from "tls/client";
import { HTTPClient } from "tls/https";
import { RootStore } from "tls/trust";

/** ECMA-419's resolver on the SDK's Net. */
class Resolver {
	resolve(options: { host: string; onResolved(host: string, address: string): void; onError(): void }): void {
		Net.resolve(options.host, (name, address) => {
			if (address) options.onResolved(name, address);
			else options.onError();
		});
	}
}

const trusted = config.ca ? { certificate: config.ca } : { roots: new RootStore(new Resource(config.roots)) };

const client = new HTTPClient({
	host: config.host,
	port: Number(config.port),
	dns: { io: Resolver },
	socket: { io: TLSClient, TCP: { io: TCP }, secure: trusted },
	onError(error) {
		// the client is closed: a real device makes a new one after a while
		trace(`failed: ${error.message}\n`);
	},
	onClose() {
		trace("the server closed the connection; the next request opens another\n");
	},
});

function post(value: object, done: (answer: string) => void): void {
	const body = ArrayBuffer.fromString(JSON.stringify(value));
	let text = "",
		sent = 0;
	client.request({
		method: "POST",
		path: "/measurements",
		headers: new Map([
			["content-type", "application/json"],
			["content-length", String(body.byteLength)],
		]),
		onWritable(count) {
			const end = Math.min(sent + count, body.byteLength);
			this.write(new Uint8Array(body, sent, end - sent));
			sent = end;
		},
		onReadable(count) {
			text += String.fromArrayBuffer(this.read(count)!);
		},
		onDone(error) {
			if (!error) done(text);
		},
	});
}

let left = Number(config.count);

function measure(): void {
	post({ temperature: 20 + left }, answer => {
		trace(`${answer}\n`);
		if (--left > 0) Timer.set(measure, 100);
		else client.close();
	});
}

measure();
