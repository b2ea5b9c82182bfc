/*
	The SDK's module "http" with SecureSocket: a GET whose body is read in parts, one whose body comes whole, a POST with a body, one whose body is asked for in
	fragments, a server that is not to be trusted.
*/

import config from "mc/config";
import { Request } from "http";
import SecureSocket from "securesocket";

const port = Number(config.port);

function run(options, next) {
	const lines = [];
	let read = 0;
	const request = new Request({ host: "localhost", port, Socket: SecureSocket, secure: {}, ...options });
	request.callback = function (message, value, etc) {
		if (message === Request.requestFragment) return options.next(value);
		if (message === Request.status) lines.push(value);
		else if (message === Request.header && value === "content-type") lines.push(etc);
		else if (message === Request.headersComplete) return options.response;
		else if (message === Request.responseFragment) read += this.read(ArrayBuffer).byteLength;
		else if (message === Request.responseComplete) {
			lines.push(options.response ? (value.length ?? value.byteLength) : read);
			if (options.response === String && value.length < 100) lines.push(value);
			trace(`${lines.join(" ")}\n`);
			next?.();
		} else if (message < 0) {
			trace(`${[...lines, "failed", message].join(" ")}\n`);
			next?.();
		}
	};
}

/** Fragments of a body of 3,000 bytes. */
function fragments() {
	let left = 3000;
	return size => {
		const count = Math.min(left, size, 900);
		left -= count;
		return count ? new ArrayBuffer(count) : undefined;
	};
}

run({ path: "/long" }, () =>
	run({ path: "/mid", response: String }, () =>
		run({ path: "/json", response: String }, () =>
			run({ path: "/chunked", response: ArrayBuffer }, () =>
				run({ path: "/echo", method: "POST", body: '{"t":21}', response: String }, () =>
					run({ path: "/echo", method: "POST", body: true, headers: ["content-length", 3000], next: fragments(), response: String }, () =>
						run({ path: "/json", secure: { serverName: "other.example" } }),
					),
				),
			),
		),
	),
);
