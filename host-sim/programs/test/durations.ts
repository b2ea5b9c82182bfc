/*
	A reporter for Node's test runner: writes how long each file of tests took, in milliseconds, as JSON. Where files run side by side, that is
	the sum of the file's own tests, not of the time that it waited to start.
*/

/** The part of the runner's events that counts. */
interface TestEvent {
	readonly type: string;
	readonly data: {
		readonly nesting?: number;
		readonly file?: string;
		readonly details?: { readonly duration_ms?: number };
	};
}

export default async function* durations(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
	const files: Record<string, number> = {};
	for await (const { type, data } of source) {
		const { nesting, file, details } = data;
		if ((type !== "test:pass" && type !== "test:fail") || nesting !== 0 || file === undefined) continue;
		const name = file.slice(file.lastIndexOf("/tests/") + 1).replace(/\.js$/, ".ts");
		files[name] = (files[name] ?? 0) + (details?.duration_ms ?? 0);
	}
	yield JSON.stringify(files);
}
