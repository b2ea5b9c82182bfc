/*
	JSON from a server. `JSON.parse` takes what it finds, and XS ends the app where memory, its table of names or the
	stack has no room for that. So the text is measured first.
*/

import { refuse, TLSError } from "../errors";
import { expectRoom, Purpose } from "../wire/memory";
import { JSONMeasure, measureJSON } from "tls/hardware/text/text";

/** Objects and arrays inside each other. Each is a call of its own for JSON.parse, on a stack that is short. */
const MAX_DEPTH = 20;

/** XS's own: with a list of names, JSON.parse leaves out the properties that have others. */
type Parse = (text: string, names: readonly string[] | undefined) => any;

function checkNames(names: readonly string[] | undefined): void {
	if (names !== undefined && !(Array.isArray(names) && names.every(name => typeof name === "string")))
		refuse('"names" must be a list of strings');
}

/** Reads JSON, or only the properties called `names`. Throws SyntaxError for a text that is not JSON. */
export function parseJSON(text: string, names: readonly string[] | undefined): any {
	checkNames(names);
	const size = measureJSON(text);
	const depth = size[JSONMeasure.depth]!;
	if (depth > MAX_DEPTH)
		throw new TLSError(
			"http",
			`server sent JSON with ${depth} levels inside each other, expected ${MAX_DEPTH} at most`,
		);
	if (!names && size[JSONMeasure.names]! > size[JSONMeasure.freeNames]!)
		throw new TLSError(
			"out_of_memory",
			`server sent JSON with ${size[JSONMeasure.names]} new names, and XS has room for ${size[JSONMeasure.freeNames]}; list those that you need: json(["name"])`,
		);
	expectRoom(size[JSONMeasure.bytes]!, size[JSONMeasure.slots]!, Purpose.data);
	return (JSON.parse as Parse)(text, names);
}
