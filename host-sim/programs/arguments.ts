/*
	Reads the command lines of npm's commands: options with or without a value, "--name value" or "--name=value", and
	whatever stands beside them. What is wrong is a sentence and exit code 2.
*/

import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { fileProblem, Problem } from "../build/files.js";

/** What an option does to the result: without a value, or with one. */
export type Option<T> =
	| { readonly set: (result: T) => void }
	| { readonly take: (result: T, value: string, option: string) => void; readonly isRepeatable?: boolean };

export type Options<T> = Readonly<Record<string, Option<T>>>;

/** Steps from one word to the other: letters changed, added, left out, or two swapped. */
function distance(a: string, b: string): number {
	let before: number[] = [];
	let row = Array.from({ length: b.length + 1 }, (_, i) => i);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const isSame = a[i - 1] === b[j - 1];
			next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (isSame ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				next[j] = Math.min(next[j]!, before[j - 2]! + 1);
		}
		[before, row] = [row, next];
	}
	return row[b.length]!;
}

/** The name that is most like `word`; undefined if none is near. */
export function nearest(word: string, names: readonly string[]): string | undefined {
	const letters = word.toLowerCase();
	const ranked = names
		.map(name => ({ name, steps: name.startsWith(letters) && letters.length > 4 ? 1 : distance(letters, name) }))
		.sort((a, b) => a.steps - b.steps);
	const [best] = ranked;
	return best && best.steps <= Math.max(1, Math.floor(letters.length / 3)) ? best.name : undefined;
}

/** Refuses an unknown option, and names the one that is most like it. */
function refuseOption(option: string, names: readonly string[]): never {
	const near = nearest(option, names);
	throw new Problem(`there is no option ${option}${near ? `; did you mean ${near}?` : ""} (--help lists them)`, 2);
}

/** Reads options into `result`. `other` gets arguments that are not options. */
export function readOptions<T>(
	values: readonly string[],
	options: Options<T>,
	result: T,
	other: (result: T, value: string) => void,
): T {
	const given = new Set<string>();
	for (let i = 0; i < values.length; i++) {
		const value = values[i]!;
		if (!value.startsWith("-") || value === "-") {
			other(result, value);
			continue;
		}
		const equals = value.indexOf("=");
		const name = equals < 0 ? value : value.slice(0, equals);
		const option = Object.hasOwn(options, name) ? options[name]! : refuseOption(name, Object.keys(options));
		if ("set" in option) {
			if (equals >= 0) throw new Problem(`${name} takes no value`, 2);
			option.set(result);
			continue;
		}
		if (given.has(name) && !option.isRepeatable) throw new Problem(`${name} is given twice`, 2);
		given.add(name);
		const text = equals < 0 ? values[++i] : value.slice(equals + 1);
		if (text === undefined || text === "" || (equals < 0 && Object.hasOwn(options, text)))
			throw new Problem(`${name} needs a value${text ? `, and ${text} is an option` : ""}`, 2);
		option.take(result, text, name);
	}
	return result;
}

/** Refuses what stands beside the options, in a command that takes nothing there. */
export function refuseOther(_result: unknown, value: string): never {
	throw new Problem(`"${value}": this command takes options only (--help lists them)`, 2);
}

/** True if the user asks for help. */
export function wantsHelp(values: readonly string[]): boolean {
	return values.includes("--help") || values.includes("-h");
}

/** Longer than any run; a clock in milliseconds of 32 bits still holds it. */
const MAX_SECONDS = 2_000_000;

/** A number of seconds, as decimal digits. */
export function readSeconds(option: string, text: string): number {
	const value = /^\d+(\.\d+)?$|^\.\d+$/.test(text) ? Number(text) : 0;
	if (value > 0 && value <= MAX_SECONDS) return value;
	throw new Problem(`${option} takes a number of seconds above 0, at most ${MAX_SECONDS}, not "${text}"`, 2);
}

/** A whole number from `min` to `max`, as decimal digits; 1e6 is taken, too. */
export function readCount(option: string, text: string, min = 1, max: number = Number.MAX_SAFE_INTEGER): number {
	const value = /^\d+(e\d+)?$/i.test(text) ? Number(text) : Number.NaN;
	if (value >= min && value <= max) return value;
	throw new Problem(`${option} takes a whole number from ${min} to ${max}, not "${text}"`, 2);
}

/** A path as the user means it: npm runs scripts in the project's folder. */
export function userPath(path: string): string {
	const event = process.env["npm_lifecycle_event"];
	const isCommand = event !== undefined && event !== "test";
	return resolve(isCommand ? (process.env["INIT_CWD"] ?? process.cwd()) : process.cwd(), path);
}

/** A file to write: its folder must be there, and it must not be a folder. Checked before the run. */
export function outputPath(option: string, path: string): string {
	const file = userPath(path);
	if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
		throw new Problem(`${option} ${path}: a folder, not a file`, 2);
	if (!existsSync(dirname(file))) throw new Problem(`${option} ${path}: its folder is not there`, 2);
	return file;
}

/** A folder to keep things in, which is made where it is not there. */
export function folderPath(option: string, path: string): string {
	const folder = userPath(path);
	try {
		if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
		else if (!statSync(folder).isDirectory()) throw new Problem(`${option} ${path}: a file, not a folder`, 2);
		accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
	} catch (error) {
		if (error instanceof Problem) throw error;
		throw new Problem(`${option} ${path}: ${fileProblem(error)}`, 2);
	}
	return folder;
}

/** HOST:PORT of a debugger; a port alone is of this machine. */
export function readAddress(option: string, text: string): string {
	const port = /^(?:.+:)?(\d+)$/.exec(text)?.[1];
	if (port === undefined || Number(port) < 1 || Number(port) > 65535)
		throw new Problem(`${option} takes HOST:PORT, such as localhost:5002 where xsbug listens, not "${text}"`, 2);
	return text.includes(":") ? text : `localhost:${text}`;
}
