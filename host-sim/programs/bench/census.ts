/*
	Who holds memory at the peak of a handshake, and which lines ask for it: the simulator's census (xs/census.c) as
	text.
*/

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { work, type Work } from "./measure.js";

interface Kind {
	readonly name: string;
	readonly objects: number;
	readonly slots: number;
	readonly chunkBytes: number;
}
interface Place {
	readonly place: string;
	readonly slots: number;
	readonly chunks: number;
	readonly bytes: number;
}
interface Meter {
	readonly place: string;
	readonly meter: number;
}
interface Interval {
	readonly interval: string;
	readonly peak: readonly Kind[];
	readonly end: readonly Kind[];
	readonly allocations: readonly Place[];
	readonly held: readonly Place[];
	readonly work: readonly Meter[];
}

const shown = 30;

function kinds(title: string, list: readonly Kind[]): string[] {
	const bytes = (kind: Kind): number => 16 * kind.slots + kind.chunkBytes;
	const sorted = [...list].sort((a, b) => bytes(b) - bytes(a));
	const all = list.reduce((sum, kind) => sum + bytes(kind), 0);
	return [
		`${title}: ${all} bytes`,
		"   bytes  objects  slots  chunk bytes",
		...sorted
			.slice(0, shown)
			.map(kind =>
				[
					String(bytes(kind)).padStart(8),
					String(kind.objects).padStart(7),
					String(kind.slots).padStart(5),
					String(kind.chunkBytes).padStart(11),
					kind.name,
				].join("  "),
			),
		"",
	];
}

function places(list: readonly Place[]): string[] {
	const slots = list.reduce((sum, place) => sum + place.slots, 0);
	const modules = new Map<string, number>();
	for (const place of list) {
		const name = place.place.replace(/:\d+$/, "");
		modules.set(name, (modules.get(name) ?? 0) + place.slots + place.chunks);
	}
	const byModule = [...modules]
		.sort(([, a], [, b]) => b - a)
		.slice(0, shown)
		.map(([name, count]) => `${String(count).padStart(8)}  ${name}`);
	return [
		`allocated: ${slots} slots, by line`,
		"   slots  chunks  chunk bytes",
		...list
			.slice(0, shown)
			.map(place =>
				[
					String(place.slots).padStart(8),
					String(place.chunks).padStart(6),
					String(place.bytes).padStart(11),
					place.place,
				].join("  "),
			),
		"",
		"   chunks  chunk bytes, by line",
		...[...list]
			.sort((a, b) => b.chunks - a.chunks)
			.filter(place => place.chunks > 0)
			.slice(0, shown * 3)
			.map(place => [String(place.chunks).padStart(9), String(place.bytes).padStart(11), place.place].join("  ")),
		"",
		"slots and chunks by file",
		...byModule,
		"",
	];
}

function held(list: readonly Place[]): string[] {
	return [
		"held at the peak, by the line that asked for it",
		"   bytes  slots  chunk bytes",
		...list
			.slice(0, shown * 2)
			.map(place =>
				[
					String(16 * place.slots + place.bytes).padStart(8),
					String(place.slots).padStart(5),
					String(place.bytes).padStart(11),
					place.place,
				].join("  "),
			),
		"",
	];
}

function worked(list: readonly Meter[]): string[] {
	const all = list.reduce((sum, { meter }) => sum + meter, 0);
	const modules = new Map<string, number>();
	for (const { place, meter } of list) {
		const name = place.replace(/:\d+$/, "");
		modules.set(name, (modules.get(name) ?? 0) + meter);
	}
	const line = (name: string, count: number): string => `${String(count).padStart(8)}  ${name}`;
	const byModule = [...modules]
		.sort(([, a], [, b]) => b - a)
		.slice(0, shown)
		.map(([name, count]) => line(name, count));
	return [
		`work: ${all} units of the meter, by line`,
		...list.slice(0, shown).map(({ place, meter }) => line(place, meter)),
		"",
		"by file",
		...byModule,
		"",
	];
}

/** The census of a handshake: at its peak, and when the connection is open and idle. */
export async function censusText(what: Work): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), "xs-tls-census-"));
	try {
		const file = join(folder, "census.json");
		await work({ ...what, run: { ...what.run, live: true, census: file } });
		const intervals = JSON.parse(readFileSync(file, "utf8")) as Interval[];
		const [start, done, idle] = ["start", "handshake", "idle"].map(name =>
			intervals.find(one => one.interval === name),
		);
		return [
			...kinds("the app before the handshake", start?.end ?? []),
			...kinds("at the peak of the handshake", done?.peak ?? []),
			...held(done?.held ?? []),
			...kinds("open and idle", idle?.end ?? []),
			...places(done?.allocations ?? []),
			...worked(done?.work ?? []),
		].join("\n");
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
