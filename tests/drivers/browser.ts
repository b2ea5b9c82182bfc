/*
	A page in Chromium without a window, asked by DevTools' protocol over pipes: what a person would see of it.
*/

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

const flags = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--remote-debugging-pipe",
];

interface Answer {
	readonly id?: number;
	readonly result?: Record<string, unknown>;
	readonly error?: { readonly message: string };
}

export class Browser {
	readonly #folder = mkdtempSync(join(tmpdir(), "xs-tls-browser-"));
	readonly #process: ChildProcess;
	readonly #waiting = new Map<number, (answer: Answer) => void>();
	#last = 0;
	#rest = "";
	#session = "";

	constructor() {
		this.#process = spawn("chromium", [...flags, `--user-data-dir=${this.#folder}`, "about:blank"], {
			stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
		});
		(this.#process.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => this.#receive(text));
	}

	#receive(text: string): void {
		const messages = (this.#rest + text).split("\0");
		this.#rest = messages.pop()!;
		for (const message of messages) {
			const answer = JSON.parse(message) as Answer;
			if (answer.id === undefined) continue;
			this.#waiting.get(answer.id)?.(answer);
			this.#waiting.delete(answer.id);
		}
	}

	#ask(method: string, params: object = {}): Promise<Record<string, unknown>> {
		const id = ++this.#last,
			session = this.#session ? { sessionId: this.#session } : {};
		(this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
		return new Promise((resolve, reject) =>
			this.#waiting.set(id, ({ result, error }) =>
				error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result ?? {}),
			),
		);
	}

	/** Opens a file's page in a window of this width. */
	async open(file: string, width: number, colors: "light" | "dark"): Promise<void> {
		this.#session = "";
		const { targetId } = await this.#ask("Target.createTarget", { url: "about:blank" });
		const { sessionId } = await this.#ask("Target.attachToTarget", { targetId, flatten: true });
		this.#session = sessionId as string;
		await this.#ask("Emulation.setDeviceMetricsOverride", {
			width,
			height: 900,
			deviceScaleFactor: 1,
			mobile: width < 600,
		});
		await this.#ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: colors }] });
		await this.#ask("Page.enable");
		await this.#ask("Page.navigate", { url: `file://${file}` });
		for (let i = 0; i < 100; i++) {
			if (await this.evaluate("document.readyState === 'complete' && location.protocol === 'file:'")) return;
			await new Promise(resolve => setTimeout(resolve, 50));
		}
		throw new Error(`${file}: the page did not load`);
	}

	/** The value of an expression in the page. */
	async evaluate(expression: string): Promise<unknown> {
		const { result, exceptionDetails } = await this.#ask("Runtime.evaluate", { expression, returnByValue: true });
		if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
		return (result as { value?: unknown }).value;
	}

	async close(): Promise<void> {
		const ended = new Promise(resolve => this.#process.once("close", resolve));
		this.#session = "";
		(this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id: ++this.#last, method: "Browser.close" })}\0`);
		await ended;
		// its helpers may write for a moment longer
		rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
	}
}
