/*
	npm run release: makes dist/, the client as one compressed module (release/dist.ts). With a VERSION it first writes
	that version and today's date wherever they stand: package.json, its lock, CHANGELOG.md, and modules/x509/time.ts.
	RELEASED there is the earliest time that a device's clock may show.
*/

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Problem, projectRoot, writeWhole } from "../build/files.js";
import { run } from "../build/process.js";
import { type Options, readOptions, userPath } from "./arguments.js";
import { runCommand } from "./guarded.js";
import { makeDist, type DistOptions } from "./release/dist.js";

const usage = `npm run release [-- VERSION] [-- OPTION ...]

Makes dist/: the client as one compressed module, with a manifest that takes the place of modules/manifest.json and with typings.
VERSION, such as 0.2.0, is first written with today's date (UTC) to package.json, package-lock.json, CHANGELOG.md and modules/x509/time.ts.
Commit and tag what it wrote: git commit -am "Release VERSION" && git tag vVERSION

  --without PARTS      leave out parts, such as tls12,ocsp: folders of modules/optional/without
  --error-numbers      numbers in place of the texts of errors; dist/errors.txt says what they mean
  --out FOLDER         make FOLDER in place of dist/
  --help               this text
`;

/** The files that a release changes, by their paths. */
export interface ReleaseFiles {
	readonly "package.json": string;
	readonly "package-lock.json": string;
	readonly "CHANGELOG.md": string;
	readonly "modules/x509/time.ts": string;
}

/** The line that says when the release was made, and the number in seconds since 1970. */
const releasedLines = /(\/\*\* When this release was made: )(\d{4}-\d\d-\d\d)(\.[^\n]*\nconst RELEASED = )(\d+)(;)/;

/** A heading of CHANGELOG.md for a release. */
const releaseHeading = /^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$/m;

const unreleased = /^## \[Unreleased\]\n([^]*?)(?=^## |$(?![^]))/m;

/** The date and the seconds that modules/x509/time.ts has. */
export function releasedTime(text: string): { date: string; seconds: number } {
	const match = releasedLines.exec(text);
	if (!match)
		throw new Problem('modules/x509/time.ts: no "When this release was made: DATE." above "const RELEASED = SECONDS;"');
	return { date: match[2]!, seconds: Number(match[4]) };
}

/** The newest release in CHANGELOG.md; undefined before the first one. */
export function lastRelease(changelog: string): { version: string; date: string } | undefined {
	const match = releaseHeading.exec(changelog);
	return match ? { version: match[1]!, date: match[2]! } : undefined;
}

/** True where `version` is above `before`; both are three numbers. */
function isAbove(version: string, before: string): boolean {
	const [a, b] = [version, before].map(text => text.split(".").map(Number)) as [number[], number[]];
	const different = a.findIndex((number, i) => number !== b[i]);
	return different >= 0 && a[different]! > b[different]!;
}

function checkVersion(version: string): void {
	if (!/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.test(version))
		throw new Problem(`"${version}" is not a version: three numbers, such as 0.2.0`, 2);
}

function replaceOnce(name: string, text: string, pattern: string | RegExp, replacement: string): string {
	const result = text.replace(pattern, replacement);
	if (result === text) throw new Problem(`${name}: found nothing to replace`);
	return result;
}

/** The files as a release of that version and date has them. Throws a Problem where something is missing. */
export function release(files: ReleaseFiles, version: string, date: string): ReleaseFiles {
	checkVersion(version);
	const { version: before } = JSON.parse(files["package.json"]) as { version: string };
	const changelog = files["CHANGELOG.md"],
		last = lastRelease(changelog);
	if (last && !isAbove(version, last.version))
		throw new Problem(`${version} is not above ${last.version}, the last release`, 2);
	if (!last && version !== before && !isAbove(version, before))
		throw new Problem(`${version} is below ${before}, the version in package.json`, 2);
	if (!/^- /m.test(unreleased.exec(changelog)?.[1] ?? ""))
		throw new Problem('CHANGELOG.md: nothing stands under "## [Unreleased]"');
	const time = releasedTime(files["modules/x509/time.ts"]);
	if (date < time.date)
		throw new Problem(`today, ${date}, is before the last release, ${time.date}: is this computer's clock right?`);
	const versionLine = `"version": ${JSON.stringify(before)}`,
		newLine = `"version": ${JSON.stringify(version)}`;
	const lock = files["package-lock.json"].replace(versionLine, newLine).replace(versionLine, newLine);
	return {
		"package.json": files["package.json"].replace(versionLine, newLine),
		"package-lock.json": lock,
		"CHANGELOG.md": replaceOnce(
			"CHANGELOG.md",
			changelog,
			"## [Unreleased]\n",
			`## [Unreleased]\n\n## [${version}] - ${date}\n`,
		),
		"modules/x509/time.ts": files["modules/x509/time.ts"].replace(
			releasedLines,
			`$1${date}$3${Date.parse(date) / 1000}$5`,
		),
	};
}

const paths = ["package.json", "package-lock.json", "CHANGELOG.md", "modules/x509/time.ts"] as const;

type Arguments = { -readonly [K in keyof DistOptions]: DistOptions[K] } & { version?: string; folder: string };

const options: Options<Arguments> = {
	"--without": { take: (result, parts) => (result.without = parts.split(",")) },
	"--error-numbers": { set: result => (result.errorNumbers = true) },
	"--out": { take: (result, path) => (result.folder = userPath(path)) },
};

function readArguments(values: readonly string[]): Arguments {
	const empty = { folder: join(projectRoot, "dist"), without: [], errorNumbers: false };
	return readOptions<Arguments>(values, options, empty, (result, value) => {
		if (result.version !== undefined) throw new Problem(`"${value}": one version at a time`, 2);
		checkVersion(value);
		result.version = value;
	});
}

async function writeVersion(version: string): Promise<void> {
	const { stdout } = await run("git", ["status", "--porcelain"], { cwd: projectRoot });
	if (stdout !== "") throw new Problem("there are changes that are not committed: a release is a commit of its own");
	const files = Object.fromEntries(
		paths.map(path => [path, readFileSync(join(projectRoot, path), "utf8")]),
	) as unknown as ReleaseFiles;
	const date = new Date().toISOString().slice(0, 10);
	const released = release(files, version, date);
	for (const path of paths) writeWhole(join(projectRoot, path), released[path]);
	process.stdout.write(
		`${version} of ${date} is written; next: git commit -am "Release ${version}" && git tag v${version}\n`,
	);
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => {
		const { version, folder, ...options } = readArguments(values);
		if (version !== undefined) await writeVersion(version);
		const bytes = await makeDist(folder, options);
		process.stdout.write(`${folder}: the client is one module of ${bytes} bytes of JavaScript\n`);
		return 0;
	});
}
