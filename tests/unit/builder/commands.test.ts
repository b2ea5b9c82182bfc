/*
	npm's commands as a person runs them: wrong arguments, missing files, failing runs, a terminal. Each failure
	is a sentence and an exit code, never a stack.
*/

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { app, command, expectSentence, file, folder, setup } from "./commandline.js";

const ESCAPE = String.fromCharCode(27);

describe("wrong arguments", () => {
	const scripts = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")).scripts as Record<string, string>;
	const programs = Object.values(scripts).map(line => /^node host-sim\/setup\.mjs ([\w-]+)$/.exec(line)![1]!);
	assert.ok(programs.length >= 13, "package.json has all commands");
	for (const program of programs) {
		test(`${program}: an unknown option`, async () => {
			const outcome = await command([program, "--hepl"]);
			assert.equal(outcome.code, 2, outcome.stderr);
			expectSentence(outcome, /there is no option --hepl/);
		});
		test(`${program}: --help`, async () => {
			const { code, stdout } = await command([program, "--help"]);
			assert.equal(code, 0);
			assert.match(stdout, /^npm (start|test|run \w+)/);
		});
	}

	const missing = join(folder, "none");
	const broken = file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	const link = join(folder, "link");
	mkdirSync(link);
	symlinkSync("manifest.json", join(link, "manifest.json"));
	/** An app whose manifest has this member. */
	const odd = (key: string, value: unknown): string => {
		const name = `odd-${key}-${typeof value}`;
		file(`${name}/main.js`, "");
		file(`${name}/manifest.json`, JSON.stringify({ modules: { "*": "./main" }, [key]: value }));
		return join(folder, name);
	};
	const bad = file("bad/manifest.json", '{\n\t"modules": {}\n\t"creation": {}\n}');
	for (const [values, code, says] of [
		[["cli"], 2, /which app\?/],
		[["cli", folder], 2, /the folder has no manifest\.json/],
		[["cli", missing], 2, /none: no such app folder/],
		[["cli", join(bad, "..")], 1, /bad\/manifest\.json: line 3, column 2: not valid JSON: expected "," or "}"/],
		[["cli", "--memroy"], 2, /did you mean --memory\?/],
		[["cli", "--timeout", "1e99"], 2, /--timeout takes a number of seconds above 0/],
		[["cli", "--meter-limit", "-5"], 2, /--meter-limit takes a whole number/],
		[["cli", "--clock", "yesterday"], 2, /--clock takes "unset"/],
		[["cli", "--clock", "2026-02-31T00:00"], 2, /--clock takes/],
		[["cli", "--report", folder, "x"], 2, /--report .*: a folder, not a file/],
		[["cli", "--picture", join(folder, "none", "x.html"), "x"], 2, /--picture .*x\.html: its folder is not there/],
		[["cli", link], 2, /link\/manifest\.json: a link that leads to no file/],
		[["cli", odd("config", [])], 1, /manifest\.json: "config" must be an object/],
		[["cli", odd("creation", "x")], 1, /manifest\.json: "creation" must be an object/],
		[["cli", odd("defines", 7)], 1, /manifest\.json: "defines" must be an object/],
		[["cli", odd("platforms", 7)], 1, /manifest\.json: "platforms" must be an object/],
		[["cli", odd("creation", { stack: 1e12 })], 1, /creation: "stack" must be a whole number from 0 to 2147483647/],
		[["cli", "--chip", "esp8266", "x"], 2, /there is no "esp8266"; known are esp32/],
		[["demo", "--ca"], 2, /--ca needs a value/],
		[["demo", "--ca", missing, "https://h/"], 2, /--ca .*none: no such file/],
		[["demo", "--ca", folder, "https://h/"], 2, /--ca .*: a folder, not a file/],
		[["demo", "--ca", setup, "https://h/"], 2, /no certificate in PEM is in it/],
		[["demo", "--ca", join(setup, "x"), "https://h/"], 2, /a part of its path is not a folder/],
		[["demo", "--picture", folder], 2, /--picture .*: a folder, not a file/],
		[["demo", "--method", "G T"], 2, /--method takes a word such as GET, not "G T"/],
		[["demo", "--tls", "1.2 1.3"], 2, /--tls takes one version, 1\.2 or 1\.3: without it, the server picks/],
		[["demo", "--tls", "1.1"], 2, /--tls takes 1\.2, 1\.3, .*, not "1\.1"/],
		[["demo", "https://h/", "https://i/"], 2, /one URL at a time/],
		[["roots", "--from", missing], 2, /none: no such file/],
		[["roots", "--from", folder], 2, /: a folder, not a file/],
		[["roots", "--from", broken, "--out", join(folder, "r.bin")], 1, /broken\.pem: certificate 1 is malformed/],
		[["roots", "--out", folder], 1, /: a folder, not a file/],
		[
			["roots", "--out", join(setup, "r.bin")],
			1,
			/r\.bin.*: (a part of its path is not a folder|there is such a file)|setup\.mjs: /,
		],
		[["bench", "--compare", missing], 2, /--compare .*none/],
		[["bench", "json"], 2, /"json": this command takes options only/],
		[["bench", "--chip"], 2, /--chip needs a value/],
		[["fuzz", "--count", "0"], 2, /--count takes a whole number from 1/],
		[["fuzz", "--seed", "-1"], 2, /--seed takes a whole number from 0/],
		[["fuzz", "--for", "long"], 2, /--for takes a time such as 90s/],
		[["fuzz", "--target=tls11"], 2, /--target takes one of tls13, .*, not "tls11"/],
		[["mutate", "--jobs", "two"], 2, /--jobs takes a whole number from 1/],
		[["mutate", "--list", "--list=x"], 2, /--list takes no value/],
		[["mutate", "--in"], 2, /--in needs a value/],
		[["test", "--jobs", "0"], 2, /--jobs takes a whole number from 1 to 64/],
		[["check-sdk", "no-app"], 2, /"no-app" is not one of these: demo, /],
		[["cli", "--engine", "v8", "x"], 2, /--engine takes "npm", XS 13, or "sdk", .*not "v8"/],
		[["release", "--without"], 2, /--without needs a value/],
		[["release", "0.2.0", "0.3.0"], 2, /"0\.3\.0": one version at a time/],
		[["cli", "--files", setup, "x"], 2, /--files .*setup\.mjs: a file, not a folder/],
		[["cli", "--files", join(setup, "in"), "x"], 2, /--files .*: a part of its path is not a folder/],
		[["vectors", "--from", "nowhere"], 2, /--from takes a URL, not "nowhere"/],
		[["firmware", "--chain", "dsa"], 2, /--chain takes ecdsa or rsa, not "dsa"/],
		[["release", "one"], 2, /"one" is not a version/],
		[["test", "no-such-test-anywhere"], 2, /no file of tests has a path/],
		[["nothing"], 1, /there is no program host-sim\/programs\/nothing\.ts/],
	] as const) {
		test(values.join(" ").replaceAll(folder, "FOLDER").replaceAll(projectRoot, "ROOT"), async () => {
			const outcome = await command(values);
			expectSentence(outcome, says);
			assert.equal(outcome.code, code, outcome.stderr);
		});
	}
});

