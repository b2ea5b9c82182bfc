/*
	The words of errors that a peer causes, in an arena that something else fills: at each place where memory ends. Only
	what wire/memory.ts keeps free is there for them.
*/

import { equal, note, ok, test } from "test/harness";
import { configure } from "tls/configure";
import { Connection } from "tls/connection/connection";
import type { Events } from "tls/connection/connection";
import type { TLSError } from "tls/errors";
import { hasRoom } from "tls/hardware/memory";
import { roomForBuffer } from "tls/wire/memory";

const secure = {
	pins: [new Uint8Array(32)],
	pinsInsteadOfRoots: true,
	applicationLayerProtocolNegotiation: "http/1.1",
};

/** Keeps the last failure. */
class Watch implements Events {
	failure: TLSError | undefined = undefined;
	sent = 0;
	output(_bytes: Uint8Array, start: number, end: number): number {
		this.sent += end - start;
		return end - start;
	}
	opened(): void {}
	readable(): void {}
	ended(): void {}
	failed(error: TLSError): void {
		this.failure = error;
	}
	pause(): void {}
}

/** The two bytes of a length. */
function u16(value: number): [number, number] {
	return [value >> 8, value & 0xff];
}

/** A record with a ServerHello of `version` that picks `suite`, and has the extensions `more`. */
function serverHello(version: number, suite: number, more: readonly number[]): Uint8Array {
	const body = [...u16(version), ...new Array<number>(32).fill(7), 0, ...u16(suite), 0, ...u16(more.length), ...more];
	return Uint8Array.of(22, 3, 3, ...u16(body.length + 4), 2, 0, ...u16(body.length), ...body);
}

/** The protocol that a server picks: 255 bytes that are not text. */
const protocol = [0, 16, ...u16(258), ...u16(256), 255, ...new Array<number>(255).fill(1)];

/** What a server says for each error. */
const answers: readonly (readonly [string, Uint8Array])[] = [
	...[40, 70, 71, 80, 112, 120].map(
		description => [`alert ${description}`, Uint8Array.of(21, 3, 3, 0, 2, 2, description)] as const,
	),
	["a suite that was not offered", serverHello(0x303, 0x1234, [])],
	["a version that was not offered", serverHello(0x302, 0x1234, [])],
	["TLS 1.3 without the session id", serverHello(0x303, 0x1234, [0, 43, 0, 2, 3, 4])],
	["a protocol that was not offered", serverHello(0x303, 0xc02f, protocol)],
	["no TLS", Uint8Array.of(72, 84, 84, 80, 47, 49, 46)],
	["a wrong message", Uint8Array.of(22, 3, 3, 0, 4, 11, 0, 0, 0)],
];

/** What every allocation for a peer leaves free (wire/memory.ts). */
const RESERVE_BYTES = 512,
	RESERVE_SLOTS = 60;

/** Links of a chain that takes slots until `slots` are left beside the reserve, which stays free. */
function takeSlots(slots: number): object {
	let chain: object = {};
	while (hasRoom(RESERVE_BYTES + 64, RESERVE_SLOTS + slots + 4)) chain = { chain };
	return chain;
}

/** The code of the error if the server answers so with `spare` bytes and `slots` slots free beyond the reserve. */
function answerWith(answer: Uint8Array, spare: number, slots: number): string | undefined {
	const watch = new Watch();
	const connection = new Connection(configure(secure, "server.example"), watch);
	connection.connect();
	while (!watch.sent) connection.resume();
	const held = new Uint8Array(Math.max(0, roomForBuffer(0x7fffff) - spare));
	const chain = takeSlots(slots);
	connection.beginTurn();
	connection.receive(answer, 0, answer.length);
	connection.close();
	if (held[0] || !chain) throw watch;
	return watch.failure?.code;
}

test("each error has its words or is out_of_memory, and the app lives", () => {
	const seen: Record<string, number> = {};
	let runs = 0;
	for (const [name, answer] of answers)
		for (const slots of [0, 20, 60, 200])
			for (let spare = 0; spare < 2400; spare += 160) {
				const code = answerWith(answer, spare, slots);
				ok(code !== undefined, `${name}, ${spare} bytes: no error`);
				seen[code] = (seen[code] ?? 0) + 1;
				runs++;
			}
	equal(seen["internal"], undefined);
	note(`${runs} runs: ${JSON.stringify(seen)}`);
});
