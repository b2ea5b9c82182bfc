/*
	Where things lie, and files written so that programs may run side by side.
*/

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** A failure that a person can act on: its message is printed as it is, without a stack. */
export class Problem extends Error {
	/** The program's exit code. */
	readonly exitCode: number;

	constructor(message: string, exitCode = 1) {
		super(message);
		this.exitCode = exitCode;
	}
}

/** Why a file could not be read or written, in words. */
export function fileProblem(error: unknown): string {
	const { code, message } = error as NodeJS.ErrnoException;
	switch (code) {
		case "ENOENT":
			return "no such file";
		case "EISDIR":
			return "a folder, not a file";
		case "ENOTDIR":
			return "a part of its path is no folder";
		case "EACCES":
		case "EPERM":
			return "no permission";
		case "ENOSPC":
			return "the disk is full";
		default:
			return message;
	}
}

function findRoot(): string {
	for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
		if (existsSync(join(folder, "package-lock.json"))) return folder;
		if (folder === dirname(folder)) throw new Error("the project's folder was not found");
	}
}

/** The project's folder. */
export const projectRoot = findRoot();

/** All that is built; nothing in it is worth keeping. */
export const buildFolder = join(projectRoot, "build");

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
	writeFileSync(draft, content);
	try {
		renameSync(draft, path);
	} catch (error) {
		rmSync(draft);
		throw error;
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
		const made = JSON.parse(readFileSync(this.#path, "utf8")) as { key: string; inputs: Record<string, string> };
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

function isRunning(process_: number): boolean {
	try {
		process.kill(process_, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

/** The process that holds a lock; 0 where it has just gone or is not written yet. */
function lockOwner(path: string): number {
	try {
		return Number(readFileSync(path, "utf8"));
	} catch {
		return 0;
	}
}

/** Runs `body` while no other process is inside the lock of this name. */
export async function locked<T>(name: string, body: () => Promise<T>): Promise<T> {
	const path = join(buildFolder, `${name}.lock`);
	mkdirSync(buildFolder, { recursive: true });
	for (;;) {
		try {
			writeFileSync(path, String(process.pid), { flag: "wx" });
			break;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
			const owner = lockOwner(path);
			if (owner && !isRunning(owner)) rmSync(path, { force: true });
			else await new Promise(resolve => setTimeout(resolve, 50));
		}
	}
	try {
		return await body();
	} finally {
		rmSync(path, { force: true });
	}
}
