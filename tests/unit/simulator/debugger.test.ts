/*
	--debug: a debugger of our own speaks xsbug's protocol with the simulator. It sets breakpoints in TypeScript, in the
	app and in a preloaded module, steps, reads variables and gets the instruments. The app is apps/debugged.
*/

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";

import { buildApp } from "../../../host-sim/build/build.js";
import { projectRoot } from "../../../host-sim/build/files.js";
import { runApp, type RunResult } from "../../../host-sim/build/run.js";

const folder = join(projectRoot, "tests", "unit", "simulator", "apps", "debugged");
const main = join(folder, "main.ts");
const double = join(folder, "lib", "double.ts");

/** The number of the line that has this text. */
function line(file: string, text: string): number {
	return (
		readFileSync(file, "utf8")
			.split("\n")
			.findIndex(one => one.includes(text)) + 1
	);
}

/** The debugger's side: documents come as <xsbug>...</xsbug>, commands go as elements in lines. */
class Debugger {
	readonly #server: Server;
	readonly documents: string[] = [];
	#socket: Socket | undefined;
	#text = "";
	#seen = 0;

	constructor() {
		this.#server = createServer(socket => {
			this.#socket = socket;
			socket.setEncoding("utf8").on("error", () => {});
			socket.on("data", (text: string) => {
				this.#text += text;
				for (let end = this.#text.indexOf("</xsbug>"); end >= 0; end = this.#text.indexOf("</xsbug>")) {
					this.documents.push(this.#text.slice(0, end));
					this.#text = this.#text.slice(end + "</xsbug>".length);
				}
			});
		});
	}

	async listen(): Promise<string> {
		await new Promise<void>(resolve => this.#server.listen(0, "127.0.0.1", resolve));
		return `127.0.0.1:${(this.#server.address() as { port: number }).port}`;
	}

	send(...elements: string[]): void {
		this.#socket!.write(elements.map(element => `\r\n${element}\r\n`).join(""));
	}

	/** The next document that has this, of those that no call before has passed. */
	async next(pattern: RegExp): Promise<string> {
		for (let i = 0; i < 1000; i++) {
			while (this.#seen < this.documents.length) {
				const document = this.documents[this.#seen++]!;
				if (pattern.test(document)) return document;
			}
			await new Promise(resolve => setTimeout(resolve, 20));
		}
		throw new Error(`${pattern} did not come:\n${this.documents.join("\n")}`);
	}

	disconnect(): void {
		this.#socket?.destroy();
	}

	close(): void {
		this.disconnect();
		this.#server.close();
	}
}

/** Runs the app under the debugger; `debug` begins when it has logged in. */
async function session(debug: (debugger_: Debugger) => Promise<void>): Promise<RunResult & { documents: string[] }> {
	const app = await buildApp(folder, { isDebugged: true });
	const debugger_ = new Debugger();
	const address = await debugger_.listen();
	const running = runApp(app, { debug: address, timeout: 60 });
	try {
		await debugger_.next(/<login name="app" value="XS"\/>/);
		await debug(debugger_);
		return { ...(await running), documents: debugger_.documents };
	} finally {
		debugger_.close();
	}
}

const atStart = (...breakpoints: [file: string, line: number][]): string =>
	`<set-all-breakpoints>${breakpoints.map(([path, number]) => `<breakpoint path="${path}" line="${number}"/>`).join("")}</set-all-breakpoints>`;

function breakIn(document: string): [string, number] {
	const found = /<break path="([^"]*)" line="(\d+)">/.exec(document);
	assert.ok(found, document);
	return [found[1]!, Number(found[2])];
}

/** A property as the debugger lists it. */
function property(document: string, name: string): string | undefined {
	return new RegExp(`<property [^>]*\\bname="${name}"[^>]* value="([^"]*)"`).exec(document)?.[1];
}

/** Steps over lines until this one, a few at most. Returns the document of its break. */
async function stepTo(bug: Debugger, file: string, number: number): Promise<string> {
	for (let i = 0; i < 5; i++) {
		const document = await bug.next(/<break /);
		const [path, at] = breakIn(document);
		assert.equal(path, file);
		if (at === number) return document;
		bug.send("<step/>");
	}
	throw new Error(`${file}:${number} was not reached`);
}

