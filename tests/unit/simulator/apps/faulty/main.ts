/*
	One request after the other to a server at config.port, each with a fault of an accelerator: config.faults lists
	[action, name, nth, delay?]. A line of JSON for each says how it ended, what came before, and what native memory it
	left behind.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import Timer from "timer";
import { TLSClient } from "tls/client";
import type { HandshakeInfo } from "tls/connection/connection";
import type { TLSError } from "tls/errors";
import { accelerate, collect, memory } from "simulator";

type Fault = [action: "fail" | "busy" | "memory" | "late", name: string, nth: number, delay?: number];

const faults = JSON.parse(config.faults) as Fault[];

function next(): void {
	const fault = faults.shift();
	if (!fault) return;
	let request = "GET / HTTP/1.0\r\n\r\n";
	let opened = false;
	let received = 0;
	let sum = 0;
	collect();
	const before = memory().nativeBytes;
	const done = (error: TLSError): void => {
		// memory is given back when the connection has ended, whatever ended it
		Timer.set(() => {
			collect();
			const left = memory().nativeBytes - before;
			trace(`${JSON.stringify({ fault, opened, received, sum, code: error.code, message: error.message, left })}\n`);
			// one that did not come to pass is not for the next connection: CCM's calls depend on the length of each
			// signature
			accelerate("late", fault[1], 1, 0);
			next();
		}, 1);
	};
	accelerate(...fault);
	try {
		new TLSClient({
			host: "localhost",
			address: "127.0.0.1",
			port: Number(config.port),
			TCP: { io: TCP },
			secure: {
				certificate: config.ca,
				...JSON.parse(config.secure),
				onHandshake: (_: HandshakeInfo) => {
					opened = true;
				},
			},
			onWritable() {
				const text = request;
				request = "";
				if (text) this.write(ArrayBuffer.fromString(text));
			},
			onReadable(count: number) {
				const piece = new Uint8Array(count);
				received += this.read(piece) as number;
				for (const byte of piece) sum = (sum + byte) % 65521;
			},
			onError: done,
		});
	} catch (error) {
		done(error as TLSError);
	}
}

// as all others: in the callback of a timer, which takes native memory itself
Timer.set(next);
