/*
	The C compiler and Mbed TLS's crypto library: found, tried out, and where they lack, installed (as root on Debian) or asked for
	in one command. A variant is how an app is built: "native", or "m32" with the 32-bit pointers of the device; behind a dash
	"asan" adds the address and undefined-behaviour sanitizers.
*/

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { buildFolder, digest, Problem, writeWhole } from "./files.js";
import { run } from "./process.js";
import { say } from "./progress.js";

export interface Toolchain {
	readonly variant: string;
	readonly compiler: string;
	/** For compiling and linking alike. */
	readonly flags: string[];
	readonly linkFlags: string[];
	/** Changes when the compiler does. */
	readonly version: string;
	/** The folder for all that is built in this variant. */
	readonly folder: string;
}

const debian = {
	native: "apt-get update && apt-get install -y build-essential libmbedtls-dev",
	m32: "dpkg --add-architecture i386 && apt-get update && apt-get install -y gcc-multilib libmbedtls-dev:i386",
};

/** Where Homebrew keeps Mbed TLS, which it does not link into the compiler's own folders. */
const homebrew = ["/opt/homebrew", "/usr/local"].flatMap(prefix => [`${prefix}/opt/mbedtls@3`, `${prefix}/opt/mbedtls`]);

const probe = `#include <psa/crypto.h>
int main(void) { return psa_crypto_init() == PSA_SUCCESS ? 0 : 1; }
`;

function variantFlags(variant: string): string[] {
	const [base, ...extras] = variant.split("-");
	if (base !== "native" && base !== "m32") throw new Problem(`"${variant}": a variant is native or m32, with -asan behind it if wanted`, 2);
	const flags = base === "m32" ? ["-m32"] : [];
	for (const extra of extras) {
		if (extra !== "asan") throw new Problem(`"${variant}": the only addition to a variant is -asan`, 2);
		flags.push("-fsanitize=address,undefined", "-fno-omit-frame-pointer");
	}
	return flags;
}

function advice(variant: string): string {
	const is32 = variant.startsWith("m32");
	if (process.platform === "darwin") {
		return is32 ? "macOS has no 32-bit programs: use the native build here" : "xcode-select --install; brew install mbedtls@3";
	}
	return `On Debian and Ubuntu, as root: ${is32 ? debian.m32 : debian.native}`;
}

/** True where a small program that uses PSA Crypto compiles, links and runs. */
async function works(toolchain: Toolchain): Promise<{ ok: boolean; words: string }> {
	const source = join(toolchain.folder, "probe.c");
	const program = join(toolchain.folder, `probe.${process.pid}`);
	writeWhole(source, probe);
	const built = await run(toolchain.compiler, [...toolchain.flags, source, "-o", program, ...toolchain.linkFlags, "-lmbedcrypto"]);
	if (built.code !== 0) return { ok: false, words: built.stderr.trim().split("\n").slice(0, 4).join("\n") };
	const ran = await run(program, []);
	return { ok: ran.code === 0, words: `the program that tries out PSA Crypto ended with code ${ran.code}` };
}

/** Runs apt-get, as root on a Debian; true where that was done. */
async function install(variant: string): Promise<boolean> {
	if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
	const command = variant.startsWith("m32") ? debian.m32 : debian.native;
	say(`installing what the ${variant} build needs: ${command}`);
	const outcome = await run("/bin/sh", ["-c", command], { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
	if (outcome.code !== 0) say(outcome.stderr.trim());
	return outcome.code === 0;
}

/** The compiler for a variant, tried out. Throws a Problem that says what to install. */
export async function findToolchain(variant: string): Promise<Toolchain> {
	const flags = variantFlags(variant);
	const linkFlags: string[] = [];
	const brew = process.platform === "darwin" ? homebrew.find(existsSync) : undefined;
	if (brew) {
		flags.push(`-I${brew}/include`);
		linkFlags.push(`-L${brew}/lib`);
	}
	const compiler = process.env["CC"] ?? "cc";
	const folder = join(buildFolder, variant);
	mkdirSync(folder, { recursive: true });
	const versionOf = async (): Promise<string> => (await run(compiler, ["--version"])).stdout;
	const make = (version: string): Toolchain => ({ variant, compiler, flags, linkFlags, version: digest(version, ...flags), folder });
	let toolchain = make(await versionOf());
	const stamp = join(folder, "toolchain-works");
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === toolchain.version) return toolchain;
	let result = await works(toolchain);
	if (!result.ok && await install(variant)) {
		toolchain = make(await versionOf());
		result = await works(toolchain);
	}
	if (!result.ok) throw new Problem(`the ${variant} build needs a C compiler and Mbed TLS's crypto library:\n${result.words}\n${advice(variant)}`);
	writeFileSync(stamp, toolchain.version);
	return toolchain;
}

/** True where a variant can be built on this machine; installs nothing. */
export async function canBuild(variant: string): Promise<boolean> {
	const folder = join(buildFolder, variant);
	if (existsSync(join(folder, "toolchain-works"))) return true;
	mkdirSync(folder, { recursive: true });
	const compiler = process.env["CC"] ?? "cc";
	return (await works({ variant, compiler, flags: variantFlags(variant), linkFlags: [], version: "", folder })).ok;
}
