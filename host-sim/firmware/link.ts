/*
	The other end of the firmware's serial line (board/link.c): a TCP server on loopback that QEMU connects its serial
	port to. It opens the connections that the firmware asks for and carries their bytes. What a server sends is passed
	on when it has been quiet for a moment, and in pieces of a segment. So the firmware meets the same events in each
	run.

	A run can be kept, and played back to a firmware that sends the same bytes. Then nothing in it depends on a server's
	random numbers.
*/

import { createServer, connect, type Socket } from "node:net";

import { Problem } from "../build/files.js";

const headerSize = 4;
const segment = 1460;
/** Milliseconds in which a server that has more to say would have said it. */
const quiet = 40;

/** What went over the line: how many bytes the firmware had sent when `bytes` were sent to it. */
export interface Transcript {
	readonly answers: readonly { readonly after: number; readonly bytes: Uint8Array }[];
	/** All that the firmware sent. */
	readonly sent: Uint8Array;
}

export interface LinkOptions {
	/** What the server's side said in an earlier run; nothing is connected to then. */
	readonly replay?: Transcript;
}

function frame(kind: string, number: number, bytes: Uint8Array = new Uint8Array()): Buffer {
	const header = Buffer.from([kind.charCodeAt(0), number, bytes.length & 0xff, bytes.length >> 8]);
	return Buffer.concat([header, bytes]);
}

/** One connection that the firmware asked for. */
class Connection {
	readonly #socket: Socket;
	readonly #number: number;
	readonly #send: (bytes: Buffer) => void;
	#waiting: Buffer[] = [];
	#timer: NodeJS.Timeout | undefined;
	#isOver = false;

	constructor(number: number, host: string, port: number, send: (bytes: Buffer) => void) {
		this.#number = number;
		this.#send = send;
		this.#socket = connect({ host, port, noDelay: true });
		this.#socket.on("connect", () => send(frame("O", number)));
		this.#socket.on("data", (data: Buffer) => {
			this.#waiting.push(data);
			clearTimeout(this.#timer);
			this.#timer = setTimeout(() => this.#flush(), quiet);
		});
		this.#socket.on("error", () => {});
		this.#socket.on("close", () => this.#end());
		this.#socket.on("end", () => this.#end());
	}

	#flush(): void {
		clearTimeout(this.#timer);
		const data = Buffer.concat(this.#waiting);
		this.#waiting = [];
		for (let at = 0; at < data.length; at += segment)
			this.#send(frame("D", this.#number, data.subarray(at, at + segment)));
	}

	#end(): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#flush();
		this.#send(frame("E", this.#number));
	}

	write(data: Uint8Array): void {
		if (!this.#socket.destroyed) this.#socket.write(data);
	}

	close(): void {
		this.#isOver = true;
		clearTimeout(this.#timer);
		this.#socket.end();
		this.#socket.resume();
	}

	/** What was written still goes out. */
	destroy(): void {
		this.close();
		this.#socket.destroySoon();
	}
}

export class Link {
	readonly #server = createServer(socket => this.#attach(socket));
	readonly #replay: Transcript | undefined;
	readonly #answers: { after: number; bytes: Uint8Array }[] = [];
	readonly #sent: Buffer[] = [];
	readonly #connections = new Set<Connection>();
	#line: Socket | undefined;
	#lineEnded: Promise<void> | undefined;
	#connection: Connection | undefined;
	#buffer = Buffer.alloc(0);
	#count = 0;
	#played = 0;
	#isOver = false;

	constructor({ replay }: LinkOptions = {}) {
		this.#replay = replay;
	}

	/** Starts to listen; returns the port for QEMU. */
	async listen(): Promise<number> {
		await new Promise<void>((done, fail) => {
			this.#server.on("error", fail);
			this.#server.listen(0, "127.0.0.1", done);
		});
		return (this.#server.address() as { port: number }).port;
	}

	/** Waits for what QEMU has sent before it ended; its end is seen earlier than the line's. */
	async drained(): Promise<void> {
		await this.#lineEnded;
	}

	get transcript(): Transcript {
		return { answers: this.#answers, sent: Buffer.concat(this.#sent) };
	}

	close(): void {
		for (const connection of this.#connections) connection.destroy();
		this.#line?.destroy();
		this.#server.close();
	}

	#attach(socket: Socket): void {
		if (this.#line) throw new Problem("the serial line has two ends");
		this.#line = socket;
		socket.setNoDelay(true);
		socket.on("error", () => {});
		this.#lineEnded = new Promise(done => socket.on("close", () => done()));
		socket.on("data", (data: Buffer) => this.#receive(data));
	}

	#send(bytes: Uint8Array): void {
		if (this.#isOver) return;
		this.#answers.push({ after: this.#count, bytes });
		this.#line?.write(bytes);
	}

	#receive(data: Buffer): void {
		this.#sent.push(data);
		this.#count += data.length;
		if (this.#replay) return this.#play(this.#replay);
		this.#buffer = Buffer.concat([this.#buffer, data]);
		while (this.#buffer.length >= headerSize) {
			const end = headerSize + this.#buffer.readUInt16LE(2);
			if (this.#buffer.length < end) return;
			const [kind, number, body] = [
				String.fromCharCode(this.#buffer[0]!),
				this.#buffer[1]!,
				this.#buffer.subarray(headerSize, end),
			];
			this.#buffer = this.#buffer.subarray(end);
			this.#take(kind, number, body);
		}
	}

	#play({ answers }: Transcript): void {
		for (let next; (next = answers[this.#played]) && next.after <= this.#count; this.#played++)
			this.#line?.write(next.bytes);
	}

	#take(kind: string, number: number, body: Buffer): void {
		switch (kind) {
			case "O": {
				const [host, port] = body.toString().split("\t") as [string, string];
				this.#connection = new Connection(number, host, Number(port), bytes => this.#send(bytes));
				this.#connections.add(this.#connection);
				break;
			}
			case "D":
				this.#connection?.write(body);
				break;
			case "C":
				this.#connection?.close();
				this.#connection = undefined;
				break;
			case "Q":
				this.#send(frame("Q", number));
				this.#isOver = true;
				break;
			default:
				throw new Problem(`the firmware sent a frame of unknown kind "${kind}"`);
		}
	}
}
