/*
	What the apps of this folder share: their server's place, options from config, and what they report.
*/

import config from "mc/config";
import Resource from "Resource";

export const port = Number(config.port);
export const address = "127.0.0.1";

/** What happened, in order. */
export const events: unknown[] = [];

/** Prints `events` in a line of JSON. */
export function finish(): void {
	trace(`${JSON.stringify(events)}\n`);
}

/**
 * JSON in which { "resource": name } stands for a Resource, { "text": text } for the bytes of a text, { "view": text }
 * for a view of them.
 */
export function decode(text: string): Record<string, unknown> {
	return JSON.parse(text, (_key, value: Record<string, string> | null) => {
		if (value?.["resource"] !== undefined) return new Resource(value["resource"]);
		if (value?.["text"] !== undefined) return ArrayBuffer.fromString(value["text"]);
		if (value?.["view"] !== undefined) return new Uint8Array(ArrayBuffer.fromString(value["view"]));
		return value;
	}) as Record<string, unknown>;
}

/** The options in `config.secure`, made anew at each call. */
export const secure = (): Record<string, unknown> => decode(config.secure);

/** Notes the error that `body` throws. */
export function refused(body: () => unknown): void {
	try {
		body();
		events.push("not refused");
	} catch (error) {
		events.push((error as Error).message);
	}
}
