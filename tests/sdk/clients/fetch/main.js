/* The SDK's fetch over TLS. */

import config from "mc/config";
import fetch from "fetch";

async function main() {
	const url = `https://localhost:${config.port}`;
	const answer = await fetch(`${url}/json`);
	trace(`${answer.status} ${(await answer.json()).name}\n`);
	const posted = await fetch(`${url}/echo`, { method: "POST", body: "0123456789" });
	trace(`${posted.status} ${await posted.text()}\n`);
}

main().catch(error => trace(`${error}\n`));