describe("a debugger", () => {
	test("stops at a line of TypeScript, reads variables, steps over, in and out", async () => {
		const first = line(main, "// first"),
			second = line(main, "// second");
		const { code, stdout, stderr } = await session(async bug => {
			bug.send(atStart([main, first]));
			const stopped = await bug.next(/<break /);
			assert.deepEqual(breakIn(stopped), [main, first]);
			assert.equal(property(stopped, "count"), "21");
			assert.match(stopped, /<frames>.*later/);
			bug.send("<step-inside/>");
			const inside = await stepTo(bug, double, line(double, "return {"));
			assert.equal(property(inside, "value"), "42");
			assert.match(inside, /<frames>.*double.*later/);
			bug.send("<step-outside/>");
			assert.equal(property(await stepTo(bug, main, second), "count"), "21");
			bug.send("<go/>");
		});
		assert.equal(code, 0, stderr);
		assert.deepEqual(stdout.slice(0, 2), ["started", "green 42"]);
	});

	test("that sends its breakpoints after the first go, as xsbug does, stops at the app's first line", async () => {
		const first = line(main, 'trace("started');
		const { code, stdout, stderr } = await session(async bug => {
			bug.send("<go/>");
			await new Promise(resolve => setTimeout(resolve, 50));
			bug.send(atStart([main, first]));
			assert.deepEqual(breakIn(await bug.next(/<break /)), [main, first]);
			bug.send("<go/>");
		});
		assert.equal(code, 0, stderr);
		assert.deepEqual(stdout.slice(0, 2), ["started", "green 42"]);
	});

	test("stops in a preloaded module, whose functions run from flash", async () => {
		const inside = line(double, "count * 2");
		const { code, stdout } = await session(async bug => {
			bug.send(atStart([double, inside]));
			const stopped = await bug.next(/<break /);
			assert.deepEqual(breakIn(stopped), [double, inside]);
			assert.equal(property(stopped, "count"), "21");
			bug.send("<go/>");
		});
		assert.equal(code, 0);
		assert.deepEqual(stdout.slice(0, 2), ["started", "green 42"]);
	});

	test("takes a breakpoint while the app waits for a timer; time stands still while it is stopped", async () => {
		const { code, stdout } = await session(async bug => {
			bug.send(atStart());
			await bug.next(/<log>started/);
			bug.send(`<set-breakpoint path="${main}" line="${line(main, "// second")}"/>`);
			assert.equal(breakIn(await bug.next(/<break /))[1], line(main, "// second"));
			await new Promise(resolve => setTimeout(resolve, 3000));
			bug.send("<go/>");
		});
		assert.equal(code, 0);
		const elapsed = Number(stdout.at(-1));
		assert.ok(elapsed >= 300 && elapsed < 2500, `${elapsed} ms`);
	});

	test("gets trace's text and the instruments", async () => {
		const { documents } = await session(async bug => {
			bug.send(atStart());
			await bug.next(/<log>started&#10;<\/log>/);
		});
		const text = documents.join("\n");
		assert.match(
			text,
			/<instruments><instrument name="Native memory used" value=" bytes"\/><instrument name="Chunk used"/,
		);
		const samples = /<samples>([\d,]+)<\/samples>/.exec(text)?.[1]?.split(",").map(Number);
		assert.equal(samples?.length, 12);
		const [, chunks, chunkLimit, slots, slotLimit] = samples!;
		assert.ok(chunks! > 0 && chunks! <= chunkLimit! && slots! > 0 && slots! <= slotLimit!, text);
	});

	test("has the instruments' values where it stops, before the app's first turn, too", async () => {
		const { documents } = await session(async bug => {
			bug.send(atStart([main, line(main, "// first")]));
			await bug.next(/<break /);
			bug.send("<go/>");
		});
		const stop = documents.findIndex(one => one.includes("<break "));
		const sample = /<samples>((?:\d+,){11}\d+)<\/samples>/.exec(documents.slice(0, stop).join("\n"))?.[1];
		assert.ok(sample, "a sample comes before the break");
		const [, chunks, , slots] = sample.split(",").map(Number);
		assert.ok(chunks! > 0 && slots! > 0, sample);
	});

	test("that goes away lets the app run on", async () => {
		const { code, stdout } = await session(async bug => {
			bug.send(atStart([main, line(main, "// first")]));
			await bug.next(/<break /);
			bug.disconnect();
		});
		assert.equal(code, 0);
		assert.deepEqual(stdout.slice(0, 2), ["started", "green 42"]);
	});

	test("ends the run when it is told to", async () => {
		const { code, stderr } = await session(async bug => {
			bug.send(atStart([main, line(main, "// first")]));
			await bug.next(/<break /);
			bug.send("<abort/>");
		});
		assert.equal(code, 30, stderr);
		assert.match(stderr, /^sim: the debugger ended the run\n$/);
	});

	test("that is not there is said, and a build without one, too", async () => {
		const none = await runApp(await buildApp(folder), { debug: "127.0.0.1:1" });
		assert.equal(none.code, 2);
		assert.match(none.stderr, /^sim: no debugger listens at 127\.0\.0\.1:1: start xsbug first/);
		const odd = await runApp(await buildApp(folder), { debug: "nonsense" });
		assert.match(odd.stderr, /no debugger listens at nonsense/);
	});
});
