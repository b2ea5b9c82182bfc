/*
	The C compiler and Mbed TLS's crypto library. They are found and tried out. What is missing is installed (as root on
	Debian), or asked for in one command. A variant is how an app is built: "native", or "m32" with the 32-bit pointers
	of the device. Behind a dash "asan" adds the address and undefined-behaviour sanitizers. "bare" leaves out the
	engine's meter and line numbers, as a release for a device does. "device" builds Mbed TLS as on a device (crypto.ts)
	in place of the system's. "sdk" takes the Moddable SDK's own engine (engine.ts).
*/

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { EngineSource } from "./engine.js";
import { buildFolder, digest, Problem, writeWhole } from "./files.js";
import { run } from "./process.js";
import { say } from "./progress.js";

export interface Toolchain {
	readonly variant: string;
	/** The engine has neither meter nor line numbers. */
	readonly isBare: boolean;
	/** Which Mbed TLS: the system's, or one built as on a device. */
	readonly crypto: "system" | "device";
	/** Which XS: that of the npm package, or the Moddable SDK's own. */
	readonly engine: EngineSource;
	readonly compiler: string;
	/** For compiling and linking alike. */
	readonly flags: string[];
	readonly linkFlags: string[];
	/** What its programs run under: nothing, or an emulator where the system runs no 32-bit programs. */
	readonly runner: readonly string[];
	/** Changes when the compiler does. */
	readonly version: string;
	/** The folder for all that is built in this variant. */
	readonly folder: string;
}

const debian = {
	native: "apt-get update; apt-get install -y build-essential libmbedtls-dev",
	m32: "dpkg --add-architecture i386 && apt-get update; apt-get install -y gcc-multilib libmbedtls-dev:i386",
	device: "apt-get update; apt-get install -y build-essential dpkg-dev",
	device32: "apt-get update; apt-get install -y build-essential gcc-multilib dpkg-dev",
	emulator: "apt-get update; apt-get install -y qemu-user",
};

/** Runs 32-bit programs where the kernel doesn't: many virtual machines have one that takes 64-bit programs only. */
const emulator = "qemu-i386";

/** Where Homebrew keeps Mbed TLS, which it does not link into the compiler's own folders. */
const homebrew = ["/opt/homebrew", "/usr/local"].flatMap(prefix => [
	`${prefix}/opt/mbedtls@3`,
	`${prefix}/opt/mbedtls`,
]);

/** In a variant's folder: the version that was found to work, and its runner. */
function stampName(crypto: Toolchain["crypto"]): string {
	return crypto === "system" ? "toolchain-works" : "toolchain-works-device";
}

const deviceProbe = "int main(void) { return 0; }\n";

const probe = `#include <psa/crypto.h>
int main(void) { return psa_crypto_init() == PSA_SUCCESS ? 0 : 1; }
`;

/**
 * XS_TLS_MBEDTLS=device in the environment builds every variant with Mbed TLS as on a device: a run of the tests with
 * 3.6 beside the system's.
 */
function cryptoOf(variant: string): Toolchain["crypto"] {
	const asked = process.env["XS_TLS_MBEDTLS"] ?? "";
	if (asked !== "" && asked !== "system" && asked !== "device")
		throw new Problem(`XS_TLS_MBEDTLS takes "system" or "device", not "${asked}"`, 2);
	return asked === "device" || variant.split("-").slice(1).includes("device") ? "device" : "system";
}

function engineOf(variant: string): EngineSource {
	return variant.split("-").slice(1).includes("sdk") ? "sdk" : "npm";
}

/** What a variant's objects have in common with those of others: its name without what selects Mbed TLS. */
function folderName(variant: string): string {
	return variant
		.split("-")
		.filter(part => part !== "device")
		.join("-");
}

function variantFlags(variant: string): string[] {
	const [base, ...extras] = variant.split("-");
	if (base !== "native" && base !== "m32")
		throw new Problem(`"${variant}": a variant is native or m32, with -asan after it if wanted`, 2);
	const flags = base === "m32" ? ["-m32"] : [];
	for (const extra of extras) {
		if (extra === "bare" || extra === "device" || extra === "sdk") continue;
		if (extra !== "asan")
			throw new Problem(`"${variant}": additions to a variant are -asan, -bare, -device and -sdk`, 2);
		flags.push("-fsanitize=address,undefined", "-fno-omit-frame-pointer");
	}
	return flags;
}

function advice(variant: string, { command }: Trial): string {
	if (process.platform === "darwin") {
		return variant.startsWith("m32")
			? "macOS has no 32-bit programs: use the native build here"
			: "xcode-select --install; brew install mbedtls@3";
	}
	const named = process.env["CC"];
	const onCC = named ? `CC names the compiler "${named}": it must be one program, without options.\n` : "";
	return `${onCC}On Debian and Ubuntu, as root: ${command}`;
}

interface Trial {
	/** What its programs run under; undefined where they don't. */
	readonly runner: readonly string[] | undefined;
	/** What went wrong, and what installs what is missing on a Debian. */
	readonly words: string;
	readonly command: string;
}

