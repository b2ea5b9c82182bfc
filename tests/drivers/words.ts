/*
	Runs the project's programs inside a test, with their words kept.
*/

/** Runs `body` with what it writes on standard output and standard error kept. `code` is what it returns. */
export async function keepWords(body: () => Promise<number>): Promise<{ code: number; words: string }> {
	let words = "";
	const writers = [process.stdout, process.stderr].map(stream => ({ stream, write: stream.write }));
	for (const { stream } of writers)
		stream.write = (text: string | Uint8Array) => {
			words += String(text);
			return true;
		};
	try {
		return { code: await body(), words };
	} finally {
		for (const { stream, write } of writers) stream.write = write;
	}
}
