/*
	What npm start shows of a run's connections (host-sim/trace): secrets where they are asked for, and the capture,
	which tshark opens and decrypts.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { run, type Outcome } from "../../host-sim/build/process.js";
import type { TraceEvent } from "../../host-sim/trace/events.js";
import { capture } from "../../host-sim/trace/pcapng.js";
import { lacks } from "../drivers/machine.js";
import { folder } from "./traced.js";

function demo(env: Record<string, string>, ...values: string[]): Promise<Outcome> {
	return run(process.execPath, [join(projectRoot, "host-sim", "setup.mjs"), "demo", "--native", ...values], {
		env: { ...process.env, ...env },
	});
}

describe("--messages and --pcap of npm start", () => {
	test("secrets are shown only where SSLKEYLOGFILE asks for them", async () => {
		const plain = await demo({ SSLKEYLOGFILE: "" }, "--messages");
		assert.equal(plain.code, 0, plain.stderr);
		assert.match(plain.stdout, /client_application_traffic_secret_0, 48 bytes\n/);
		const keys = join(folder, "users.keys");
		const shown = await demo({ SSLKEYLOGFILE: keys }, "--messages");
		const [, secret] = /client_application_traffic_secret_0, 48 bytes: ([0-9a-f]{96})\n/.exec(shown.stdout) ?? [];
		assert.ok(
			secret &&
				readFileSync(keys, "utf8").includes(`CLIENT_TRAFFIC_SECRET_0 `) &&
				readFileSync(keys, "utf8").includes(secret),
			shown.stdout,
		);
	});

	test("a capture that can't be written is a sentence", async () => {
		const { code, stderr } = await demo({}, "--pcap", join(folder, "no", "such", "folder.pcapng"));
		assert.equal(code, 2);
		assert.match(stderr, /folder\.pcapng: its folder is not there/);
		assert.doesNotMatch(stderr, /\n +at /);
	});

	test("tshark opens the capture and shows the HTTP in it", { skip: lacks("tshark", "tshark") }, async () => {
		for (const [version, host] of [
			["1.3", "127.0.0.1"],
			["1.2", "127.0.0.1"],
		] as const) {
			const file = join(folder, `${version}.pcapng`);
			const { code, stdout, stderr } = await demo({ SSLKEYLOGFILE: "" }, "--tls", version, "--pcap", file);
			assert.equal(code, 0, stderr);
			const shark = spawnSync(
				"tshark",
				[
					"-r",
					file,
					"-Y",
					"http",
					"-T",
					"fields",
					"-e",
					"http.request.method",
					"-e",
					"http.response.code",
					"-e",
					"http.file_data",
					"-e",
					"ip.src",
				],
				{ encoding: "utf8" },
			);
			const [request, response] = shark.stdout.split("\n").map(line => line.split("\t"));
			assert.deepEqual([request![0], request![3]], ["GET", host], shark.stdout);
			assert.equal(response![1], "200");
			const [text] = /Hello from Node.*you asked for \//.exec(stdout)!;
			assert.ok(response![2]!.includes(text), shark.stdout);
		}
	});

	test("IPv6, two connections, the end of each: what a capture says of TCP", {
		skip: lacks("tshark", "tshark"),
	}, () => {
		const event = (connection: number, name: TraceEvent["event"], more: object = {}): TraceEvent => ({
			time: connection,
			meter: 0,
			connection,
			chunks: 0,
			slots: 0,
			native: 0,
			event: name,
			...more,
		});
		const large = Buffer.alloc(3000, 1);
		const events = [
			event(1, "open", { address: "2001:db8::5", port: "443" }),
			event(2, "open", { address: "192.0.2.1", port: "8443" }),
			event(1, "connected"),
			event(1, "sent", { bytes: large }),
			event(1, "received", { bytes: Buffer.from("x") }),
			event(1, "ended"),
			event(2, "failed"),
		];
		const file = join(folder, "two.pcapng");
		writeFileSync(file, capture(events, "", 1_700_000_000));
		const shark = spawnSync(
			"tshark",
			[
				"-r",
				file,
				"-o",
				"tcp.check_checksum:TRUE",
				"-o",
				"ip.check_checksum:TRUE",
				"-T",
				"fields",
				"-e",
				"frame.time_epoch",
				"-e",
				"ipv6.dst",
				"-e",
				"ip.dst",
				"-e",
				"tcp.flags.str",
				"-e",
				"tcp.len",
				"-e",
				"tcp.analysis.flags",
				"-e",
				"tcp.checksum.status",
				"-e",
				"ip.checksum.status",
			],
			{ encoding: "utf8" },
		);
		const rows = shark.stdout
			.trimEnd()
			.split("\n")
			.map(line => line.split("\t"));
		assert.equal(rows.length, 10, shark.stdout + shark.stderr);
		assert.ok(
			rows.every(row => row[6] === "1" && (row[7] === "1" || row[7] === "") && row[5] === ""),
			shark.stdout,
		);
		assert.deepEqual(
			rows.map(row => row[4]),
			["0", "0", "0", "1440", "1440", "120", "1", "0", "0", "0"],
		);
		assert.match(rows[0]![0]!, /^1700000001\.0/);
		assert.deepEqual(
			rows.slice(8).map(row => row[2]),
			["192.0.2.1", "10.0.0.2"],
		);
	});
});
