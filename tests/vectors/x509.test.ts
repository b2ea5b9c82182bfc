/*
	x509-limbo's and bettertls's public cases through modules/x509, inside XS (x509.ts).
*/

import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { lacksVectorFile, variants, vectorFile } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";

/** Expectations that are not followed, and why. None of them is of the tier "must". */
const exceptions: Record<string, Record<string, string>> = {
	limbo: {
		"rfc5280::aki::intermediate-missing-aki":
			"key identifiers are hints for finding certificates; here names and signatures decide",
		"rfc5280::aki::leaf-missing-aki": "the same",
		"rfc5280::ski::intermediate-missing-ski": "the same",
		"webpki::aki::root-with-aki-authoritycertissuer": "of a root, only name, key, validity and constraints count",
		"webpki::aki::root-with-aki-authoritycertserialnumber": "the same",
		"webpki::aki::root-with-aki-ski-mismatch": "the same",
		"rfc5280::san::underscore-dns": "names with an underscore are in use in local networks, and certify nobody else",
		"webpki::cn::ipv4-hex-mismatch": "the common name is never used for anything, so that its form does not matter",
		"webpki::cn::ipv6-non-rfc5952-mismatch": "the same",
		"webpki::cn::ipv6-uppercase-mismatch": "the same",
		"webpki::cn::not-in-san": "the same",
		"webpki::san::san-critical-with-nonempty-subject": "subjectAltName is understood, critical or not",
	},
	bettertls: {},
};

for (const [file, list] of Object.entries(exceptions)) {
	const skip = lacksVectorFile(`${file}.json`);
	if (skip) {
		test(file, { skip }, () => {});
		continue;
	}
	for (const variant of variants) {
		runSuite(join(projectRoot, "tests", "vectors", "x509.ts"), "vectors", {
			title: file,
			variant,
			config: { exceptions: JSON.stringify(list), now: new Date().toISOString() },
			extra: { data: { cases: vectorFile(file) } },
		});
	}
}
