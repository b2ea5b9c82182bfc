/*
	hardware/esp32/capabilities.h, compiled with options of ESP-IDF in the place of its headers: which bits come of
	them, and what it refuses. The real headers are not here; what they say of each chip is in host-sim/chip/costs.ts.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { projectRoot } from "../../../host-sim/build/files.js";
import { runApp } from "../../../host-sim/build/run.js";
import { folderOf } from "../builder/folder.js";

const options = [
	"HARDWARE_AES",
	"HARDWARE_SHA",
	"HARDWARE_MPI",
	"CIPHER_MODE_CBC",
	"CIPHER_MODE_CTR",
	"GCM_C",
	"SHA256_C",
	"SHA384_C",
	"ECDSA_C",
	"RSA_C",
	"CHACHAPOLY_C",
	"LARGE_KEY_SOFTWARE_MPI",
];
const unit = ["HARDWARE_ECC", "ECC_OTHER_CURVES_SOFT_FALLBACK"];
const psa = ["ESP_CONFIG_H", "TF_PSA_CRYPTO_VERSION_MAJOR 1", "ESP_SHA_DRIVER_ENABLED", "ESP_AES_DRIVER_ENABLED"];

function defines(names: readonly string[]): string {
	return names.map(name => `#define ${name}\n`).join("");
}

interface Given {
	readonly options?: readonly string[];
	readonly capabilities?: readonly string[];
	readonly psa?: readonly string[];
	readonly structure?: string;
}

/** The bits, or what the compiler says. */
function compile(context: TestContext, given: Given): number | string {
	const folder = folderOf(context, {
		"sdkconfig.h": defines((given.options ?? options).map(name => `CONFIG_MBEDTLS_${name} 1`)),
		"soc/soc_caps.h": defines(given.capabilities ?? ["SOC_RSA_MAX_BIT_LEN 3072"]),
		"psa/crypto.h": `${defines(given.psa ?? psa)}typedef struct { ${given.structure ?? "unsigned id; void* a; int kind;"} } psa_hash_operation_t;\n`,
		"main.c": `#include <stdio.h>\n#include "${join(projectRoot, "hardware", "psa", "chip.h")}"\nint main(void) { printf("%d", XS_TLS_CHIP); return 0; }\n`,
	});
	const program = join(folder, "main");
	const made = spawnSync(
		process.env["CC"] ?? "cc",
		["-DESP_PLATFORM", `-I${folder}`, join(folder, "main.c"), "-o", program],
		{ encoding: "utf8" },
	);
	return made.status === 0 ? Number(spawnSync(program, { encoding: "utf8" }).stdout) : made.stderr;
}

describe("chip.h", () => {
	test("gives the bits of what is there", context => {
		assert.equal(compile(context, {}), 16 | 32);
		assert.equal(compile(context, { options: options.filter(name => name !== "CHACHAPOLY_C") }), 32);
		assert.equal(compile(context, { options: options.filter(name => name !== "LARGE_KEY_SOFTWARE_MPI") }), 16);
		assert.equal(
			compile(context, {
				options: [...options, "HARDWARE_GCM"],
				capabilities: ["SOC_RSA_MAX_BIT_LEN 4096", "SOC_SHA_SUPPORT_SHA512 1"],
			}),
			4 | 8 | 16 | 32,
		);
		const curves = ["SOC_ECC_SUPPORTED 1", "SOC_RSA_MAX_BIT_LEN 3072"];
		assert.equal(compile(context, { options: [...options, ...unit], capabilities: curves }), 1 | 16 | 32);
		assert.equal(
			compile(context, { options: [...options, ...unit], capabilities: [...curves, "SOC_ECC_SUPPORT_CURVE_P384 1"] }),
			1 | 2 | 16 | 32,
		);
	});

	for (const missing of ["HARDWARE_AES", "HARDWARE_SHA", "HARDWARE_MPI", ...unit]) {
		test(`refuses to compile with ${missing} off`, context => {
			const result = compile(context, {
				options: [...options, ...unit].filter(name => name !== missing),
				capabilities: ["SOC_ECC_SUPPORTED 1"],
			});
			assert.match(String(result), new RegExp(`#error "CONFIG_MBEDTLS_${missing} is off`));
		});
	}

	test("refuses to compile without one of the modes that CCM is made of", context => {
		for (const mode of ["CIPHER_MODE_CBC", "CIPHER_MODE_CTR"]) {
			const result = compile(context, { options: options.filter(name => name !== mode) });
			assert.match(String(result), /#error "CONFIG_MBEDTLS_CIPHER_MODE_CBC or \.\.\._CTR is off/);
		}
	});

	test("refuses to compile without an algorithm that every client needs", context => {
		assert.match(
			String(compile(context, { options: options.filter(name => name !== "SHA384_C") })),
			/#error "an algorithm/,
		);
	});

	test("refuses to compile where PSA Crypto's structures are not ESP-IDF's", context => {
		assert.match(
			String(compile(context, { psa: psa.slice(1) })),
			/#error "ESP-IDF's configuration of Mbed TLS was not read/,
		);
		assert.match(
			String(compile(context, { psa: psa.slice(0, 3) })),
			/#error "PSA Crypto was configured without ESP-IDF's drivers/,
		);
		assert.match(String(compile(context, { structure: "unsigned id;" })), /psa_hash_operation_t has no room/);
		// Mbed TLS 3.6, in ESP-IDF 5.5, has no such drivers
		assert.equal(compile(context, { psa: ["ESP_CONFIG_H"] }), 16 | 32);
	});
});

test("structures that PSA Crypto has larger than the stack are found before they are used", async context => {
	const folder = folderOf(context, {
		"manifest.json": {
			include: [join(projectRoot, "hardware", "manifest.json")],
			modules: { "*": ["./main", "./native"] },
			creation: { static: 32768, chunk: { initial: 1536 }, heap: { initial: 512 } },
		},
		"main.ts": `/// <reference path="${join(projectRoot, "hardware", "native.d.ts")}" />
function fits(this: void, hash: number, attributes: number): boolean { return native("test_fits").call(this, hash, attributes); }
trace([fits(0, 0), fits(-8, 0), fits(-64, 0), fits(0, -8)].join(" "), "\\n");
`,
		// sizes less than those that it was compiled with
		"native.c": `#include "binding.h"
void test_fits(xsMachine* the)
{
	int hash = xsmcToInteger(xsArg(0)), attributes = xsmcToInteger(xsArg(1));
	bindingStart(the);
	xsmcSetBoolean(xsResult, bindingCheckLayout(sizeof(psa_hash_operation_t) + hash, sizeof(psa_key_attributes_t) + attributes) == PSA_SUCCESS);
}
`,
	});
	const { stdout, stderr } = await runApp(await buildApp(folder), { timeout: 20 });
	assert.deepEqual(stdout, ["true false false false"], stderr);
});
