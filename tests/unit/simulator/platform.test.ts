/*
	What the simulator has of the SDK beside sockets and timers, for an app whose manifest includes the SDK's. The app
	is apps/platform, which has no "creation".
*/

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { runApp, type RunOptions } from "../../../host-sim/build/run.js";
import { variants } from "../../drivers/machine.js";

for (const variant of variants) {
	const run = async (part: string, options: RunOptions = {}, port = 0): Promise<unknown[]> => {
		const app = await buildApp("tests/unit/simulator/apps/platform", { variant, config: { part, port: String(port) } });
		assert.match(app.warnings.join("\n"), /no manifest has "creation": the SDK's for the ESP32-C3 is taken/);
		const { code, stdout, stderr } = await runApp(app, { timeout: 20, ...options });
		assert.equal(code, 0, stderr);
		return JSON.parse(stdout[0]!) as unknown[];
	};

	describe(`the SDK's modules, ${variant}`, () => {
		test("built-ins of XS 17", async () => {
			const base64 = ["", "AA==", "AP8=", "AP8Q", "AP8Qfg==", "AP8Qfj4="];
			assert.deepEqual(await run("builtins"), [
				true,
				true,
				"RangeError",
				...base64.flatMap(text => [text, true]),
				"00ff107e3e",
				"0,255,16",
				...Array<string>(7).fill("SyntaxError"),
				"TypeError",
				...["-w", "-_s", "-_v7", "-_v7-w"].flatMap(text => [text, true]),
				"AP8Qfj4=",
				"AP8Qfj4=",
				...Array<string>(8).fill("TypeError"),
				...Array<string>(2).fill("SyntaxError"),
			]);
		});
		test("headers", async () => assert.deepEqual(await run("headers"), ["text/plain", true, "content-type", true, 0]));
		test("url", async () => {
			const href = "https://User:pass@example.com/a/c%20d?x=1&y=a%20b#f";
			const parts = ["https:", "example.com", "", "/a/c%20d", "?x=1&y=a%20b", "#f", "User", "pass", "a b", 2];
			// as in the SDK, a relative path keeps the query of its base
			const relative = ["d?d", "e?f", "b/c?g", "b/c?d#h"].map(rest => `https://a.example/${rest}`);
			const others = ["https://other:8080/i", "https://a.example/b/j/k?d", "https://a.example/b/c?d", "[::1]:8443"];
			const errors = Array<string>(5).fill("TypeError");
			assert.deepEqual(await run("urls"), [
				href,
				...parts,
				...relative,
				...others,
				"?x=1&y=a+b&z=%C3%A4%26",
				...errors,
			]);
		});
		test("text/decoder", async () =>
			assert.deepEqual(await run("decoding"), ["aä€😀", "a��b���", "a", "utf-8", "TypeError", "RangeError"]));
		test("sntp: the simulator's clock, or the host's where it was never set", async () => {
			assert.deepEqual(await run("time", { clock: "2001-02-03T04:05:06Z" }), [1, 981173106]);
			const [message, seconds] = await run("time", { clock: "unset" });
			assert.equal(message, 1);
			assert.ok(Math.abs(Date.now() / 1000 - (seconds as number)) < 60);
		});
		test("socket", async () => {
			const server = createServer(socket => {
				let text = "";
				socket.on("error", () => {});
				socket.on("data", data => {
					text += data.toString("latin1");
					if (text.endsWith("end\n")) socket.end();
					else if (text.endsWith("\n")) socket.write(text);
				});
			});
			await new Promise<void>(resolve => {
				server.listen(0, "127.0.0.1", resolve);
			});
			const { port } = server.address() as { port: number };
			const events = await run("oldSocket", {}, port);
			server.close();
			const first = [2, 5, 5, 0x61, "bc", 1, 0, 1];
			assert.deepEqual(events, ["Error", "Error", 1, ...first, 2, 9, 3, "cd\nxy\n", 0, null, -1]);
		});
	});
}
