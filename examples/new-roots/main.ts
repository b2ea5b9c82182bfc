/*
	Replaces the root store in the field. It fetches a new one over TLS, keeps it in a partition of flash (slots.ts),
	and trusts it from then on. The maker's signature alone makes it right; the server need not be trusted for it. Make
	and sign one with npm run roots -- --common --sign KEY.pem --version 2, and see the manifest for the rest.
*/

import Flash from "flash";
import config from "mc/config";
import Resource from "Resource";
import TCP from "embedded:io/socket/tcp";
import { TLSClient } from "tls/client";
import { RootStore } from "tls/trust";
import { RootSlots } from "./slots";

/** Longest head of an answer, in bytes. */
const MAX_HEAD = 1024;

const slots = new RootSlots(new Flash("roots"), config.key, Number(config.version));
const kept = slots.open();
let roots = kept ?? new RootStore(new Resource(config.roots));
trace(`${kept ? `root store of version ${kept.version}` : "the firmware's root store"}, ${roots.count} roots\n`);

/** The value of a header field; undefined if it is not there. */
function fieldOf(head: string, name: string): string | undefined {
	for (const line of head.split("\r\n")) {
		const colon = line.indexOf(":");
		if (colon > 0 && line.slice(0, colon).toLowerCase() === name) return line.slice(colon + 1).trim();
	}
	return undefined;
}

/** Reads an answer: its head, then the store, which goes to flash piece by piece. */
class Download {
	private head = "";
	private isBegun = false;
	private left = 0;

	/** Takes what has come. True when the store is complete. */
	take(bytes: Uint8Array): boolean {
		let at = 0;
		while (!this.isBegun && at < bytes.length) {
			this.head += String.fromCharCode(bytes[at++]!);
			if (this.head.length > MAX_HEAD) throw new Error("the answer's head is too long");
			if (this.head.endsWith("\r\n\r\n")) this.begin();
		}
		if (at < bytes.length) {
			slots.append(bytes.subarray(at));
			this.left -= bytes.length - at;
		}
		return this.isBegun && this.left === 0;
	}

	private begin(): void {
		const status = this.head.split(" ", 2)[1];
		if (status !== "200") throw new Error(`the server answers with status ${status}, expected 200`);
		this.left = Number(fieldOf(this.head, "content-length"));
		slots.begin(this.left);
		this.isBegun = true;
		this.head = "";
	}
}

/** Fetches a store. A failure leaves the one in use. */
function update(): void {
	const download = new Download();
	let isSent = false;
	new TLSClient({
		host: config.host,
		address: config.address,
		port: Number(config.port),
		TCP: { io: TCP },
		secure: { roots },
		onWritable(count: number) {
			const request = `GET ${config.path} HTTP/1.1\r\nhost: ${config.host}\r\nconnection: close\r\n\r\n`;
			if (isSent || count < request.length) return;
			isSent = true;
			this.write(ArrayBuffer.fromString(request));
		},
		onReadable(count: number) {
			try {
				if (!download.take(new Uint8Array(this.read(count) as ArrayBuffer))) return;
				this.close();
				roots = slots.finish();
				trace(`installed: root store of version ${roots.version}, ${roots.count} roots\n`);
			} catch (error) {
				this.close();
				keepOld(error as Error);
			}
		},
		onError: keepOld,
	});
}

function keepOld({ message }: Error): void {
	trace(`the root store in use stays: ${message}\n`);
}

update();
