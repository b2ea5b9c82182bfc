/*
	Running other programs: compilers, npm, the simulator.
*/

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

import { fileProblem, Problem } from "./files.js";

export interface Outcome {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

/**
 * Runs a program to its end and collects what it printed. One that can't be run gives code 127, and the reason as its
 * words.
 */
export function run(
	program: string,
	values: readonly string[],
	options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
	return new Promise(resolve => {
		const child = spawn(program, values, { stdio: ["ignore", "pipe", "pipe"], ...options });
		let stdout = "";
		let stderr = "";
		child.stdout.setEncoding("utf8").on("data", (text: string) => {
			stdout += text;
		});
		child.stderr.setEncoding("utf8").on("data", (text: string) => {
			stderr += text;
		});
		child.on("error", (error: NodeJS.ErrnoException) => {
			const why = error.code === "ENOENT" ? "not found" : `can't be run: ${fileProblem(error)}`;
			resolve({ code: 127, stdout: "", stderr: `${program}: ${why}\n` });
		});
		child.on("close", (code, signal) =>
			resolve({ code: code ?? 128, stdout, stderr: signal ? `${stderr}${program}: ended by ${signal}\n` : stderr }),
		);
	});
}

/** Runs a program that has to succeed; otherwise its own words are the message. */
export async function must(program: string, values: readonly string[], what: string): Promise<Outcome> {
	const outcome = await run(program, values);
	if (outcome.code !== 0) throw new Problem(`${what} failed:\n${(outcome.stderr + outcome.stdout).trim()}`);
	return outcome;
}

/** Calls `work` for every item, on as many at a time as there are processors. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < items.length) await work(items[next++]!);
	};
	await Promise.all(Array.from({ length: Math.min(availableParallelism(), items.length) }, worker));
}
