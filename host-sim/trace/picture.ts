/*
	--picture FILE: one page of HTML, complete in itself, of a run. It shows each connection's messages on a time line,
	memory over time against the limits of `creation`, what each phase cost, and the accelerators' share. Where it broke
	stands out.
*/

import type { Report } from "../build/run.js";
import type { Chip } from "../chip/costs.js";
import { describe, type Handshake, handshakeOf, offersExternalKey, restWords } from "./describe.js";
import { connectionsOf, type Secrets, type TracedConnection, type TraceEvent } from "./events.js";
import { memoryChart } from "./chart.js";
import { alertName, versionName } from "./names.js";
import { decode, serverChoice, suiteName, type Item } from "./records.js";
import { style } from "./style.js";
import { acceleratorSection, count, escapeHTML, phaseSection } from "./work.js";

/** What the page is about. */
export interface Run {
	readonly title: string;
	readonly events: readonly TraceEvent[];
	readonly secrets: Secrets;
	readonly report: Report | undefined;
	/** What the run printed last, where it failed. */
	readonly failure: string | undefined;
	readonly chip: Chip | undefined;
}

function milliseconds(seconds: number): string {
	return `${(1000 * seconds).toFixed(1)} ms`;
}

/** Text with long names, such as a suite's, that break between their words. */
function breakable(text: string): string {
	return escapeHTML(text).replaceAll("_", "_<wbr>");
}

/** One line of a connection. */
interface Row {
	readonly time: number;
	readonly meter: number;
	readonly side: "client" | "server" | "both";
	readonly name: string;
	readonly words: string;
	/** What its colour says. */
	readonly kind: "message" | "data" | "keys" | "alert" | "fatal" | "tcp";
	readonly protection: string;
}

function rowOf(item: Item, handshake: Handshake): Row {
	const base = {
		time: item.time,
		meter: item.meter,
		side: item.direction === "sent" ? "client" : "server",
		protection: item.protection,
	} as const;
	switch (item.kind) {
		case "message":
			return { ...base, kind: "message", ...describe(item.type, item.body, handshake, item.direction) };
		case "alert": {
			const isFatal = item.level === 2 || (item.description !== 0 && item.description !== 90);
			return {
				...base,
				kind: isFatal ? "fatal" : "alert",
				name: isFatal ? "fatal alert" : "alert",
				words: alertName(item.description),
			};
		}
		case "change_cipher_spec":
			return {
				...base,
				kind: "message",
				name: "change_cipher_spec",
				words: handshake.is13 ? "for middleboxes" : "the new keys are in use",
			};
		case "data":
			return { ...base, kind: "data", name: "application data", words: `${count(item.length)} bytes` };
		case "rest":
			return { ...base, kind: "fatal", ...restWords(item.bytes) };
		case "unreadable":
			return {
				...base,
				kind: "data",
				name: "protected record",
				words: `${count(item.length)} bytes, no secret is logged for it`,
			};
		case "keys":
			return {
				...base,
				side: "both",
				kind: "keys",
				name: "new keys",
				words: `${item.title}: ${item.keys.map(key => `${key.name} (${key.secret.length})`).join(", ")}`,
			};
	}
}

/** Data that follows on data in the same direction is one row. */
function joined(items: readonly Item[]): Item[] {
	const list: Item[] = [];
	for (const item of items) {
		const last = list.at(-1);
		if (item.kind === "data" && last?.kind === "data" && last.direction === item.direction)
			list[list.length - 1] = { ...item, length: last.length + item.length };
		else list.push(item);
	}
	return list;
}

const tcpWords: Readonly<Record<string, string>> = {
	connected: "connected",
	ended: "the server closed TCP",
	closed: "the client closed TCP",
	failed: "no TCP connection",
};

/** True if the server closed TCP without an alert before: in the handshake, or without close_notify. */
function isCutOff(connection: TracedConnection, items: readonly Item[]): boolean {
	const isClosed = connection.events.some(({ event }) => event === "ended");
	return isClosed && !items.some(item => item.kind === "alert");
}

function rowsOf(connection: TracedConnection, items: readonly Item[], is13: boolean): Row[] {
	const isCut = isCutOff(connection, items);
	const handshake = handshakeOf(items, is13);
	const tcp = connection.events
		.filter(({ event }) => event in tcpWords)
		.map(
			({ time, meter, event }): Row => ({
				time,
				meter,
				side: "both",
				kind: event === "failed" || (event === "ended" && isCut) ? "fatal" : "tcp",
				name: "TCP",
				words: `${tcpWords[event]!}${event === "ended" && isCut ? " without a word" : ""}`,
				protection: "none",
			}),
		);
	return [...joined(items).map(item => rowOf(item, handshake)), ...tcp].sort((a, b) => a.time - b.time);
}

