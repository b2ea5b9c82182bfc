/*
	The chip's self-test, with a fault of an accelerator. Or once with each known answer changed in one digit, one after
	the other: it must find each. Its lines, and how many it counts as wrong.
*/

import config from "mc/config";
import { answers } from "tls/selftest/answers";
import type { Answers } from "tls/selftest/answers";
import { selftest } from "tls/selftest/selftest";
import { accelerate } from "simulator";

/** Every answer: where it is, and its hex. */
function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
	if (typeof value === "string") return path[path.length - 1] === "name" ? [] : [path];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, member]) => places(member, [...path, key]));
}

function changed(path: readonly (string | number)[]): Answers {
	const copy = JSON.parse(JSON.stringify(answers));
	let at = copy;
	for (const key of path.slice(0, -1)) at = at[key];
	const last = path[path.length - 1]!;
	const hex = at[last] as string;
	const middle = hex.length >> 1;
	at[last] = hex.slice(0, middle) + (hex[middle] === "0" ? "1" : "0") + hex.slice(middle + 1);
	return copy;
}

if (config.change === "true") {
	for (const path of places(answers)) trace(`${path.join(".")} wrong: ${selftest(changed(path), 0)}\n`);
} else {
	if (config.action) accelerate(config.action as "fail", config.accelerator, 1);
	trace(`wrong: ${selftest(answers, 0)}\n`);
}
