/*
	The device in the sweep over messages and memory (../sweep.test.ts). For each digit of config.plan it opens that
	many connections at once to the name of that case. When all have ended it opens a good one, which sends a request.
	Each case ends with a line: its number, how its connections ended, "|", and how the good one did.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import Timer from "timer";
import { TLSClient } from "tls/client";
import type { TLSClientOptions } from "tls/client";
import type { TLSError } from "tls/errors";
import { trustCertificates } from "tls/trust";

/** What the cases share: connections find it as `target`, so that none needs closures. */
class Sweep {
	private index = 0;
	private left = 0;
	private isGood = false;
	private isSent = false;
	private line = "";
	private readonly request = ArrayBuffer.fromString("GET / HTTP/1.1\r\n\r\n");
	private readonly options: TLSClientOptions;
	/** Of the last good connection: the next case resumes it. */
	session: ArrayBuffer | undefined;
	private readonly turn = (): void => this.next();

	constructor() {
		this.options = {
			host: "",
			address: "127.0.0.1",
			port: Number(config.port),
			TCP: { io: TCP },
			target: this,
			onError,
			onReadable,
			onWritable,
			secure: {
				roots: trustCertificates([config.ca]),
				onSession: config.key ? session => this.keep(session) : () => {},
				inflate: () => false,
				...(config.key ? { psk: { identity: "device", key: ArrayBuffer.fromString(config.key) } } : {}),
				...JSON.parse(config.secure),
			},
		};
	}

	next(): void {
		const count = Number(config.plan[this.index]);
		if (!count) return;
		this.isSent = false;
		this.left = this.isGood ? 1 : count;
		const name = `${this.isGood ? "good" : "c"}${this.index}.sweep.test`;
		this.options.host = name;
		if (config.key) this.arm(name);
		for (let i = this.left; i > 0; i--) this.open();
	}

	private keep(session: ArrayBuffer): void {
		if (this.isGood) this.session = session;
	}

	/**
	 * One server name for all, as a session belongs to it; the server finds the case in the protocol that is offered.
	 */
	private arm(name: string): void {
		const secure = this.options.secure;
		secure.serverName = "all.sweep.test";
		secure.applicationLayerProtocolNegotiation = [name];
		if (this.isGood) delete secure.session;
		else if (this.session) secure.session = this.session;
	}

	private open(): void {
		try {
			new TLSClient(this.options);
		} catch (error) {
			this.ended((error as TLSError).code ?? String(error));
		}
	}

	write(client: TLSClient): void {
		if (!this.isGood || this.isSent) return;
		this.isSent = true;
		client.write(this.request);
	}

	ended(code: string): void {
		this.line += this.line ? ` ${code}` : `${this.index} ${code}`;
		if (--this.left) return;
		if (this.isGood) {
			trace(this.line, "\n");
			this.line = "";
			this.index++;
		} else this.line += " |";
		this.isGood = !this.isGood;
		Timer.set(this.turn);
	}
}

function onError(this: TLSClient, error: TLSError): void {
	(this.target as Sweep).ended(error.code);
}

function onReadable(this: TLSClient): void {
	while (this.read());
}

function onWritable(this: TLSClient): void {
	(this.target as Sweep).write(this);
}

// called by the runtime, when the app's own machine runs: what is preloaded can't connect
export default function (): void {
	new Sweep().next();
}
