/*
	What the simulator has copied from the SDK is still what the SDK has. Without MODDABLE nothing is tested.
*/

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";

import { sdkCreation } from "../../../host-sim/build/build.js";
import { projectRoot } from "../../../host-sim/build/files.js";

const sdk = process.env["MODDABLE"] ?? "";

function creationOf(path: string): object {
	return (JSON.parse(readFileSync(join(sdk, path), "utf8")) as { creation: object }).creation;
}

/** The declaration of a struct in one of the SDK's C files. */
function structOf(path: string, name: string): string {
	const text = readFileSync(join(sdk, "modules", path), "utf8");
	const start = text.indexOf(`struct ${name} {`);
	assert.ok(start >= 0, `${path} declares ${name}`);
	return text.slice(start, text.indexOf("};", start) + 2);
}

/** What the runtime charges: a number of host-sim/xs/memory_use.h. */
function charged(name: string): number {
	const text = readFileSync(join(projectRoot, "host-sim", "xs", "memory_use.h"), "utf8");
	return Number(new RegExp(`\\b${name} = (\\d+)`).exec(text)![1]);
}

describe("copied from the SDK", { skip: sdk ? false : "MODDABLE does not name the SDK's folder" }, () => {
	test("what an app without a creation gets: that of the target esp32c3", () => {
		const { main, ...base } = creationOf("examples/manifest_base.json") as { main: string };
		assert.equal(main, "main");
		assert.deepEqual({ ...base, ...creationOf("build/devices/esp32/targets/esp32c3/manifest.json") }, sdkCreation);
	});

	test("bytes of a socket and of a timer on a 32-bit chip", {
		skip: process.arch === "x64" ? false : "gcc -m32 is for x64",
	}, () => {
		const folder = mkdtempSync(join(tmpdir(), "xs-tls-copied-"));
		try {
			const lines = [
				"#include <stdint.h>",
				"typedef struct { void* data[4]; } xsSlot;",
				"typedef void xsMachine;",
				"typedef void* modTimerCallback;",
				"typedef struct TCPBufferRecord* TCPBuffer;",
				"#define MOD_TASKS 1",
				structOf("io/socket/lwip/tcp.c", "TCPRecord"),
				structOf("base/timer/mc/timer.c", "modTimerRecord"),
				structOf("base/timer/modTimer.c", "modTimerScriptRecord"),
				`_Static_assert(sizeof(struct TCPRecord) == ${charged("kSocketBytes")}, "a socket");`,
				// as modTimerAdd allocates it
				`_Static_assert(sizeof(struct modTimerRecord) + sizeof(struct modTimerScriptRecord) - 1 == ${charged("kTimerBytes")}, "a timer");`,
			];
			const file = join(folder, "sizes.c");
			writeFileSync(file, lines.join("\n"));
			execFileSync(process.env["CC"] ?? "cc", [
				"-m32",
				"-ffreestanding",
				"-w",
				"-c",
				file,
				"-o",
				join(folder, "sizes.o"),
			]);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});
