/*
	The ClientHello that options make, taken from an engine's output. No tests of its own.
*/

import type { Config } from "tls/config";
import { Connection } from "tls/connection/connection";

/** The extensions of the ClientHello of a configuration, by number. */
export function helloExtensions(config: Config): Map<number, Uint8Array> {
	let hello = new Uint8Array(0);
	const ignore = (): void => {};
	const connection = new Connection(config, {
		output(bytes: Uint8Array, start: number, end: number) {
			if (!hello.length) hello = bytes.slice(start, end);
			return end - start;
		},
		pause: ignore,
		opened: ignore,
		readable: ignore,
		ended: ignore,
		failed: ignore,
	});
	connection.connect();
	connection.resume();
	connection.close();
	const u16 = (at: number): number => (hello[at]! << 8) | hello[at + 1]!;
	let at = 5 + 4 + 2 + 32;
	at += 1 + hello[at]!;
	at += 2 + u16(at);
	at += 1 + hello[at]!;
	const end = at + 2 + u16(at);
	const result = new Map<number, Uint8Array>();
	for (at += 2; at < end; at += 4 + u16(at + 2)) result.set(u16(at), hello.slice(at + 4, at + 4 + u16(at + 2)));
	return result;
}

/** The numbers of a list, two bytes each, after its length. */
export function numbersOf(list: Uint8Array | undefined): number[] {
	const result: number[] = [];
	for (let at = 2; at < list!.length; at += 2) result.push((list![at]! << 8) | list![at + 1]!);
	return result;
}
