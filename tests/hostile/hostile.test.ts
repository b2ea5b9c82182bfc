/*
	The natives against script of any kind (hostile.ts), in each build and under the sanitizers for addresses and
	undefined behavior. Each chunk of XS is a block of its own there (host-sim/build/runtime.ts).
*/

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";

const folder = join(projectRoot, "tests", "hostile");

const sanitizers = {
	ASAN_OPTIONS:
		"detect_leaks=0:detect_stack_use_after_return=0:handle_segv=1:allow_user_segv_handler=0:allocator_may_return_null=1",
	UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1",
};

for (const variant of [...variants, "native-asan"])
	runSuite(join(folder, "hostile.ts"), "hostile", { variant, env: variant.endsWith("asan") ? sanitizers : {} });

/** Bind the natives of aead.ts and agree.ts once more. */
const seconds = ["selftest/cipher.ts", "selftest/keyshare.ts"];

/** The modules with bindings, as hostile.ts names them. */
test("every binding is in the table", () => {
	const files = readdirSync(join(projectRoot, "hardware"), { recursive: true })
		.map(String)
		.filter(name => name.endsWith(".ts") && !name.endsWith(".d.ts"));
	const bound = files
		.filter(
			name => !seconds.includes(name) && /\bnative\("/.test(readFileSync(join(projectRoot, "hardware", name), "utf8")),
		)
		.map(name => name.replace(/\.ts$/, ""));
	const table = readFileSync(join(folder, "table.ts"), "utf8");
	const missing = bound.filter(
		name =>
			!table.includes(`"tls/hardware/${name}"`) &&
			!table.includes(`"tls/${name}"`) &&
			!table.includes(`"tls/${name.split("/").pop()}"`),
	);
	assert.deepEqual(missing, []);
});
