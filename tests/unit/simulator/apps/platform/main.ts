/* What the simulator has of the SDK beside sockets and timers. Prints what happened in a line of JSON. */

import config from "mc/config";
import Headers from "headers";
import SNTP from "sntp";
import TextDecoder from "text/decoder";
import UDP from "embedded:io/socket/udp";
import URL from "url";
import { Socket } from "socket";

const events: unknown[] = [];

function finish(): void {
	trace(`${JSON.stringify(events)}\n`);
}

function refused(body: () => unknown): void {
	try {
		events.push(["not refused", String(body())]);
	} catch (error) {
		events.push((error as Error).name);
	}
}

/** What a person may give of options, right and wrong. */
function base64Options(bytes: Uint8Array): void {
	const alphabet = "base64url";
	for (let length = 1; length <= 4; length++) {
		const part = new Uint8Array(length).fill(0xfb);
		const text = part.toBase64({ alphabet, omitPadding: true });
		events.push(text, Uint8Array.fromBase64(text, { alphabet }).toHex() === part.toHex());
	}
	events.push(bytes.toBase64({ alphabet: "base64", omitPadding: false }), bytes.toBase64(undefined));
	for (const options of [{ alphabet: "base32" }, { alphabet: 1 }, 5, "base64"]) {
		refused(() => bytes.toBase64(options as object));
		refused(() => Uint8Array.fromBase64("AA==", options as object));
	}
	refused(() => Uint8Array.fromBase64("-_==")); // digits of the other alphabet
	refused(() => Uint8Array.fromBase64("+/==", { alphabet }));
}

function builtins(): void {
	const counts = [0, 0, 0];
	for (let i = 0; i < 300; i++) counts[Math.irandom(3)]!++;
	let isWithin = true;
	for (let i = 0; i < 300; i++) {
		const number = Math.irandom(-2, 2);
		isWithin &&= number >= -2 && number < 2;
	}
	events.push(
		counts.every(count => count > 50),
		isWithin,
	);
	refused(() => Math.irandom(0));
	const bytes = Uint8Array.of(0, 0xff, 0x10, 0x7e, 0x3e);
	for (let length = 0; length <= 5; length++) {
		const part = bytes.subarray(0, length),
			text = part.toBase64();
		events.push(text, Uint8Array.fromBase64(text).toHex() === part.toHex());
	}
	events.push(bytes.toHex(), Uint8Array.fromHex("00FF10").join());
	for (const text of ["A", "AA=", "A===", "AA==A", "A*AA"]) refused(() => Uint8Array.fromBase64(text));
	for (const text of ["0", "0g"]) refused(() => Uint8Array.fromHex(text));
	refused(() => Uint8Array.prototype.toBase64.call({} as Uint8Array));
	base64Options(bytes);
	finish();
}

function headers(): void {
	const one = new Headers();
	one.set("Content-Type", "text/plain");
	events.push(
		one.get("content-TYPE"),
		one.has("CONTENT-type"),
		[...one.keys()].join(),
		one.delete("Content-type"),
		one.size,
	);
	finish();
}

function urls(): void {
	const url = new URL("HTTPS://User:pass@Example.com:443/a/./b/../c d?x=1&y=a%20b#f");
	events.push(
		url.href,
		url.protocol,
		url.host,
		url.port,
		url.pathname,
		url.search,
		url.hash,
		url.username,
		url.password,
	);
	events.push(url.searchParams.get("y"), url.searchParams.length);
	for (const relative of ["../d", "/e?f", "?g", "#h", "//other:8080/i", "j/k", ""])
		events.push(new URL(relative, "https://a.example/b/c?d").href);
	events.push(new URL("wss://[::1]:8443").host);
	url.searchParams.append("z", "ä&");
	events.push(url.search);
	for (const wrong of ["", "/a", "https://", "https://a b/", "https://a:99999/"]) refused(() => new URL(wrong));
	finish();
}

function decoding(): void {
	const decoder = new TextDecoder();
	const bytes = new Uint8Array(ArrayBuffer.fromString("aä€😀"));
	let text = "";
	for (const byte of bytes) text += decoder.decode(Uint8Array.of(byte), { stream: true });
	events.push(text + decoder.decode());
	events.push(decoder.decode(Uint8Array.of(0x61, 0xff, 0xc3, 0x62, 0xed, 0xa0, 0x80)));
	events.push(decoder.decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), decoder.encoding);
	refused(() => new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.of(0xff)));
	refused(() => new TextDecoder("latin1"));
	finish();
}

function time(): void {
	new SNTP({ host: "" + "pool.ntp.org" }, (message, value) => {
		events.push(message, Math.floor(value as number));
		finish();
	});
	new SNTP({ host: "closed" }, () => events.push("closed one") as never).close();
}

function sizeOf(buffer: unknown): number {
	return (buffer as ArrayBuffer).byteLength;
}

function oldSocket(): void {
	refused(() => new UDP());
	refused(() => new Socket({ kind: "UDP", port: 1 }));
	const socket = new Socket({ host: "localhost", port: Number(config.port) });
	socket.callback = (message, value) => {
		if (message === 3) return;
		events.push(message);
		if (message === 1) socket.write("ab", 0x63, ArrayBuffer.fromString("d\n"));
		if (message === 2 && value === 5) {
			events.push(value, socket.read(), socket.read(Number), socket.read(String, "c"), socket.read(null, 1));
			events.push(sizeOf(socket.read(ArrayBuffer, 0)), socket.read());
			socket.write("x", Uint8Array.of(0x79, 10));
		} else if (message === 2) {
			// what was left comes first, whether it was looked through or not
			events.push(
				value,
				sizeOf(socket.read(ArrayBuffer, 3)),
				socket.read(String, "?"),
				socket.read(),
				socket.read(String),
			);
			socket.write("end\n");
		}
		if (message < 0) finish();
	};
}

const parts: Record<string, () => void> = { builtins, headers, urls, decoding, time, oldSocket };
parts[config.part]!();
