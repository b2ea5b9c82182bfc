/*
	Checks what a connection over TCP is made with, before anything is opened. TCP's options are handed on to the TCP
	class. What belongs to neither TCP nor TLS is refused: an option in the wrong place would have no effect.
*/

import { copyOptions, describeType, refuseUnreadable } from "../optionreader";
import type { OptionTypes } from "../optionreader";
import { refuse } from "../errors";
import { numberOption } from "../options";

const types: OptionTypes = Object.freeze({
	host: "a string",
	address: "a string",
	port: "a number",
	from: "an object",
	TCP: "an object",
	secure: "an object",
	onReadable: "a function",
	onWritable: "a function",
	onError: "a function",
	format: "anything",
	target: "anything",
	// TCP's own
	nodelay: "a boolean",
	noDelay: "a boolean",
	keepAlive: "a number",
	// dictionaries of ECMA-419 name the class that is made with them, and are handed on whole
	io: "anything",
});

/** Returns a copy of the options, each read once and of its type. Throws TLSError "configuration". */
export function readSettings<T extends { port?: number; from?: object; TCP: { readonly io: unknown } }>(given: T): T {
	const settings = copyOptions<T>("options", given, types, "beside");
	if (settings.TCP === undefined) refuse('"TCP" is missing: { io: the TCP class }');
	if (settings.port === undefined) {
		if (settings.from === undefined) refuse('"port" is missing');
	} else numberOption("port", settings.port, 1, 65535, 0);
	let TCP: T["TCP"];
	try {
		TCP = { ...settings.TCP };
	} catch {
		refuseUnreadable("", "TCP");
	}
	if (typeof TCP.io !== "function")
		refuse(`"TCP" is missing its "io": it must be the TCP class, not ${describeType(TCP.io)}`);
	settings.TCP = TCP;
	return settings;
}
