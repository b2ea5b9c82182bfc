/*
	Wakes, asks a server, and sleeps again. The TLS session comes back after deep sleep, so that only the first
	connection makes a full handshake. The others need no certificates, no public-key operation on the server's
	signature, and a fifth of the bytes.

	The clock has to be right before a session is used. On the ESP32 it goes on in deep sleep.
*/

import config from "mc/config";
import Timer from "timer";
import type { HandshakeInfo } from "tls/client";
import { fetch } from "tls/fetch";
import { SessionStore } from "tls/sessions";
import { storage } from "storage";

async function wake(): Promise<void> {
	const sessions = new SessionStore({ storage });
	const response = await fetch(config.url, {
		secure: {
			...(config.ca ? { certificate: config.ca } : {}),
			sessions,
			onHandshake(info: HandshakeInfo) {
				trace(`${info.resumed ? "resumed" : "full"} handshake\n`);
			},
		},
	});
	trace(`${response.status}, ${(await response.text()).length} characters\n`);
	sessions.save();
}

let left = Number(config.wakes);

/** A device goes to deep sleep here, and starts anew when it wakes. */
function sleep(): void {
	if (--left > 0) Timer.set(run, 100);
}

function run(): void {
	wake()
		.catch((error: Error) => trace(`failed: ${error.message}\n`))
		.then(sleep);
}

run();
