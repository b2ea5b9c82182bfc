/*
	Response.json() and text() of `fetch`, in an arena that something else fills: a server decides how many objects and
	names there are in a body.
*/

import { note, ok, test } from "test/harness";
import { copyPart } from "tls/hardware/copy";
import { Headers, Response } from "tls/fetch";
import type { ResponseParts } from "tls/fetch/response";
import type { TLSError } from "tls/errors";
import { Need, roomForBuffer } from "tls/wire/memory";
import { collect, memory, resetPeaks } from "simulator";
import Timer from "timer";

/** What the calls of async functions take, whatever a server sends. */
const CALL_BYTES = 8000;

/** A body that is all there, at once or when `arrive` is called. */
class Ready {
	private readonly bytes: Uint8Array;
	private at = 0;
	/** Set while somebody waits. */
	arrive: (() => void) | undefined = undefined;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
	}

	wait(): Promise<void> {
		return new Promise(resolve => {
			this.arrive = resolve;
		});
	}

	get ready(): number {
		return this.bytes.length - this.at;
	}
	readInto(to: Uint8Array): number {
		const count = copyPart(this.bytes, this.at, this.bytes.length, to, 0);
		this.at += count;
		return count;
	}
	finish(): void {}
}

function responseWith(bytes: Uint8Array, body = new Ready(bytes)): Response {
	const headers = new Headers(new Map([["content-length", String(bytes.length)]]));
	return new Response({
		status: 200,
		statusText: "",
		headers,
		url: "",
		redirected: false,
		body,
		maxBytes: 65536,
		gunzip: undefined,
	} as unknown as ResponseParts);
}

/** `unit` as often as it fits into `length` bytes, between `start` and `end`. */
function repeated(start: string, unit: string, end: string, length: number): Uint8Array {
	const parts = [start, unit, end].map(text => new Uint8Array(ArrayBuffer.fromString(text)));
	const count = Math.max(1, Math.floor((length - start.length - end.length) / unit.length));
	const bytes = new Uint8Array(start.length + count * unit.length + end.length);
	bytes.set(parts[0]!);
	for (let i = 0; i < count; i++) bytes.set(parts[1]!, start.length + i * unit.length);
	bytes.set(parts[2]!, bytes.length - end.length);
	return bytes;
}

/** What a server sends, by length. */
const texts: readonly (readonly [string, (length: number) => Uint8Array])[] = [
	["numbers", length => repeated("[", "0,", "0]", length)],
	["strings", length => repeated("[", '"",', '""]', length)],
	["lists", length => repeated("[", "[],", "[]]", length)],
	["objects", length => repeated("[", "{},", "{}]", length)],
	["members of one name", length => repeated("[", '{"a":1},', "{}]", length)],
	["one string", length => repeated('"', "x", '"', length)],
	["no JSON", length => repeated("", ",", "", length)],
];

/** What became of it: "", an error's code, or its class. */
async function outcome(promise: Promise<unknown>): Promise<string> {
	try {
		await promise;
		return "";
	} catch (error) {
		return (error as TLSError).code ?? (error as Error).name;
	}
}

test("bodies of many objects are parsed, or out_of_memory", async () => {
	const seen: Record<string, number> = {};
	for (const [name, make] of texts)
		for (const length of [20, 400, 2000])
			for (const spare of [0, 600, 2000, 5000, 12000, 30000]) {
				const response = responseWith(make(length));
				const held = new Uint8Array(Math.max(0, roomForBuffer(0x7fffff) - CALL_BYTES - spare));
				const code = await outcome(response.json());
				ok(["", "out_of_memory", "SyntaxError"].includes(code), `${name}, ${length} bytes: ${code}`);
				seen[code] = (seen[code] ?? 0) + 1;
				if (held[0]) throw response;
			}
	ok(seen[""]! > 30 && seen["out_of_memory"]! > 10, JSON.stringify(seen));
	note(`json(): ${JSON.stringify(seen)}`);
});

test("texts, too", async () => {
	const seen: Record<string, number> = {};
	for (const length of [20, 400, 2000, 6000])
		for (let spare = 0; spare < 3 * length + 1000; spare += 300) {
			const response = responseWith(new Uint8Array(length).fill(0x78));
			const held = new Uint8Array(Math.max(0, roomForBuffer(0x7fffff) - CALL_BYTES - spare));
			const code = await outcome(response.text());
			ok(code === "" || code === "out_of_memory", `${length} bytes: ${code}`);
			seen[code] = (seen[code] ?? 0) + 1;
			if (held[0]) throw response;
		}
	note(`text(): ${JSON.stringify(seen)}`);
});

/** A body that comes later. */
class Late extends Ready {
	override get ready(): number {
		return this.arrive ? super.ready : (undefined as never);
	}
}

for (const how of ["arrayBuffer", "text", "json"] as const)
	test(`${how}() takes no more than is asked for, beside the body`, async () => {
		const body = new Late(Uint8Array.of(0x31));
		const response = responseWith(Uint8Array.of(0x31), body);
		collect();
		const before = memory();
		let waiting = before;
		await new Promise<void>(done => {
			response[how]().then(() => done());
			// what waits is what lives: garbage is collected where memory is short
			collect();
			waiting = memory();
			resetPeaks();
			Timer.set(() => body.arrive!());
		});
		const end = memory();
		// the sizes that are asked for are those of a device
		if (before.slotSize !== 16) return;
		const waits = [waiting.chunks - before.chunks, waiting.slots - before.slots];
		const goesOn = [end.chunksPeak - waiting.chunks, end.slotsPeak - waiting.slots];
		ok(waits[0]! <= Need.waitBytes && waits[1]! <= Need.waitSlots, `waits: ${waits.join()}`);
		ok(goesOn[0]! <= Need.callBytes && goesOn[1]! <= Need.callSlots, `goes on: ${goesOn.join()}`);
		note(`${how}(): ${waits.join(" bytes, ")} slots wait, ${goesOn.join(" bytes, ")} slots when it goes on`);
	});

for (const how of ["arrayBuffer", "text", "json"] as const)
	test(`${how}() is refused where its functions have no room`, async () => {
		// the sizes that are asked for are those of a device
		if (memory().slotSize !== 16) return;
		const seen: Record<string, number> = {};
		for (let spare = 0; spare <= 4000; spare += 20) {
			const response = responseWith(Uint8Array.of(0x31));
			// called without an asynchronous function around it, which would take memory of its own
			let code = "none";
			await new Promise<void>(done => {
				const held = new Uint8Array(Math.max(0, roomForBuffer(0x7fffff) - spare));
				response[how]().then(
					() => {
						code = "";
						done();
					},
					error => {
						code = (error as TLSError).code;
						if (held[0]) throw error;
						done();
					},
				);
			});
			ok(code === "" || code === "out_of_memory", `${spare} bytes free: ${code}`);
			seen[code] = (seen[code] ?? 0) + 1;
		}
		ok(seen[""]! > 0 && seen["out_of_memory"]! > 0, JSON.stringify(seen));
		note(`${how}() with 0 to 4,000 bytes free: ${JSON.stringify(seen)}`);
	});
