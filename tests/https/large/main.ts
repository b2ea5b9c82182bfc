/*
	The device of large.test.ts and of a row of `npm run bench`. It fetches a body and reads it in pieces, in the memory
	of a device. It says how many bytes came, and their sum. With config.options it collects the body first, with these
	options of fetch, and says how that ended.

	The URL is config.url. Without one it is that of the bench's server at config.port, asked for config.bytes bytes.
*/

import config from "mc/config";
import type { TLSError } from "tls/errors";
import { fetch } from "tls/fetch";
import { collect, mark } from "simulator";

const secure = { certificate: config.ca as string, tls_max_fragment_length: 4096 };

async function collectBody(): Promise<void> {
	try {
		const response = await fetch(`${config.url}collect`, { secure, ...JSON.parse(config.options) });
		if (config.how === "json") trace(`${JSON.stringify(await response.json()).length} characters of JSON\n`);
		else if (config.how === "text") trace(`${(await response.text()).length} characters of text\n`);
		else trace(`${(await response.arrayBuffer()).byteLength} bytes collected\n`);
	} catch (error) {
		trace(`${(error as TLSError).code}: ${(error as TLSError).message}\n`);
	}
}

async function main(): Promise<void> {
	if (config.options !== "{}") await collectBody();
	collect();
	mark("start");
	const response = await fetch(config.url || `https://localhost:${config.port}/${config.bytes}`, { secure });
	mark("ready");
	let length = 0,
		sum = 0,
		longest = 0;
	for await (const piece of response) {
		// every 64th byte of the body, wherever pieces begin
		for (let i = (64 - (length % 64)) % 64; i < piece.length; i += 64) sum = (sum + piece[i]!) | 0;
		length += piece.length;
		if (piece.length > longest) longest = piece.length;
	}
	mark("done");
	trace(`${JSON.stringify({ length, sum, longest })}\n`);
}

main().catch((error: Error) => trace(`failed: ${error.message}\n`));
