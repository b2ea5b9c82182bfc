/*
	Asks an HTTPS server for JSON. The server's certificate is checked against the root store in flash, or against the
	certificate in `config.ca`.
*/

import config from "mc/config";
import { fetch } from "tls/fetch";

async function main(): Promise<void> {
	const response = await fetch(config.url, {
		headers: { accept: "application/json" },
		secure: config.ca ? { certificate: config.ca } : {},
	});
	if (!response.ok) throw new Error(`${response.url} answered ${response.status} ${response.statusText}`);
	const state = await response.json();
	trace(`state: ${JSON.stringify(state)}\n`);
}

main().catch((error: Error) => trace(`failed: ${error.message}\n`));
