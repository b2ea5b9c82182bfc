/*
	The figures in the documents are those of tests/memory/baseline.json, which tests/memory holds to what is measured.
*/

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";

type Rows = Readonly<Record<string, Readonly<Record<string, number>>>>;

const { handshakes, transfers } = JSON.parse(
	readFileSync(join(projectRoot, "tests", "memory", "baseline.json"), "utf8"),
) as { handshakes: Rows; transfers: Rows };

function row(name: string, figures: Readonly<Record<string, number>>, keys: readonly string[]): string {
	return `| ${name} | ${keys.map(key => figures[key]?.toLocaleString("en-US") ?? "–").join(" | ")} |`;
}

const shown = [
	"1.3 RSA",
	"1.3 ECDSA",
	"1.2 RSA",
	"1.2 ECDSA",
	"1.3 RSA, root store",
	"1.3 ECDSA, root store",
	"1.3 resumed",
	"1.2 resumed",
	"1.3 resumed, root store",
	"1.3 ECDSA, root store, X25519MLKEM768",
];

test("docs/COSTS.md has the figures of the baseline", () => {
	const text = readFileSync(join(projectRoot, "docs", "COSTS.md"), "utf8");
	const rows = [
		...shown.map(name =>
			row(name, handshakes[name]!, [
				"livePeak",
				"livePeakHeap",
				"livePeakNative",
				"held",
				"heldHeap",
				"slots",
				"chunks",
				"meter",
			]),
		),
		...Object.entries(transfers).map(([name, figures]) =>
			row(name, figures, ["livePeak", "livePeakHeap", "livePeakNative", "slots", "chunks", "collections", "meter"]),
		),
	];
	const missing = rows.filter(line => !text.includes(line));
	assert.equal(missing.length, 0, `these rows belong there now:\n${missing.join("\n")}`);
});

test("README says what an idle connection holds, and the memory at the peak", () => {
	const text = readFileSync(join(projectRoot, "README.md"), "utf8");
	assert.ok(text.includes(`holds ${handshakes["1.3 RSA"]!["held"]!.toLocaleString("en-US")} bytes`));
	const peaks = ["1.3 RSA", "1.3 ECDSA", "1.3 RSA, root store", "1.3 ECDSA, root store"].map(
		name => handshakes[name]!["livePeak"]! / 1024,
	);
	const range = `${Math.floor(Math.min(...peaks))} to ${Math.ceil(Math.max(...peaks))} KB of memory at the peak`;
	assert.ok(text.includes(range), `README should say "${range}"`);
	const cells = [
		`| ${range.replace(" of memory at the peak", "")} |`,
		`| ${(handshakes["1.3 RSA"]!["held"]! / 1024).toFixed(1)} KB |`,
	];
	for (const cell of cells) assert.ok(text.includes(cell), `README's first table should say "${cell}"`);
});

test("README says of flash what docs/COSTS.md says", () => {
	const read = (name: string): string => readFileSync(join(projectRoot, name), "utf8");
	const found = /take\s+(\d+)\s+KB\s+of\s+flash,\s+and\s+(\d+)\s+KB\s+at\s+least/.exec(read("docs/COSTS.md"));
	assert.ok(found, "docs/COSTS.md says what a release takes, and what it takes at least");
	assert.ok(read("README.md").includes(`| ${found[2]} to ${found[1]} KB |`));
});
