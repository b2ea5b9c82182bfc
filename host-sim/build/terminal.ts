/*
	Colour where the terminal has it: standard error is a terminal, TERM is not "dumb", and NO_COLOR (no-color.org) is
	not set. FORCE_COLOR asks for it elsewhere.
*/

import type { WriteStream } from "node:tty";

type Stream = Pick<WriteStream, "isTTY">;

function takesColour(stream: Stream): boolean {
	if (process.env["NO_COLOR"]) return false;
	const forced = process.env["FORCE_COLOR"];
	if (forced !== undefined) return forced !== "0" && forced !== "";
	return stream.isTTY === true && process.env["TERM"] !== "dumb";
}

function styled(code: number, text: string, stream: Stream): string {
	return takesColour(stream) ? text.replace(/^.+$/gm, line => `\u001b[${code}m${line}\u001b[0m`) : text;
}

/** A sentence about a failure, for standard error: its first line in red. */
export function failed(text: string): string {
	const [first, ...rest] = text.split("\n");
	return [styled(31, first!, process.stderr), ...rest].join("\n");
}

/** What matters less, for standard error. */
export function faint(text: string): string {
	return styled(2, text, process.stderr);
}

/** A heading, for standard output. */
export function heading(text: string): string {
	return styled(1, text, process.stdout);
}
