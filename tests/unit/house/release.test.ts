/*
	The time of the release. The clock of a device that shows less counts as not set, so it may be neither in the future
	nor older than the release.
*/

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { lastRelease, release, releasedTime, type ReleaseFiles } from "../../../host-sim/programs/release.js";

function text(path: string): string {
	return readFileSync(join(projectRoot, path), "utf8");
}

const time =
	"/** When this release was made: 2026-11-01. No clock that is right shows less. */\nconst RELEASED = 1793491200;\n";

const files: ReleaseFiles = {
	"package.json": '{\n\t"name": "xs-tls",\n\t"version": "0.1.0"\n}\n',
	"package-lock.json":
		'{\n\t"version": "0.1.0",\n\t"packages": { "": {\n\t\t"version": "0.1.0" }, "node_modules/x": { "version": "0.1.0" } }\n}\n',
	"CHANGELOG.md":
		"# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-11-02\n\n- The first.\n",
	"modules/x509/time.ts": time,
};

describe("the time of the release", () => {
	test("is a date, and not in the future", () => {
		const { date, seconds } = releasedTime(text("modules/x509/time.ts"));
		assert.equal(new Date(seconds * 1000).toISOString(), `${date}T00:00:00.000Z`);
		assert.ok(seconds * 1000 <= Date.now(), `modules/x509/time.ts: ${date} is in the future`);
	});

	test("is not older than the last release, whose version package.json has", () => {
		const last = lastRelease(text("CHANGELOG.md"));
		if (!last) return;
		const { date } = releasedTime(text("modules/x509/time.ts"));
		assert.ok(
			date >= last.date,
			`modules/x509/time.ts says ${date}, CHANGELOG.md ${last.date}: npm run release writes both`,
		);
		assert.equal((JSON.parse(text("package.json")) as { version: string }).version, last.version);
	});
});

describe("npm run release", () => {
	test("writes version and date", () => {
		const result = release(files, "0.2.0", "2026-12-24");
		assert.equal(result["package.json"], files["package.json"].replace("0.1.0", "0.2.0"));
		assert.equal(result["package-lock.json"].match(/0\.2\.0/g)?.length, 2);
		assert.ok(result["package-lock.json"].includes('"node_modules/x": { "version": "0.1.0" }'));
		assert.deepEqual(releasedTime(result["modules/x509/time.ts"]), {
			date: "2026-12-24",
			seconds: Date.UTC(2026, 11, 24) / 1000,
		});
		assert.deepEqual(lastRelease(result["CHANGELOG.md"]), { version: "0.2.0", date: "2026-12-24" });
		assert.match(
			result["CHANGELOG.md"],
			/^## \[Unreleased\]\n\n## \[0\.2\.0\] - 2026-12-24\n\n### Added\n\n- A thing\.\n\n## \[0\.1\.0\]/m,
		);
		assert.throws(() => release(result, "0.3.0", "2026-12-25"), /nothing stands under/);
	});

	test("is the first one for what has none yet", () => {
		const first = { ...files, "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n- A thing.\n" };
		assert.deepEqual(lastRelease(release(first, "0.1.0", "2026-12-24")["CHANGELOG.md"]), {
			version: "0.1.0",
			date: "2026-12-24",
		});
		assert.throws(() => release(first, "0.0.9", "2026-12-24"), /0\.0\.9 is below 0\.1\.0/);
	});

	const refused: readonly [string, ReleaseFiles, string, string, RegExp][] = [
		["the same version", files, "0.1.0", "2026-12-24", /0\.1\.0 is not above 0\.1\.0/],
		["a lower version", files, "0.0.10", "2026-12-24", /is not above/],
		["not a version", files, "0.2", "2026-12-24", /"0\.2" is not a version/],
		["a version with a zero in front", files, "0.02.0", "2026-12-24", /is not a version/],
		[
			"a clock that is behind",
			files,
			"0.2.0",
			"2026-10-31",
			/today, 2026-10-31, is before the last release, 2026-11-01/,
		],
		["a time that it does not find", { ...files, "modules/x509/time.ts": "" }, "0.2.0", "2026-12-24", /const RELEASED/],
		[
			"no list of changes",
			{ ...files, "CHANGELOG.md": "# Changelog\n" },
			"0.2.0",
			"2026-12-24",
			/nothing stands under/,
		],
	];
	for (const [title, given, version, date, message] of refused)
		test(`refuses ${title}`, () => assert.throws(() => release(given, version, date), message));
});
