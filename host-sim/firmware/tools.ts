/*
	What the firmware is made with: Debian's cross compiler for RISC-V with picolibc, and Mbed TLS's sources, which come from
	Debian's source package. apt checks the package's signature; it runs with lists and settings of its own, so that neither a
	root user nor a change of the machine's settings is needed.
*/

import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { buildFolder, digest, locked, Problem } from "../build/files.js";
import { must, run } from "../build/process.js";
import { say } from "../build/progress.js";
import type { Toolchain } from "../build/toolchain.js";

const compiler = "riscv64-unknown-elf-gcc";
export const emulator = "qemu-system-riscv32";
const packages = "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc dpkg-dev";
const flags = ["--specs=picolibc.specs", "-march=rv32imc", "-mabi=ilp32"];

/** Ends with what to install. */
export const advice = `on Debian or Ubuntu, as root: apt-get update && apt-get install ${packages}`;

/** False where all programs are there; else the one that is missing, and what to install. */
export async function lacksTools(): Promise<string | false> {
	for (const [program, ...values] of [
		[compiler, ...flags, "-E", "-include", "stdio.h", "-x", "c", "/dev/null"],
		[emulator, "--version"],
		["apt-get", "--version"],
		["dpkg-source", "--version"],
	] as [string, ...string[]][]) {
		if ((await run(program, values)).code !== 0)
			return `the firmware needs ${program}, which is not there or does not work: ${advice}`;
	}
	return false;
}

/** The cross compiler. Throws a Problem with what to install. */
export async function findCrossCompiler(): Promise<Toolchain> {
	const lacking = await lacksTools();
	if (lacking) throw new Problem(lacking);
	const { stdout } = await must(compiler, ["--version"], compiler);
	const folder = join(buildFolder, "firmware");
	mkdirSync(folder, { recursive: true });
	return {
		variant: "rv32imc",
		isBare: false,
		compiler,
		flags,
		linkFlags: [],
		runner: [],
		version: digest(stdout, ...flags),
		folder,
	};
}

/** apt's lists of source packages, in place of those of packages: one file for each of the machine's own. */
function writeSources(folder: string): void {
	const parts = "/etc/apt/sources.list.d";
	const names = existsSync(parts)
		? readdirSync(parts)
				.filter(name => /\.(list|sources)$/.test(name))
				.map(name => join(parts, name))
		: [];
	for (const path of ["/etc/apt/sources.list", ...names]) {
		if (!existsSync(path)) continue;
		const text = readFileSync(path, "utf8");
		const asSource = path.endsWith(".list")
			? text.replace(/^deb(?=\s)/gm, "deb-src")
			: text.replace(/^Types:.*$/gm, "Types: deb-src");
		writeFileSync(join(folder, path.slice(path.lastIndexOf("/") + 1)), asSource);
	}
}

/** Has apt fetch and unpack the source package into `folder`. */
async function fetchPackage(folder: string): Promise<void> {
	for (const name of ["lists/partial", "parts"]) mkdirSync(join(folder, name), { recursive: true });
	writeSources(join(folder, "parts"));
	const settings = [
		"Dir::Etc::SourceList=/dev/null",
		`Dir::Etc::SourceParts=${folder}/parts`,
		`Dir::State::Lists=${folder}/lists`,
		"Dir::Cache::pkgcache=",
		"Dir::Cache::srcpkgcache=",
		"Acquire::Languages=none",
		"APT::Sandbox::User=root",
	].flatMap(value => ["-o", value]);
	// one list that can't be fetched is no harm, as long as another has the package
	const updated = await run("apt-get", [...settings, "-q", "update"]);
	const fetched = await run("apt-get", [...settings, "-q", "source", "mbedtls"], { cwd: folder });
	if (fetched.code !== 0) {
		throw new Problem(
			`the source package of Mbed TLS can't be fetched by apt-get source:\n${(updated.stderr + fetched.stderr).trim()}`,
		);
	}
}

/** The folder with Mbed TLS's include/ and library/, fetched where it is not there yet. */
export function fetchMbedTLS(): Promise<string> {
	const folder = join(buildFolder, "mbedtls-source");
	if (existsSync(folder)) return Promise.resolve(folder);
	return locked("mbedtls", async () => {
		if (existsSync(folder)) return folder;
		say("fetching Mbed TLS's source package (apt-get source mbedtls)");
		const draft = mkdtempSync(join(buildFolder, "mbedtls."));
		try {
			await fetchPackage(draft);
			const name = readdirSync(draft).find(one => existsSync(join(draft, one, "library", "psa_crypto.c")));
			if (!name?.startsWith("mbedtls-2.28")) {
				throw new Problem(
					`the source package is ${name ?? "empty"}; the firmware is made for Mbed TLS 2.28 (Debian 12)`,
				);
			}
			renameSync(join(draft, name), folder);
		} finally {
			rmSync(draft, { recursive: true, force: true });
		}
		return folder;
	});
}