/** What a connection came to, in a few words. */
function summary(
	items: readonly Item[],
	{ isConnected, isCut }: { isConnected: boolean; isCut: boolean },
): { words: string; isBad: boolean; is13: boolean } {
	const hellos = items.filter(item => item.kind === "message" && item.type === 2 && item.direction === "received");
	const last = hellos.at(-1),
		choice = last?.kind === "message" && last.body.length > 38 ? serverChoice(last.body) : undefined;
	const has = (type: number): boolean => items.some(item => item.kind === "message" && item.type === type);
	const fatal = items.find(
		item => item.kind === "alert" && (item.level === 2 || (item.description !== 0 && item.description !== 90)),
	);
	const isOpen = items.some(item => item.kind === "data"),
		isResumed = has(20) && !has(11) && !has(25);
	const words = [
		choice
			? `${versionName(choice.version)}, ${suiteName(choice.suite)}`
			: isConnected
				? "no ServerHello"
				: "no connection",
	];
	if (hellos.length > 1) words.push("after a retry");
	const offer = items.findLast(item => item.kind === "message" && item.type === 1);
	const isExternal = offer?.kind === "message" && offersExternalKey(offer.body);
	if (isResumed) words.push(isExternal ? "by an external pre-shared key" : "resumed");
	if (fatal?.kind === "alert")
		words.push(
			`broken off by the ${fatal.direction === "sent" ? "client" : "server"}: ${alertName(fatal.description)}`,
		);
	if (isCut) words.push("cut off by the server");
	// an open connection needs no reason to close
	const isGivenUp = !isOpen && items.some(item => item.kind === "alert" && item.description === 90);
	if (isGivenUp) words.push("given up by the client");
	return {
		words: words.join(", "),
		isBad: isCut || isGivenUp || fatal !== undefined || (!choice && !isOpen),
		is13: choice?.version === 0x0304,
	};
}

/** A connection's part of the page, and whether it failed. */
interface Section {
	readonly html: string;
	readonly isBad: boolean;
}

function connectionSection(connection: TracedConnection, secrets: Secrets): Section {
	const items = decode(connection, secrets),
		{ words, isBad, is13 } = summary(items, {
			isConnected: !connection.events.some(({ event }) => event === "failed"),
			isCut: isCutOff(connection, items),
		});
	const rows = rowsOf(connection, items, is13),
		start = rows[0]?.time ?? 0;
	let meter = connection.events[0]?.meter ?? 0,
		shown = "";
	const lines = rows.map(row => {
		const steps = row.meter - meter,
			time = milliseconds(row.time - start);
		// what came in one go has its time once
		const isSame = time === shown && steps === 0;
		meter = row.meter;
		shown = time;
		return (
			`<li class="${row.kind} ${row.side} p-${row.protection}${isSame ? " same" : ""}"><time>${isSame ? "" : time}</time><div class="what"><b>${escapeHTML(row.name)}</b> <span>${breakable(row.words)}</span></div>` +
			`<span class="steps">${steps > 0 ? `${count(steps)} steps` : ""}</span></li>`
		);
	});
	const where = connection.address.includes(":")
		? `[${connection.address}]`
		: connection.address || "a name without address";
	const html =
		`<section class="connection${isBad ? " bad" : ""}" id="connection-${connection.number}"><h2>Connection ${connection.number} <small>${escapeHTML(where)} port ${connection.port}</small></h2>` +
		`<p class="summary">${breakable(words)}</p><ol class="flow"><li class="heads"><span>client</span><span>server</span></li>${lines.join("")}</ol></section>`;
	return { html, isBad };
}

/** How the run ended, in a sentence. An app may end well though a connection of it failed. */
function verdictOf({ report, failure }: Run, bad: readonly number[]): string {
	if (failure !== undefined) return failure;
	if (!report) return "The run left no report.";
	if (report.exitCode !== 0) return `The run ended with code ${report.exitCode}: ${report.reason}`;
	if (!bad.length) return "The run ended well.";
	return `The app ended well, but connection${bad.length > 1 ? "s" : ""} ${bad.join(", ")} failed.`;
}

function memorySection(events: readonly TraceEvent[], report: Report): string {
	const { chunks, slots, native, stack, collections } = report.memory;
	return (
		`<section><h2>Memory over time</h2>${memoryChart(events, chunks.limit, slots.limit * slots.size)}` +
		`<p>Peaks, garbage included: chunks ${count(chunks.peak)} of ${count(chunks.limit)} bytes, slots ${count(slots.peak)} of ${count(slots.limit)} (${slots.size} bytes each), stack ${count(stack.peak)} of ${count(stack.limit)} slots, ` +
		`native ${count(native.peak)} bytes; ${collections} collection${collections === 1 ? "" : "s"}.</p></section>`
	);
}

/** The whole page. */
export function picture(run: Run): string {
	const { title, events, secrets, report, failure, chip } = run;
	const connections = connectionsOf(events),
		parts = connections.map(connection => connectionSection(connection, secrets));
	const bad = connections.filter((_, i) => parts[i]!.isBad).map(({ number }) => number);
	const isBad = failure !== undefined || report?.exitCode !== 0 || bad.length > 0,
		verdict = verdictOf(run, bad);
	const sections = [
		...parts.map(({ html }) => html),
		...(report
			? [memorySection(events, report), phaseSection(report.marks, chip), acceleratorSection(report, chip)]
			: []),
	];
	return (
		`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHTML(title)}</title>` +
		`<style>${style}</style></head><body><header><h1>${escapeHTML(title)}</h1><p class="verdict${isBad ? " bad" : ""}">${escapeHTML(verdict)}</p>` +
		`<p class="key"><span class="p-none">in the clear</span><span class="p-handshake">handshake keys</span><span class="p-application">application keys</span></p></header>` +
		`<main>${connections.length ? "" : "<section><p>No connection was made.</p></section>"}${sections.join("")}</main></body></html>\n`
	);
}
