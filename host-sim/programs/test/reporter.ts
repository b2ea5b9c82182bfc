/*
	A reporter for Node's test runner: writes what test.ts asks of a run, as JSON. Where files run side by side, a
	file's duration is the sum of its own tests, not of the time that it waited to start.
*/

/** The part of the runner's events that counts. */
interface TestEvent {
	readonly type: string;
	readonly data: {
		readonly name: string;
		readonly nesting: number;
		readonly file?: string;
		readonly skip?: string | boolean;
		readonly details?: { readonly duration_ms?: number; readonly type?: string };
	};
}

/** What a run was. */
export interface Summary {
	/** Tests that ran, without those that hold others. */
	ran: number;
	/** Each test that did not, with the reason. */
	readonly skipped: string[];
	/** Milliseconds of each file. */
	readonly files: Record<string, number>;
}

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
	const summary: Summary = { ran: 0, skipped: [], files: {} };
	const { skipped, files } = summary;
	for await (const { type, data } of source) {
		if (type !== "test:pass" && type !== "test:fail") continue;
		const { name, nesting, file = "", skip, details } = data;
		if (skip !== undefined && skip !== false) skipped.push(`${name} # ${skip}`);
		else if (details?.type !== "suite") summary.ran++;
		if (nesting > 0) continue;
		const path = file.slice(file.lastIndexOf("/tests/") + 1).replace(/\.js$/, ".ts");
		files[path] = (files[path] ?? 0) + (details?.duration_ms ?? 0);
	}
	yield JSON.stringify(summary);
}
