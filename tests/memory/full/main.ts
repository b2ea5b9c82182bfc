/*
	Requests of an app whose memory something else fills. For each of config.bytes, so many bytes are left in one piece;
	for each of config.slots, so many slots. Each of them ends with the answer or with an error; a line says which.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import { TLSClient } from "tls/client";
import type { TLSError } from "tls/errors";
import { fetch } from "tls/fetch";
import { hasRoom, largestBuffer } from "tls/hardware/memory";
import { HTTPClient } from "tls/https";
import { collect } from "simulator";

interface Cell {
	readonly next: Cell | undefined;
}

const options = { secure: { certificate: config.ca as string } };
const url = config.url + config.path;
/** What fills memory. */
let buffer: ArrayBuffer | undefined;
let cells: Cell | undefined;

function fillBytes(left: number): void {
	buffer = new ArrayBuffer(largestBuffer(0x7fffff) - left);
}

function fillSlots(left: number): void {
	while (hasRoom(0, left + 2)) cells = { next: cells };
}

function release(): void {
	buffer = cells = undefined;
	collect();
}

/** The app's own part takes little: no asynchronous function of it waits while memory is full. */
type Done = (result: string) => void;

let done: Done;

function failed(error: unknown): void {
	done((error as Partial<TLSError>).code ?? String(error));
}

function byClient(): void {
	const [, scheme, host, port] = /^(https?):\/\/([^:]+):(\d+)/.exec(config.url)!;
	const socket = scheme === "https" ? { io: TLSClient, TCP: { io: TCP }, ...options } : { io: TCP };
	let length = 0;
	try {
		const client = new HTTPClient({ host: host!, port: Number(port), socket });
		client.request({
			path: config.path,
			onReadable() {
				length += this.read()?.byteLength ?? 0;
			},
			onDone(error) {
				client.close();
				if (error) failed(error);
				else done(String(length));
			},
		});
	} catch (error) {
		failed(error);
	}
}

function pieces(response: AsyncIterable<Uint8Array>): void {
	const iterator = response[Symbol.asyncIterator]();
	let length = 0;
	const next = ({ value }: IteratorResult<Uint8Array, unknown>): void => {
		if (!value) {
			done(String(length));
			return;
		}
		length += (value as Uint8Array).length;
		iterator.next().then(next, failed);
	};
	iterator.next().then(next, failed);
}

function once(fill: () => void): Promise<string> {
	return new Promise(resolve => {
		done = result => {
			release();
			resolve(result);
		};
		fill();
		if (config.how === "client") byClient();
		else fetch(url, options).then(pieces, failed);
	});
}

async function main(): Promise<void> {
	// what the first request alone makes
	trace(`${await once(() => {})}\n`);
	for (const [name, fill] of [
		["bytes", fillBytes],
		["slots", fillSlots],
	] as const)
		for (const left of JSON.parse(config[name]) as number[]) {
			trace(`${name} ${left}: `);
			trace(`${await once(() => fill(left))}\n`);
		}
	trace(`${await once(() => {})}\n`);
}

main().catch((error: Error) => trace(`failed: ${error.message}\n`));
