/*
	The end of every command: a Problem, or an error of the system, becomes a sentence and an exit code, never a stack.
*/

import { Problem, systemSentence } from "../build/files.js";
import { failed } from "../build/terminal.js";
import { wantsHelp } from "./arguments.js";

/** Exit code for what the system refused: a disk that is full, a file without permission. */
const SYSTEM_EXIT = 1;

/** Runs `body` and returns its exit code, or that of the Problem in which it ended. */
async function guarded(body: () => Promise<number>): Promise<number> {
	try {
		return await body();
	} catch (error) {
		if (error instanceof Problem) {
			process.stderr.write(`${failed(error.message)}\n`);
			return error.exitCode;
		}
		const sentence = systemSentence(error);
		if (sentence === undefined) throw error;
		process.stderr.write(`${failed(sentence)}\n`);
		return SYSTEM_EXIT;
	}
}

/** Runs a command, or prints `usage` where that is asked for. Returns the exit code. */
export function runCommand(values: readonly string[], usage: string, body: () => Promise<number>): Promise<number> {
	return guarded(async () => {
		if (!wantsHelp(values)) return body();
		process.stdout.write(usage);
		return 0;
	});
}
