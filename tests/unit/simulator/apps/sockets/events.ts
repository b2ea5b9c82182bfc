/* What happened, which is printed as a line of JSON at the end. */

export const events: unknown[] = [];

export function finish(): void {
	trace(`${JSON.stringify(events)}\n`);
}

/** The name of the error that `body` throws. */
export function refused(body: () => unknown): void {
	try {
		events.push(["not refused", String(body())]);
	} catch (error) {
		events.push((error as Error).name);
	}
}

/** The words of the error that `body` throws. */
export function message(body: () => unknown): void {
	try {
		events.push(["not refused", String(body())]);
	} catch (error) {
		// XS puts the function in front
		events.push((error as Error).message.split(": ").pop());
	}
}
