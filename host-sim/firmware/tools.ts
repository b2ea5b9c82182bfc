/*
	What the firmware is made with: Debian's cross compiler for RISC-V with picolibc, and QEMU.
*/

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { buildFolder, digest, Problem } from "../build/files.js";
import { must, run } from "../build/process.js";
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
		crypto: "device",
		engine: "npm",
		compiler,
		flags,
		linkFlags: [],
		runner: [],
		version: digest(stdout, ...flags),
		folder,
	};
}