/** Compiles, links and runs a small program that uses PSA Crypto. */
async function tryOut(toolchain: Omit<Toolchain, "runner">): Promise<Trial> {
	const ofSystem = toolchain.crypto === "system";
	const source = join(toolchain.folder, ofSystem ? "probe.c" : "probe-device.c");
	const program = join(toolchain.folder, `probe.${process.pid}`);
	writeWhole(source, ofSystem ? probe : deviceProbe);
	const built = await run(toolchain.compiler, [
		...toolchain.flags,
		source,
		"-o",
		program,
		...toolchain.linkFlags,
		...(ofSystem ? ["-lmbedcrypto"] : []),
	]);
	const is32 = toolchain.variant.startsWith("m32");
	const command = ofSystem ? (is32 ? debian.m32 : debian.native) : is32 ? debian.device32 : debian.device;
	if (!ofSystem && (await run("dpkg-source", ["--version"])).code !== 0)
		return { runner: undefined, words: "dpkg-source, which unpacks Mbed TLS's sources, is missing", command };
	if (built.code !== 0) {
		const said = built.stderr.trim().split("\n").slice(0, 4).join("\n");
		return { runner: undefined, words: said || `${toolchain.compiler}: ended with ${built.code}`, command };
	}
	for (const runner of is32 ? [[], [emulator]] : [[]]) {
		const [first, ...rest] = [...runner, program];
		if ((await run(first!, rest)).code === 0) return { runner, words: "", command };
	}
	const words = ofSystem
		? "the program that tries out PSA Crypto does not run"
		: "the program that tries out the compiler does not run";
	return is32
		? {
				runner: undefined,
				words: `${words}: this system takes no 32-bit programs, and ${emulator} is missing`,
				command: debian.emulator,
			}
		: { runner: undefined, words, command };
}

/** Runs apt-get, as root on a Debian; true where that was done. */
async function install(variant: string, { command }: Trial): Promise<boolean> {
	if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
	// no package makes a compiler run that was named wrong
	const named = process.env["CC"];
	if (named && (await run(named, ["--version"])).code !== 0) return false;
	say(`installing what the ${variant} build needs: ${command}`);
	const outcome = await run("/bin/sh", ["-c", command], { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
	if (outcome.code !== 0) say(outcome.stderr.trim());
	return outcome.code === 0;
}

/** The compiler for a variant, tried out. Throws a Problem that says what to install. */
export async function findToolchain(variant: string): Promise<Toolchain> {
	const flags = variantFlags(variant);
	const linkFlags: string[] = [];
	const isBare = variant.split("-").includes("bare");
	const brew = process.platform === "darwin" ? homebrew.find(existsSync) : undefined;
	if (brew) {
		flags.push(`-I${brew}/include`);
		linkFlags.push(`-L${brew}/lib`);
	}
	const compiler = process.env["CC"] ?? "cc";
	const crypto = cryptoOf(variant);
	const engine = engineOf(variant);
	const folder = join(buildFolder, folderName(variant));
	mkdirSync(folder, { recursive: true });
	const versionOf = async (): Promise<string> => (await run(compiler, ["--version"])).stdout;
	const make = (version: string): Omit<Toolchain, "runner"> => ({
		variant,
		isBare,
		crypto,
		engine,
		compiler,
		flags,
		linkFlags,
		version: digest(version, ...flags),
		folder,
	});
	let toolchain = make(await versionOf());
	const stamp = join(folder, stampName(crypto));
	if (existsSync(stamp)) {
		const [version, ...runner] = readFileSync(stamp, "utf8").split("\n");
		if (version === toolchain.version) return { ...toolchain, runner };
	}
	let trial = await tryOut(toolchain);
	for (let attempt = 0; attempt < 2 && !trial.runner && (await install(variant, trial)); attempt++) {
		toolchain = make(await versionOf());
		trial = await tryOut(toolchain);
	}
	if (!trial.runner)
		throw new Problem(
			`the ${variant} build needs a C compiler and Mbed TLS's crypto library:\n${trial.words}\n${advice(variant, trial)}`,
		);
	writeFileSync(stamp, [toolchain.version, ...trial.runner].join("\n"));
	return { ...toolchain, runner: trial.runner };
}

/** True where a variant can be built on this machine; installs nothing. */
export async function canBuild(variant: string): Promise<boolean> {
	const crypto = cryptoOf(variant);
	const folder = join(buildFolder, folderName(variant));
	if (existsSync(join(folder, stampName(crypto)))) return true;
	mkdirSync(folder, { recursive: true });
	const compiler = process.env["CC"] ?? "cc";
	return (
		(
			await tryOut({
				variant,
				isBare: false,
				crypto,
				engine: engineOf(variant),
				compiler,
				flags: variantFlags(variant),
				linkFlags: [],
				version: "",
				folder,
			})
		).runner !== undefined
	);
}
