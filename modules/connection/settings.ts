/*
	Checks what a connection over TCP is made with, before anything is opened. Dictionaries of ECMA-419 classes are handed on from one to the other: what is
	not known here is passed over, or goes to the TCP class.
*/

import { copyOptions, describeType, refuseUnreadable } from "../optionreader";
import type { OptionTypes } from "../optionreader";
import { refuse } from "../errors";
import { numberOption } from "../options";

const types: OptionTypes = Object.freeze({
	host: "a string",
	address: "a string",
	port: "a number",
	TCP: "an object",
	secure: "an object",
	onReadable: "a function",
	onWritable: "a function",
	onError: "a function",
	format: "anything",
	target: "anything",
});

/** Returns a copy of the options, each read once and of its type. Throws TLSError "configuration". */
export function readSettings<T extends { port: number; TCP: { readonly io: unknown } }>(given: T): T {
	const settings = copyOptions<T>("options", given, types, "open");
	if (settings.TCP === undefined) refuse('"TCP" is missing: { io: the TCP class }');
	if (settings.port === undefined) refuse('"port" is missing');
	numberOption("port", settings.port, 1, 65535, 0);
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
