/*
	An app of the SDK over SecureSocket, against the servers of turns.test.ts. It prints the longest turn of the event
	loop, as the app of tests/faults does.
*/

import config from "mc/config";
import SecureSocket from "securesocket";
import { longestTurn } from "simulator";
import Timer from "timer";
import { type RootStore, trustCertificates } from "tls/trust";

let length = 0,
	most = 0;

/** From a timer, as the turn that asks is not counted yet. */
function finish(message: number): void {
	Timer.set(() => {
		const code = message === -1 ? "closed" : "failed";
		trace(`${JSON.stringify({ code, message: String(message), text: "", length, most, turn: longestTurn() })}\n`);
	}, 0);
}

function connect(roots: RootStore): void {
	const socket = new SecureSocket({
		host: config.host,
		port: Number(config.port),
		secure: { ...(JSON.parse(config.secure) as object), roots },
	});
	socket.callback = function (message, value = 0) {
		if (message === 1) this.write("GET / HTTP/1.1\r\n\r\n");
		else if (message === 2) {
			length += this.read(ArrayBuffer).byteLength;
			most = Math.max(most, value);
		} else if (message < 0) finish(message);
	};
}

// what an app does with a PEM is its own, and not the server's doing
const trusted = trustCertificates([config.ca]);
Timer.set(() => {
	longestTurn();
	connect(trusted);
}, 0);
