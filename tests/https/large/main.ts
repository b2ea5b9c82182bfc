/*
	The device of large.test.ts: fetches config.url and reads its body in pieces, in the memory of a device. It says how many bytes came, and their sum.
*/

import config from "mc/config";
import { fetch } from "tls/fetch";
import { mark } from "simulator";

async function main(): Promise<void> {
	mark("start");
	const response = await fetch(config.url, { secure: { certificate: config.ca, tls_max_fragment_length: 4096 } });
	let length = 0,
		sum = 0,
		longest = 0;
	for await (const piece of response) {
		// every 64th byte of the body, wherever pieces begin
		for (let i = (64 - (length % 64)) % 64; i < piece.length; i += 64) sum = (sum + piece[i]!) | 0;
		length += piece.length;
		if (piece.length > longest) longest = piece.length;
	}
	mark("body");
	trace(`${JSON.stringify({ length, sum, longest })}\n`);
}

main().catch((error: Error) => trace(`failed: ${error.message}\n`));
