/*
	What a row of the table asks for beyond a plain request: what the client sends and wants, what a server is given by
	hand. It also checks what came of that.
*/

import assert from "node:assert/strict";
import { makeIdentity, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import type { ClientOptions, ClientResult } from "../faults/connect.js";
import type { TalkingServer } from "./servers.js";
import type { Row } from "./table.js";

/** A long answer: the name of its file, and what it holds. */
export const longName = "long";
export const longText = "0123456789abcdef".repeat(4096);

const hello = "HTTP/1.1 200 OK\n\nhello\n";

let long: ServerIdentity | undefined;

/** Six certificates with keys of 4096 bits, the root aside. */
export function longIdentity(): ServerIdentity {
	return (long ??= makeIdentity(["localhost"], "rsa4096", 6));
}

/** More options of the client. */
export function clientOptions({ peer, version, forced }: Row): Partial<ClientOptions> {
	// NSS's server takes the name of a file as it comes
	const path = peer === "NSS" ? longName : `/${longName}`;
	switch (forced) {
		case "16 KB records":
			return { path };
		// a server takes the one that it knows
		case "1 KB records":
			return { path, secure: { recordSizeLimit: version === "1.3" ? 1025 : 1024, tls_max_fragment_length: 1024 } };
		case "KeyUpdate":
			return {
				lines: peer === "GnuTLS" ? ["**REHANDSHAKE**", "second", "third"] : ["GET / HTTP/1.1", "second", "third"],
			};
		case "client asked later":
			return {
				secure: { postHandshakeAuth: true },
				...(peer === "GnuTLS" ? { lines: ["**REAUTH**", "second", "third"] } : {}),
			};
		case "compressed certificates":
			return { app: "tests/inflate" };
		default:
			return {};
	}
}

/** True where the answer is long. */
export function isLong({ forced }: Row): boolean {
	return forced === "16 KB records" || forced === "1 KB records";
}

/** True if the server has to be told what to say. */
export function isByHand({ peer, forced }: Row): boolean {
	return peer === "OpenSSL" && (forced === "KeyUpdate" || forced === "client asked later");
}

/** Tells OpenSSL's server one thing after the other: a command of one letter counts only where it comes by itself. */
async function tell(server: TalkingServer, ...words: string[]): Promise<void> {
	for (const word of words) {
		await new Promise(resolve => setTimeout(resolve, 300));
		server.tell(word);
	}
}

/** What a server says when it has got the certificate that it asked for; GnuTLS's tells that to the client. */
const deviceSeen = {
	OpenSSL: /depth=0 CN ?= ?device\s+verify return:1/,
	GnuTLS: /Sending re-auth request/,
	NSS: /Subject: CN=device/,
};

/** What is said to a server by hand, and what it must say, while the client is connected. */
export async function talk(row: Row, server: TalkingServer): Promise<void> {
	const { peer, forced } = row;
	if (isByHand(row)) await server.hear(/GET \//);
	if (forced === "client asked later") {
		if (isByHand(row)) await tell(server, "c\n");
		await server.hear(deviceSeen[peer as keyof typeof deviceSeen]);
		if (isByHand(row)) await tell(server, hello, "q\n");
	}
	if (forced !== "KeyUpdate" || !isByHand(row)) return;
	// its own key; then both sides', each followed by words in both directions
	await tell(server, "k\n", "HTTP/1.1 200 OK\n");
	await server.hear(/second/);
	await tell(server, "K\n", "one\n");
	await server.hear(/third/);
	await tell(server, "K\n", "two\n", "q\n");
}

/** What the answer holds. */
export function expectedText({ peer, forced }: Row): string {
	if (forced === "KeyUpdate") return peer === "GnuTLS" ? "third" : peer === "OpenSSL" ? "two\n" : " 200 ";
	if (forced === "client asked later") return peer === "GnuTLS" ? "third" : " 200 ";
	return peer === "Botan" ? "host: localhost" : " 200 ";
}

/** What the row has asked for has come about. */
export function expectForced(
	{ peer, version, forced }: Row,
	{ text, most, length, inflated, negotiated }: ClientResult,
): void {
	switch (forced) {
		case "16 KB records":
			assert.equal(most, 16384, "the longest record");
			assert.ok(length >= longText.length, `${length} bytes`);
			break;
		case "1 KB records":
			assert.ok(most <= 1024, `a record of ${most} bytes`);
			assert.ok(length >= longText.length, `${length} bytes`);
			break;
		case "KeyUpdate":
			if (peer === "GnuTLS") assert.match(text, /Successfully executed command\nsecond\nthird\n/);
			else if (peer === "OpenSSL") assert.equal(text, "HTTP/1.1 200 OK\none\ntwo\n");
			else assert.match(text, /^next\nnext\nHTTP/);
			break;
		case "client asked later":
			if (peer === "GnuTLS") assert.match(text, /Successfully executed command\nsecond\nthird\n/);
			break;
		case "compressed certificates":
			assert.ok(inflated! > 500, "the server's certificates came compressed");
			break;
		case "retry":
			assert.equal(version, "1.3");
			assert.notEqual(negotiated?.group, 0x1d, "the group of the first key share");
			break;
		default:
	}
}