describe("a failing run", () => {
	const failing = app(
		"failing",
		'import Timer from "timer";\nfunction go() { throw new RangeError("on purpose"); }\nTimer.set(go, 1);\n',
	);

	test("is one sentence, and where in the app, in a callback, too", async () => {
		const outcome = await command(["cli", failing]);
		assert.equal(outcome.code, 10, outcome.stderr);
		const end = outcome.stderr.slice(outcome.stderr.indexOf("uncaught"));
		assert.match(end, /^uncaught exception: RangeError: on purpose\n {2}at go \(.*failing\/main\.js:2\)\n/);
		assert.ok(!end.includes(ESCAPE) && !end.includes("timer.ts"), end);
	});

	test("has colour where it is asked for, and none with NO_COLOR", async () => {
		const colour = await command(["cli", failing], { env: { ...process.env, FORCE_COLOR: "1" } });
		assert.ok(
			colour.stderr.includes(`${ESCAPE}[31muncaught exception: RangeError: on purpose${ESCAPE}[0m`),
			colour.stderr,
		);
		const none = await command(["cli", failing], { env: { ...process.env, FORCE_COLOR: "1", NO_COLOR: "1" } });
		assert.ok(!none.stderr.includes(ESCAPE), none.stderr);
	});

	test("has colour on a terminal", { skip: process.platform !== "linux" || !existsSync("/usr/bin/script") }, () => {
		const env: NodeJS.ProcessEnv = { ...process.env, TERM: "xterm" };
		delete env["NO_COLOR"];
		delete env["FORCE_COLOR"];
		const line = `${process.execPath} ${setup} cli ${failing}`;
		const on = (more: NodeJS.ProcessEnv): string =>
			spawnSync("script", ["-qec", line, "/dev/null"], { env: { ...env, ...more }, encoding: "utf8" }).stdout;
		assert.ok(on({}).includes(`${ESCAPE}[31muncaught`));
		assert.ok(!on({ NO_COLOR: "1" }).includes(`${ESCAPE}[31m`));
		assert.ok(!on({ TERM: "dumb" }).includes(`${ESCAPE}[31m`));
	});

	test("--verbose shows all frames", async () => {
		const { stderr } = await command(["cli", failing, "--verbose"]);
		assert.match(stderr, /^sim: uncaught exception\nRangeError: on purpose\n at go/m);
	});

	test("--memory prints the table of npm start", async () => {
		const quiet = app("quiet", 'trace("hello\\n");\n');
		const { code, stdout } = await command(["cli", quiet, "--memory"]);
		assert.equal(code, 0);
		assert.match(stdout, /^hello\n\nmemory \(64-bit/);
		assert.match(stdout, /chunks, bytes +[\d,]+ +[\d,]+/);
		assert.match(stdout, /for the device's figures: --m32/);
		assert.doesNotMatch((await command(["cli", quiet])).stdout, /chunks/);
	});
});

test("--watch builds and runs again when a file changes, is new, or is mended", { timeout: 120_000 }, async () => {
	const watched = app("watched", 'trace("one\\n");\n');
	const child = spawn(process.execPath, [setup, "cli", watched, "--watch"], { stdio: ["ignore", "pipe", "pipe"] });
	let output = "";
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding("utf8").on("data", (text: string) => (output += text));
	const until = async (pattern: RegExp): Promise<void> => {
		for (let i = 0; i < 600 && !pattern.test(output); i++) await new Promise(resolve => setTimeout(resolve, 100));
		assert.match(output, pattern);
		output = "";
	};
	try {
		await until(/watching \d+ files[^]*one\n/);
		writeFileSync(
			join(watched, "main.js"),
			'import Timer from "timer";\ntrace("two\\n");\nTimer.set(() => {}, 1e9);\n',
		);
		await until(/watched\/main\.js changed[^]*two\n/);
		writeFileSync(join(watched, "main.js"), "trace(;\n");
		await until(/main\.js changed[^]*main\.js:1[^]*watching/);
		writeFileSync(join(watched, "main.js"), 'import x from "./other";\ntrace(x + "\\n");\n');
		writeFileSync(
			join(watched, "manifest.json"),
			readFileSync(join(watched, "manifest.json"), "utf8").replace('"./main"', '["./main", "./other"]'),
		);
		await until(/changed[^]*watching/);
		writeFileSync(join(watched, "other.js"), "export default 3;\n");
		await until(/3\n/);
	} finally {
		child.kill();
	}
});
