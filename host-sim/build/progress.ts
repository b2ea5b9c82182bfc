/*
	What is going on, on standard error: one line that counts up on a terminal, one line per step elsewhere.
*/

const terminal = process.stderr.isTTY === true;

/** A step with a known number of parts. Nothing is shown for a step without parts. */
export class Progress {
	readonly #title: string;
	readonly #total: number;
	#done = 0;

	constructor(title: string, total: number) {
		this.#title = title;
		this.#total = total;
		if (total > 0 && !terminal) process.stderr.write(`${title} (${total})\n`);
		this.#draw("");
	}

	/** One part is done. */
	step(name: string): void {
		this.#done++;
		this.#draw(name);
	}

	/** The step is over. */
	end(): void {
		if (terminal && this.#total > 0) process.stderr.write("\r\u001b[K");
	}

	#draw(name: string): void {
		if (terminal && this.#total > 0)
			process.stderr.write(`\r\u001b[K${this.#title} ${this.#done}/${this.#total} ${name}`);
	}
}

/** A sentence about a single step that takes a while. */
export function say(message: string): void {
	process.stderr.write(`${message}\n`);
}
