/*
	Where things lie, and files written so that programs may run side by side.
*/

import { createHash } from "node:crypto";
import {
	accessSync,
	constants,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { fileProblem } from "./problems.mjs";

export { fileProblem, systemSentence } from "./problems.mjs";

/** A failure that a person can act on: its message is printed as it is, without a stack. */
export class Problem extends Error {
	/** The program's exit code. */
	readonly exitCode: number;

	constructor(message: string, exitCode = 1) {
		super(message);
		this.exitCode = exitCode;
	}
}

interface Places {
	readonly root: string;
	readonly build: string;
}

/** The checkout and its build folder, which lies elsewhere where programs.mjs had to put it there. */
function findPlaces(): Places {
	for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
		if (existsSync(join(folder, "package-lock.json"))) return { root: folder, build: join(folder, "build") };
		const pointer = join(folder, "checkout");
		if (existsSync(pointer)) return { root: readFileSync(pointer, "utf8"), build: folder };
		if (folder === dirname(folder)) throw new Error("the project's folder was not found");
	}
}

const places = findPlaces();

/** The project's folder. */
export const projectRoot = places.root;

/** All that is built; nothing in it is worth keeping. */
export const buildFolder = places.build;

/** Makes a folder for a run's temporary files. The caller removes it. */
export function temporaryFolder(name: string): string {
	try {
		return mkdtempSync(join(tmpdir(), `${name}-`));
	} catch (error) {
		throw new Problem(`the folder for temporary files (TMPDIR), ${tmpdir()}: ${fileProblem(error)}`);
	}
}

/** A path as people want to read it: from the project's folder on where it is inside. */
export function shown(path: string): string {
	const short = relative(projectRoot, path);
	if (short === "") return ".";
	return short.startsWith("..") || isAbsolute(short) ? path : short;
}

/** A name for a file, made of any name. */
export function fileName(name: string): string {
	return name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+/, "");
}

/** A short digest of texts or bytes, in order. */
export function digest(...parts: (string | Uint8Array)[]): string {
	const hash = createHash("sha256");
	for (const part of parts) hash.update(`${part.length}:`).update(part);
	return hash.digest("hex").slice(0, 16);
}

const digests = new Map<string, { readonly key: string; readonly value: string }>();

/** The digest of a file's content, or "" where there is none. */
export function fileDigest(path: string): string {
	const status = statSync(path, { throwIfNoEntry: false });
	if (!status) return "";
	const key = `${status.mtimeMs} ${status.size} ${status.ino}`;
	const known = digests.get(path);
	if (known && known.key === key) return known.value;
	const value = digest(readFileSync(path));
	digests.set(path, { key, value });
	return value;
}

/** Writes a file in one step: a reader sees the old content or the new. */
export function writeWhole(path: string, content: string | Uint8Array): void {
	mkdirSync(dirname(path), { recursive: true });
	const draft = `${path}.${process.pid}`;
	try {
		writeFileSync(draft, content);
		renameSync(draft, path);
	} catch (error) {
		rmSync(draft, { force: true });
		// an error of write() does not say of what
		throw Object.assign(error as Error, { path });
	}
}

/** The same, leaving a file alone that has this content already. */
export function writeChanged(path: string, content: string): void {
	if (!existsSync(path) || readFileSync(path, "utf8") !== content) writeWhole(path, content);
}

/** Remembers beside a product which inputs it was made from. */
export class Stamp {
	readonly #path: string;

	constructor(product: string) {
		this.#path = `${product}.made-from.json`;
	}

	/** True where the product was made with this key, from files that still have the same content. */
	isFresh(key: string): boolean {
		if (!existsSync(this.#path)) return false;
		let made: { key: string; inputs: Record<string, string> };
		try {
			made = JSON.parse(readFileSync(this.#path, "utf8"));
		} catch {
			return false; // cut short by a full disk
		}
		return made.key === key && Object.entries(made.inputs).every(([path, value]) => fileDigest(path) === value);
	}

	write(key: string, inputs: readonly string[]): void {
		writeWhole(
			this.#path,
			JSON.stringify({ key, inputs: Object.fromEntries(inputs.map(path => [path, fileDigest(path)])) }),
		);
	}

	remove(): void {
		rmSync(this.#path, { force: true });
	}
}

/** Throws for the first of the files that this user may not read: a compiler would say that it is not there. */
export function expectReadable(files: readonly string[]): void {
	for (const path of files) {
		try {
			accessSync(path, constants.R_OK);
		} catch (error) {
			throw new Problem(`${path}: ${fileProblem(error)}`);
		}
	}
}

function isRunning(process_: number): boolean {
	try {
		process.kill(process_, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

/** After so long an empty file is a lock whose owner ended before it wrote its number. */
const EMPTY_LOCK_MS = 2000;

/** After so long a wait is worth a sentence. */
const WAIT_MS = 3000;

/** True if the process that holds a lock is gone. */
function isAbandoned(path: string): boolean {
	try {
		const owner = Number(readFileSync(path, "utf8"));
		return owner ? !isRunning(owner) : Date.now() - statSync(path).mtimeMs > EMPTY_LOCK_MS;
	} catch {
		return false; // it has just been given up
	}
}

/** Creates a file with this process's number; false if it exists. */
function takeLock(path: string): boolean {
	try {
		writeFileSync(path, "", { flag: "wx" });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
	try {
		writeFileSync(path, String(process.pid));
	} catch (error) {
		rmSync(path, { force: true });
		throw error;
	}
	return true;
}

/**
 * Removes a lock whose owner is gone. A second lock sees to it that only one process does, and only while that is so.
 */
function removeAbandoned(path: string): void {
	const guard = `${path}.removal`;
	if (!takeLock(guard)) {
		if (isAbandoned(guard)) rmSync(guard, { force: true });
		return;
	}
	try {
		if (isAbandoned(path)) rmSync(path, { force: true });
	} finally {
		rmSync(guard, { force: true });
	}
}

async function waitForLock(path: string): Promise<void> {
	const start = Date.now();
	let isSaid = false;
	while (!takeLock(path)) {
		if (isAbandoned(path)) removeAbandoned(path);
		else {
			await new Promise(resolve => setTimeout(resolve, 50));
			if (!isSaid && Date.now() - start > WAIT_MS) {
				isSaid = true;
				process.stderr.write(`waiting for another build (${shown(path)})\n`);
			}
		}
	}
}

/** Runs `body` while no other process is inside the lock of this name. */
export async function locked<T>(name: string, body: () => Promise<T>): Promise<T> {
	const path = join(buildFolder, `${name}.lock`);
	mkdirSync(buildFolder, { recursive: true });
	await waitForLock(path);
	try {
		return await body();
	} finally {
		rmSync(path, { force: true });
	}
}
