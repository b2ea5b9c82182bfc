/*
	What this machine has of what tests may use, and where: a test that lacks something is skipped with the line that
	installs it.
*/

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { buildFolder, projectRoot } from "../../host-sim/build/files.js";
import { canBuild } from "../../host-sim/build/toolchain.js";

/** False where the program is there; else why a test is skipped, with the line that installs it. */
export function lacks(program: string, debianPackage: string): string | false {
	return spawnSync(program, ["--version"], { stdio: "ignore" }).error
		? `${program} is not installed: apt-get install ${debianPackage}`
		: false;
}

/**
 * XS_TLS_VARIANTS=native leaves the 32-bit build out, for quick runs while writing code. Other variants run the same
 * tests in their place: native-sdk with the engine of the SDK that MODDABLE names. XS_TLS_MBEDTLS=device runs all with
 * Mbed TLS 3.6 (host-sim/build/toolchain.ts).
 */
const asked = (process.env["XS_TLS_VARIANTS"] ?? "").split(",").filter(name => name !== "" && name !== "m32");
const isNativeOnly = asked.length > 0;

/** The 32-bit build runs here. */
const has32 = !isNativeOnly && (await canBuild("m32")) && (await canBuild("m32-device"));

/** False, or why the 32-bit build can't be tested. */
export const lacks32: string | false = has32
	? false
	: isNativeOnly
		? "XS_TLS_VARIANTS leaves the 32-bit build out"
		: "no 32-bit programs with Mbed TLS: dpkg --add-architecture i386 && apt-get update; apt-get install gcc-multilib libmbedtls-dev:i386 dpkg-dev qemu-user";

/** The variants that are tested: those that were asked for, or those that can be built here. */
export const variants: readonly string[] = isNativeOnly ? asked : has32 ? ["native", "m32"] : ["native"];

const zlibProgram = "#include <zlib.h>\nint main(void) { return zlibVersion() == 0; }\n";

/** False, or why a variant of what needs zlib can't be tested. */
export function lacksZlib(variant: string): string | false {
	const flags = [...(variant === "m32" ? ["-m32"] : []), "-xc", "-", "-lz", "-o", "/dev/null"];
	if (spawnSync(process.env["CC"] ?? "cc", flags, { input: zlibProgram }).status === 0) return false;
	return `no zlib: apt-get install ${variant === "m32" ? "lib32z1-dev" : "zlib1g-dev"}`;
}

/** Where the vectors are: named, beside the project, or fetched by `npm run vectors`. */
const vectorsPath =
	process.env["XS_TLS_VECTORS"] ??
	[join(projectRoot, "..", "shared", "vectors"), join(buildFolder, "vectors")].find(folder => existsSync(folder)) ??
	"";

/** False, or why tests with published vectors are skipped. */
export const lacksVectors: string | false = existsSync(join(vectorsPath, "wycheproof"))
	? false
	: "no test vectors: npm run vectors fetches them, or name their folder in XS_TLS_VECTORS";

/** False, or why tests with this file are skipped: "limbo.json" and "bettertls.json" can't be fetched. */
export function lacksVectorFile(name: string): string | false {
	return existsSync(join(vectorsPath, name))
		? false
		: `no test vectors: ${name} is in no published form (host-sim/programs/vectors.ts)`;
}

/** A file of the test vectors. */
export function vectorFile(name: string): string {
	return join(vectorsPath, name);
}
