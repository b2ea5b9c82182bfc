/*
	ML-KEM-768 of hardware/mlkem, libsodium's: over Project Wycheproof's vectors (main.ts), also under the sanitizers,
	and beside @noble/post-quantum (noble/).
*/

import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { lacks, lacksVectors, variants, vectorFile } from "../../drivers/machine.js";
import { runSuite } from "../../drivers/suite.js";

const lackingSource = lacks("dpkg-source", "dpkg-dev");
const lacking = lacksVectors || lackingSource;

const sanitizers = {
	ASAN_OPTIONS: "detect_leaks=0:detect_stack_use_after_return=0:allocator_may_return_null=1",
	UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1",
};

if (lacking) test("ML-KEM-768", { skip: lacking }, () => {});
else {
	for (const variant of [...variants, "native-asan"]) {
		for (const file of ["mlkem_768_keygen_seed", "mlkem_768"]) {
			runSuite(join(projectRoot, "tests/vectors/mlkem/main.ts"), "vectors/mlkem", {
				title: file,
				variant,
				env: variant === "native-asan" ? sanitizers : {},
				extra: { data: { vectors: vectorFile(`wycheproof/${file}_test`) } },
			});
		}
	}
}

if (lackingSource) test("ML-KEM-768 beside @noble/post-quantum", { skip: lackingSource }, () => {});
else
	for (const variant of variants)
		runSuite(join(projectRoot, "tests/vectors/mlkem/noble/noble.ts"), "vectors/mlkem/noble", { variant });
