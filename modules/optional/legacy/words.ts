/*
	What the app's manifest says of old servers: config.xs_tls, as { "legacy": ["cbc", "rsa"] }, or a text of words, as
	the command line gives it. The name config.tls is the SDK's: its manifests set it to an object.
*/

import config from "mc/config";

function wordsOf(value: unknown): readonly string[] {
	return String(value ?? "")
		.split(/[ ,]/)
		.filter(word => word !== "");
}

/** Returns the words; those of the demo, which are versions, among them. */
export function legacyWords(): readonly string[] {
	const { xs_tls: given } = config;
	return wordsOf(typeof given === "object" ? given?.legacy : given);
}

/** Says what to do about words where they were in earlier versions; undefined if none is. */
export function misplacedWords(): string | undefined {
	if (typeof config.tls !== "string" || !wordsOf(config.tls).length) return undefined;
	const list = wordsOf(config.tls).map(word => `"${word}"`);
	return `"config.tls" is the SDK's: write "xs_tls": { "legacy": [${list.join(", ")}] } in its place`;
}
