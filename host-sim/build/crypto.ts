/*
	Mbed TLS as on a device: version 3.6 from its sources, in the configuration of chip/mbedtls/device_config.h.
	Variants with "-device" and the firmware link it in place of the system's library.
*/

import { join } from "node:path";

import { projectRoot, writeWhole } from "./files.js";
import { compileUnits, sources, type Unit } from "./objects.js";
import { fetchMbedTLS, mbedTLS } from "./packages.js";
import { run } from "./process.js";
import type { Toolchain } from "./toolchain.js";

const configFolder = join(projectRoot, "host-sim", "chip", "mbedtls");

/** Compiler options for what includes Mbed TLS's headers; none where they are the system's. */
export async function cryptoFlags({ crypto }: Toolchain): Promise<string[]> {
	if (crypto === "system") return [];
	const folder = await fetchMbedTLS();
	return [
		'-DMBEDTLS_CONFIG_FILE="device_config.h"',
		`-I${configFolder}`,
		"-isystem",
		join(folder, "include"),
		// for hardware/psa/p256.c, which includes p256-m
		"-isystem",
		join(folder, "3rdparty", "p256-m"),
	];
}

/** The library and its version, for tables of figures. */
export async function cryptoName({ crypto, compiler, flags, folder }: Toolchain): Promise<string> {
	if (crypto !== "system") return `Mbed TLS ${mbedTLS.version}, as ESP-IDF 6 configures it`;
	const source = join(folder, "version.c");
	writeWhole(source, "#include <mbedtls/version.h>\nMBEDTLS_VERSION_STRING\n");
	const { stdout } = await run(compiler, [...flags, "-E", "-P", source]);
	const version = /"(\d[\d.]*)"\s*$/.exec(stdout)?.[1];
	return version === undefined ? "Mbed TLS" : `Mbed TLS ${version}`;
}

/** The library's files, without source of random numbers. */
export async function cryptoUnits(flags: readonly string[]): Promise<Unit[]> {
	const folder = await fetchMbedTLS();
	return sources(join(folder, "library"), new Set()).map(source => ({ source, flags: [...flags, "-w"] }));
}

/** Objects of the library for the simulator. */
export async function compileCrypto(toolchain: Toolchain, flags: readonly string[]): Promise<string[]> {
	const units = await cryptoUnits(flags);
	return compileUnits(toolchain, "Mbed TLS", [...units, { source: join(configFolder, "random.c"), flags: [...flags] }]);
}
