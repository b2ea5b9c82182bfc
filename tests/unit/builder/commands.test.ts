/*
	npm's commands as a person runs them: wrong arguments, files that are none, folders of other users, a terminal. Each failure is a sentence and
	an exit code, never a stack.
*/

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

import { buildFolder, projectRoot } from "../../../host-sim/build/files.js";
import { run, type Outcome } from "../../../host-sim/build/process.js";

const setup = join(projectRoot, "host-sim", "setup.mjs");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "xs-tls-commands-")));
after(() => rmSync(folder, { recursive: true, force: true }));

const ESCAPE = String.fromCharCode(27);

function command(values: readonly string[], more: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Outcome> {
	return run(process.execPath, [setup, ...values], more);
}

/** A file of the temporary folder. */
function file(name: string, content: string): string {
	const path = join(folder, name);
	mkdirSync(join(path, ".."), { recursive: true });
	writeFileSync(path, content);
	return path;
}

/** An app in plain JavaScript, which needs no compiler of types. */
function app(name: string, main: string): string {
	const creation = { static: 32768, chunk: { initial: 1536 }, heap: { initial: 512 } };
	file(`${name}/manifest.json`, JSON.stringify({ modules: { "*": "./main" }, creation }));
	file(`${name}/main.js`, main);
	return join(folder, name);
}

function expectSentence({ stdout, stderr }: Outcome, says: RegExp): void {
	assert.match(stderr, says);
	assert.doesNotMatch(stderr + stdout, /\n\s+at |node:internal|Node\.js v/);
}

describe("wrong arguments", () => {
	const scripts = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")).scripts as Record<string, string>;
	const programs = Object.values(scripts).map(line => /^node host-sim\/setup\.mjs ([\w-]+)$/.exec(line)![1]!);
	assert.ok(programs.length >= 13, "package.json has all commands");
	for (const program of programs) {
		test(`${program}: an option that is none`, async () => {
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
		[["cli", "--chip", "esp8266", "x"], 2, /there is no "esp8266"; known are esp32/],
		[["demo", "--ca"], 2, /--ca needs a value/],
		[["demo", "--ca", missing, "https://h/"], 2, /--ca .*none: no such file/],
		[["demo", "--ca", folder, "https://h/"], 2, /--ca .*: a folder, not a file/],
		[["demo", "--ca", setup, "https://h/"], 2, /no certificate in PEM is in it/],
		[["demo", "--ca", join(setup, "x"), "https://h/"], 2, /a part of its path is no folder/],
		[["demo", "--picture", folder], 2, /--picture .*: a folder, not a file/],
		[["demo", "--tls", "1.1"], 2, /--tls takes 1\.2, 1\.3, .*, not "1\.1"/],
		[["demo", "https://h/", "https://i/"], 2, /one URL at a time/],
		[["roots", "--from", missing], 2, /none: no such file/],
		[["roots", "--from", folder], 2, /: a folder, not a file/],
		[["roots", "--from", broken, "--out", join(folder, "r.bin")], 1, /broken\.pem: certificate 1 is malformed/],
		[["roots", "--out", folder], 1, /: a folder, not a file/],
		[
			["roots", "--out", join(setup, "r.bin")],
			1,
			/r\.bin.*: (a part of its path is no folder|there is such a file)|setup\.mjs: /,
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
		[["check-sdk", "demo"], 2, /"demo": this command takes options only/],
		[["release", "--without"], 2, /--without needs a value/],
		[["release", "0.2.0", "0.3.0"], 2, /"0\.3\.0": one version at a time/],
		[["cli", "--files", setup, "x"], 2, /--files .*setup\.mjs: a file, not a folder/],
		[["cli", "--files", join(setup, "in"), "x"], 2, /--files .*: a part of its path is no folder/],
		[["vectors", "--from", "nowhere"], 2, /--from takes a URL, not "nowhere"/],
		[["firmware", "--chain", "dsa"], 2, /--chain takes ecdsa or rsa, not "dsa"/],
		[["release", "one"], 2, /"one" is no version/],
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

/** A user who may write nothing of this checkout. Only root can become one. */
const nobody = 65534;
const needsRoot = process.getuid?.() === 0 ? false : "needs root, who alone can become another user";

describe("where things are built", () => {
	/** A checkout with what decides where things are built, and nothing else. */
	function checkout(name: string): string {
		const root = join(folder, name);
		for (const part of ["programs.mjs", "problems.mjs"])
			file(join(name, "host-sim", "build", part), readFileSync(join(projectRoot, "host-sim", "build", part), "utf8"));
		return root;
	}

	/** Asks the checkout, as a user with this home. */
	function ask(
		root: string,
		uid: number,
		env: NodeJS.ProcessEnv,
	): { code: number | null; stdout: string; stderr: string } {
		const script = `import(${JSON.stringify(join(root, "host-sim", "build", "programs.mjs"))}).then(m => console.log(m.buildFolder()))`;
		const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
			uid,
			gid: uid,
			cwd: "/",
			env: { PATH: process.env["PATH"], ...env },
			encoding: "utf8",
		});
		return { code: status, stdout: stdout.trim(), stderr };
	}

	function home(name: string, uid: number): string {
		const path = join(folder, name);
		mkdirSync(path);
		chownSync(path, uid, uid);
		return path;
	}

	test("another user's build/ is left alone, and one that can't be made", { skip: needsRoot }, () => {
		chmodSync(folder, 0o755);
		const root = checkout("theirs");
		const own = home("home", nobody);
		assert.deepEqual(ask(root, 0, { HOME: own }).stdout, join(root, "build"), "root's own");
		const second = ask(root, nobody, { HOME: own });
		assert.match(second.stdout, new RegExp(`^${own}/\\.cache/xs-tls/[0-9a-f]{16}$`));
		assert.match(second.stderr, /^build\/ belongs to another user: building in \/.*\n$/);
		assert.equal(readFileSync(join(second.stdout, "checkout"), "utf8"), root);
		rmSync(join(root, "build"), { recursive: true });
		const third = ask(root, nobody, { HOME: own });
		assert.equal(third.stdout, second.stdout);
		assert.match(third.stderr, /theirs can't be written: building in/);
	});

	test("root does not build in a user's folder", { skip: needsRoot }, () => {
		const root = checkout("users");
		mkdirSync(join(root, "build"));
		chownSync(join(root, "build"), nobody, nobody);
		const { stdout, stderr } = ask(root, 0, { HOME: home("root", 0) });
		assert.match(stdout, /\/root\/\.cache\/xs-tls\//);
		assert.match(stderr, /belongs to another user/);
	});

	test("a user without a home builds in a folder of the temporary one, which nobody else can write", {
		skip: needsRoot,
	}, () => {
		const root = checkout("homeless");
		const { stdout, stderr } = ask(root, nobody, { HOME: "/nonexistent" });
		assert.match(stdout, new RegExp(`/xs-tls-${nobody}/[0-9a-f]{16}$`));
		assert.match(stderr, /can't be written: building in/);
		assert.equal(statSync(join(stdout, "..")).mode & 0o777, 0o700);
		rmSync(join(stdout, ".."), { recursive: true });
	});

	test("with nowhere to build it says what to do", { skip: needsRoot }, () => {
		const root = checkout("nowhere");
		const { code, stderr } = ask(root, nobody, { HOME: "/nonexistent", TMPDIR: root });
		assert.equal(code, 1);
		assert.match(stderr, /can't be written, nor can .*: name a folder to build in with XS_TLS_BUILD\n$/);
	});

	test("a file in build's place", () => {
		const root = checkout("file");
		file("file/build", "");
		const { stdout, stderr } = ask(root, process.getuid!(), { HOME: home("files", process.getuid!()) });
		assert.match(stdout, /\/\.cache\/xs-tls\//);
		assert.match(stderr, /^build is a file: building in/);
	});

	test("XS_TLS_BUILD names a folder, and programs in it find the checkout", { timeout: 120_000 }, async () => {
		const env = { ...process.env, XS_TLS_BUILD: join(folder, "asked") };
		expectSentence(
			await command(["test", "no-such-test-anywhere"], { env }),
			/compiling host-sim\nno file of tests has a path/,
		);
		const offline = { ...env, npm_config_registry: "http://127.0.0.1:1/", npm_config_cache: join(folder, "npm") };
		const unfetched = await command(["cli", app("unfetched", "")], { env: offline });
		expectSentence(
			unfetched,
			/the XS engine, could not be fetched from the npm registry: .*ECONNREFUSED.*\. .*is there a network\?\n/,
		);
		assert.equal(unfetched.code, 1);
		const wrong = await command(["test", "none"], { env: { ...process.env, XS_TLS_BUILD: setup } });
		expectSentence(wrong, /XS_TLS_BUILD: .*setup\.mjs can't be written/);
		assert.equal(wrong.code, 1);
	});
});

describe("tools", () => {
	const quiet = app("tools", 'trace("hello\\n");\n');

	test("a compiler that is missing, or may not be run", async () => {
		const barred = file("barred", "#!/bin/sh\n");
		for (const [tool, says] of [
			["/there/is/none", /the native build needs a C compiler .*\n\/there\/is\/none: not found/],
			[barred, /barred: can't be run: no permission/],
			[folder, /can't be run: no permission/],
		] as const) {
			const outcome = await command(["cli", quiet], { env: { ...process.env, CC: tool, PATH: "/nowhere" } });
			expectSentence(outcome, says);
			assert.equal(outcome.code, 1);
		}
	});

	test("a folder for temporary files that is not there", async () => {
		const outcome = await command(["cli", quiet], { env: { ...process.env, TMPDIR: "/there/is/none" } });
		expectSentence(outcome, /the folder for temporary files \(TMPDIR\), \/there\/is\/none: no such file/);
	});

	test("a reader that ends first is no failure", () => {
		const line = `${process.execPath} ${setup} cli --help | head -1`;
		const { stdout, stderr } = spawnSync("/bin/sh", ["-c", line], { encoding: "utf8" });
		assert.match(stdout, /^npm run sim/);
		assert.equal(stderr, "");
	});

	test("runs side by side do not disturb each other", { timeout: 300_000 }, async () => {
		const apps = [1, 2, 3].map(n => app(`side${n}`, `trace("${n}\\n");\n`));
		const outcomes = await Promise.all(apps.map(path => command(["cli", path])));
		assert.deepEqual(
			outcomes.map(({ stdout }) => stdout),
			["1\n", "2\n", "3\n"],
		);
	});

	test("a lock whose owner is gone is taken over, also an empty one", { timeout: 60_000 }, async () => {
		const script = `import(process.argv[1]).then(async ({ locked }) => console.log(await locked("test-lock", async () => "inside")))`;
		const files = new URL("../../../host-sim/build/files.js", import.meta.url).pathname;
		for (const content of ["999999999", ""]) {
			writeFileSync(join(buildFolder, "test-lock.lock"), content);
			const { stdout, stderr } = await run(process.execPath, ["-e", script, files]);
			assert.equal(stdout, "inside\n", stderr);
			assert.ok(!existsSync(join(buildFolder, "test-lock.lock")));
		}
	});
});

describe("a disk that is full, or can't be written", () => {
	const quiet = app("disk", 'trace("hello\\n");\n');
	const full = "/dev/full";

	for (const [values, says] of [
		[["--report", full], /\/dev\/full can't be written: the disk is full/],
		[["--pcap", full], /\/dev\/full can't be written: the disk is full/],
		[["--picture", full], /\/dev\/full can't be written: the disk is full/],
		[["--report", "/proc/none"], /\/proc\/none can't be written: no such file/],
	] as const) {
		test(values.join(" "), { skip: !existsSync(full) }, async () => {
			const outcome = await command(["cli", quiet, ...values]);
			expectSentence(outcome, says);
			assert.equal(outcome.code, 1, outcome.stderr);
		});
	}

	test("standard output is full", { skip: !existsSync(full) }, () => {
		const { stderr, status } = spawnSync("/bin/sh", ["-c", `${process.execPath} ${setup} cli --help > /dev/full`], {
			encoding: "utf8",
		});
		assert.match(stderr, /write: the disk is full/);
		assert.doesNotMatch(stderr, /\n\s+at /);
		assert.equal(status, 1);
	});
});
