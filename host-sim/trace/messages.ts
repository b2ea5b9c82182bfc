/*
	--messages: a connection as the classic text lists it (RFC 8446 section 2, RFC 5246 section 7.3). Message by message
	in both directions, it tells what each carried, where the keys change, and which were derived. {} means protected by
	keys of the handshake, [] by those for application data, () by early ones.
*/

import type { Secrets, TracedConnection } from "./events.js";
import { describe, type Handshake, handshakeOf, restWords } from "./describe.js";
import { alertName, versionName } from "./names.js";
import { decode, serverChoice, suiteName, type Item, type Protection } from "./records.js";

const brackets: Readonly<Record<Protection, readonly [string, string]>> = {
	none: ["", ""],
	early: ["(", ")"],
	handshake: ["{", "}"],
	application: ["[", "]"],
};

/** Columns of a message's name, and where its words begin. */
const NAME_WIDTH = 24;

/** What the list is made of: one line of the handshake. */
interface Line {
	readonly direction: Item["direction"];
	readonly name: string;
	readonly words: string;
}

function contentTypeName(type: number): string {
	return type === 22 ? "handshake message" : type === 23 ? "data" : type === 21 ? "alert" : `record of type ${type}`;
}

function lineOf(item: Exclude<Item, { kind: "keys" | "data" }>, handshake: Handshake): Line {
	const [left, right] = brackets[item.protection];
	switch (item.kind) {
		case "message": {
			const { name, words } = describe(item.type, item.body, handshake, item.direction);
			return { direction: item.direction, name: `${left}${name}${right}`, words };
		}
		case "alert":
			return {
				direction: item.direction,
				name: `${left}alert${right}`,
				words: `${item.level === 2 ? "fatal" : "warning"}: ${alertName(item.description)}`,
			};
		case "change_cipher_spec":
			return {
				direction: item.direction,
				name: "change_cipher_spec",
				words: handshake.is13 ? "for middleboxes, means nothing" : "the new keys are in use from here on",
			};
		case "rest":
			return { direction: item.direction, ...restWords(item.bytes) };
		case "unreadable":
			return {
				direction: item.direction,
				name: `(${contentTypeName(item.type)})`,
				words: `${item.length} bytes that the log has no secret for`,
			};
	}
}

function format({ direction, name, words }: Line): string {
	const arrow = direction === "sent" ? "client ──▶" : "       ◀── server";
	return `  ${arrow.padEnd(19)}${name.padEnd(NAME_WIDTH)}${words ? ` ${words}` : ""}`.trimEnd();
}

function keyLines(item: Extract<Item, { kind: "keys" }>, showsSecrets: boolean): string[] {
	const lines = [`  ── keys ${item.title}:`];
	for (const { name, secret } of item.keys)
		lines.push(`       ${name}, ${secret.length} bytes${showsSecrets ? `: ${secret.toString("hex")}` : ""}`);
	return lines;
}

/** Data in one direction without anything between is one line. */
function dataLine(items: readonly Extract<Item, { kind: "data" }>[]): string {
	const bytes = items.reduce((sum, item) => sum + item.length, 0),
		[left, right] = brackets[items[0]!.protection];
	return format({
		direction: items[0]!.direction,
		name: `${left}application data${right}`,
		words: `${bytes} bytes in ${items.length} record${items.length === 1 ? "" : "s"}`,
	});
}

function title(connection: TracedConnection, items: readonly Item[]): string {
	const hello = items.find(item => item.kind === "message" && item.type === 2 && item.direction === "received");
	const where = `connection ${connection.number}, to ${connection.address.includes(":") ? `[${connection.address}]` : connection.address} port ${connection.port}`;
	if (hello?.kind !== "message")
		return `${where}: ${connection.events.some(({ event }) => event === "failed") ? "no connection" : "the server sent no ServerHello"}`;
	const choice = choiceOf(hello.body);
	return choice
		? `${where}: ${versionName(choice.version)}, ${suiteName(choice.suite)}`
		: `${where}: the ServerHello can't be read`;
}

/** What a ServerHello chose; undefined where it can't be read. */
function choiceOf(body: Buffer): ReturnType<typeof serverChoice> | undefined {
	try {
		return serverChoice(body);
	} catch {
		return undefined;
	}
}

/** How it ended, by TCP. */
function ending(connection: TracedConnection): string | undefined {
	const last = connection.events.findLast(({ event }) => event === "ended" || event === "closed" || event === "failed");
	switch (last?.event) {
		case "failed":
			return "  TCP: refused, cut or never made";
		case "ended":
			return "  TCP: closed by the server";
		case "closed":
			return "  TCP: closed by the client";
		default:
			return undefined;
	}
}

/** The lines of one connection; the values of secrets only where `showsSecrets`. */
export function listMessages(connection: TracedConnection, secrets: Secrets, showsSecrets: boolean): string[] {
	const items = decode(connection, secrets),
		lines = [title(connection, items)];
	const hello = items.findLast(item => item.kind === "message" && item.type === 2);
	const is13 = hello?.kind === "message" && choiceOf(hello.body)?.version === 0x0304;
	const handshake = handshakeOf(items, is13);
	let data: Extract<Item, { kind: "data" }>[] = [];
	const flush = (): void => {
		if (data.length) lines.push(dataLine(data));
		data = [];
	};
	for (const item of items) {
		if (
			item.kind === "data" &&
			(!data.length || (data[0]!.direction === item.direction && data[0]!.protection === item.protection))
		) {
			data.push(item);
			continue;
		}
		flush();
		if (item.kind === "data") data.push(item);
		else if (item.kind === "keys") lines.push(...keyLines(item, showsSecrets));
		else lines.push(format(lineOf(item, handshake)));
	}
	flush();
	const end = ending(connection);
	return end ? [...lines, end] : lines;
}
