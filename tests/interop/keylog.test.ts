/*
	The key log: the simulator's file holds what OpenSSL's does for the same connections, and a release has none of it.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { projectRoot } from "../../host-sim/build/files.js";
import { buildRuntime } from "../../host-sim/build/runtime.js";
import { findToolchain } from "../../host-sim/build/toolchain.js";
import { lacks } from "../drivers/machine.js";
import { runClient } from "../faults/connect.js";
import { identityOf, withServer } from "./requests.js";
import { startOpenSSL } from "./servers.js";

let folder: string;
before(() => {
	folder = mkdtempSync(join(tmpdir(), "xs-tls-keylog-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The lines of a log, in order; what this client does not derive is left out. */
function linesOf(file: string): string[] {
	return readFileSync(file, "utf8")
		.split("\n")
		.filter(line => line && !line.startsWith("#") && !line.startsWith("EXPORTER_SECRET"))
		.sort();
}

describe("the key log", { skip: lacks("openssl", "openssl") }, () => {
	for (const [name, version, perConnection] of [
		["1.2", 0x303, 1],
		["1.3", 0x304, 4],
	] as const) {
		for (const variant of ["native", "m32"]) {
			test(`TLS ${name}: three connections, two of them resumed (${variant})`, async () => {
				const [ours, theirs] = ["ours", "theirs"].map(side => join(folder, `${side}-${name}-${variant}`)) as [
					string,
					string,
				];
				await withServer(startOpenSSL(identityOf("p256"), "-keylogfile", theirs), async server => {
					const results = await runClient(server.port, 3, {
						ca: identityOf("p256").root.pem,
						variant,
						session: "",
						secure: { minVersion: version, maxVersion: version },
						env: { SSLKEYLOGFILE: ours },
					});
					assert.deepEqual(
						results.map(({ negotiated }) => negotiated?.resumed),
						[false, true, true],
					);
				});
				assert.equal(linesOf(ours).length, 3 * perConnection);
				assert.deepEqual(linesOf(ours), linesOf(theirs));
				assert.equal(statSync(ours).mode & 0o077, 0, "nobody else can read it");
			});
		}
	}
	test("none unless asked for", async () => {
		const file = join(folder, "none");
		await withServer(startOpenSSL(identityOf("p256")), async server => {
			const [result] = await runClient(server.port, 1, { ca: identityOf("p256").root.pem, env: { SSLKEYLOGFILE: "" } });
			assert.ok(result?.negotiated, result?.message);
		});
		assert.equal(existsSync(file), false);
	});
	test("a file that can't be written is an error", async () => {
		await withServer(startOpenSSL(identityOf("p256")), async server => {
			const [result] = await runClient(server.port, 1, {
				ca: identityOf("p256").root.pem,
				env: { SSLKEYLOGFILE: join(folder, "no", "folder") },
			});
			assert.equal(result?.code, "internal");
			assert.match(result.message, /SSLKEYLOGFILE/);
		});
	});
});

describe("the key log in C", () => {
	/** The functions that the compiled file calls. */
	async function calls(...more: string[]): Promise<string> {
		const toolchain = await findToolchain("native");
		const { nativeFlags } = await buildRuntime(toolchain);
		const flags = nativeFlags.filter(flag => flag !== "-DmxDebug=1");
		assert.notEqual(flags.length, nativeFlags.length, "the simulator is a debug build");
		writeFileSync(join(folder, "mc.defines.h"), "");
		const object = join(folder, "keylog.o");
		const compiled = spawnSync(
			"cc",
			[...flags, `-I${folder}`, ...more, "-c", join(projectRoot, "hardware", "psa", "keylog.c"), "-o", object],
			{ encoding: "utf8" },
		);
		assert.equal(compiled.status, 0, compiled.stderr);
		const listed = spawnSync("nm", ["-u", object], { encoding: "utf8" });
		assert.equal(listed.status, 0, listed.stderr);
		return listed.stdout;
	}
	const device = ["-U__linux__", "-U__APPLE__"];
	test("a debug build on a desktop has it", async () => assert.match(await calls("-DmxDebug=1"), /getenv/));
	test("a release has nothing of it", async () => assert.equal(await calls(), ""));
	test("a release for a device, even where it is asked for", async () =>
		assert.equal(await calls(...device, "-DMODDEF_KEYLOG_ON=1"), ""));
	test("a debug build for a device that does not ask", async () =>
		assert.equal(await calls(...device, "-DmxDebug=1"), ""));
	test("a debug build for a device that asks", async () =>
		assert.match(await calls(...device, "-DmxDebug=1", "-DMODDEF_KEYLOG_ON=1"), /fxReport/));
});
