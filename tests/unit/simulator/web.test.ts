/*
	"url" and "headers": the simulator's own are as the standard says (apps/web/cases.json), and so are the SDK's, where
	MODDABLE names its folder.
*/

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { buildApp } from "../../../host-sim/build/build.js";
import { projectRoot } from "../../../host-sim/build/files.js";
import { runApp } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";

const app = join(projectRoot, "tests", "unit", "simulator", "apps", "web");
const cases = JSON.parse(readFileSync(join(app, "cases.json"), "utf8")) as Record<
	"urls" | "changes" | "queries" | "expected" | "sdk",
	readonly unknown[]
>;
const inputs = [...cases.urls, ...cases.changes, ...cases.queries, "a query that its URL follows", "headers"];

async function results(variant: string, extra = {}): Promise<unknown[]> {
	const { code, stdout, stderr } = await runApp(await buildApp(app, { variant, extra }), { timeout: 60 });
	assert.equal(code, 0, stderr);
	return stdout.map(line => JSON.parse(line) as unknown);
}

for (const variant of variants)
	test(`the simulator's own, ${variant}`, async () => {
		const found = await results(variant);
		assert.equal(found.length, inputs.length);
		found.forEach((result, i) => assert.deepEqual(result, cases.expected[i], JSON.stringify(inputs[i])));
	});

test("the SDK's", { skip: process.env["MODDABLE"] ? false : "MODDABLE does not name the SDK's folder" }, async () => {
	const found = await results("native", {
		modules: {
			"~": ["./own/*"],
			"compared/url": "$(MODDABLE)/modules/data/url/url",
			"compared/headers": "$(MODDABLE)/modules/data/headers/headers",
		},
	});
	assert.equal(found.length, inputs.length);
	const others = found
		.map((result, i) => [inputs[i], result])
		.filter((_, i) => !isDeepStrictEqual(found[i], cases.expected[i]));
	const text = others.map(one => JSON.stringify(one)).join("\n");
	assert.ok(isDeepStrictEqual(others, cases.sdk), `other results than in cases.json:\n${text}`);
});
