/*
	A ClientHello as a TLS 1.3 server reads it (RFC 8446 section 4.1.2). For server13.ts and the tests.
*/

export interface ClientHello {
	readonly sessionId: Buffer;
	readonly suites: number[];
	readonly shares: Map<number, Buffer>;
}

export function parseHello(hello: Buffer): ClientHello {
	let at = 4 + 2 + 32;
	const take = (width: number): Buffer => {
		const length = hello.readUIntBE(at, width);
		at += width + length;
		return hello.subarray(at - length, at);
	};
	const sessionId = take(1);
	const list = take(2);
	const suites = Array.from({ length: list.length / 2 }, (_, i) => list.readUInt16BE(2 * i));
	take(1);
	const shares = new Map<number, Buffer>();
	at += 2;
	while (at < hello.length) {
		const type = hello.readUInt16BE(at);
		at += 2;
		const data = take(2);
		if (type !== 51) continue;
		for (let i = 2; i < data.length; ) {
			const length = data.readUInt16BE(i + 2);
			shares.set(data.readUInt16BE(i), data.subarray(i + 4, i + 4 + length));
			i += 4 + length;
		}
	}
	return { sessionId, suites, shares };
}

/** The extensions of a hello, by number; the last one's number under "last". */
export function helloExtensions(hello: Buffer): { last: number; data: Map<number, Buffer> } {
	let at = 4 + 2 + 32;
	at += 1 + hello[at]!;
	at += 2 + hello.readUInt16BE(at);
	at += 1 + hello[at]! + 2;
	const data = new Map<number, Buffer>();
	let last = -1;
	while (at < hello.length) {
		last = hello.readUInt16BE(at);
		const length = hello.readUInt16BE(at + 2);
		data.set(last, hello.subarray(at + 4, at + 4 + length));
		at += 4 + length;
	}
	return { last, data };
}
