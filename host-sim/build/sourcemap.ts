/*
	The lines of a source map (ECMA-426): which line of the TypeScript a line of the JavaScript came from.
*/

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The integers of one segment, base 64 VLQ. */
function decode(segment: string): number[] {
	const values: number[] = [];
	let value = 0;
	let shift = 0;
	for (const character of segment) {
		const digit = digits.indexOf(character);
		value += (digit & 31) * 2 ** shift;
		shift += 5;
		if (digit & 32) continue;
		values.push(value % 2 ? -Math.floor(value / 2) : value / 2);
		value = shift = 0;
	}
	return values;
}

/**
 * For each line of the generated file (from 0) the line of its source (from 1). Lines without one take that of the line
 * before.
 */
export function sourceLines(map: string): number[] {
	const { mappings } = JSON.parse(map) as { mappings: string };
	let line = 0;
	let last = 1;
	return mappings.split(";").map(segments => {
		let first: number | undefined;
		for (const segment of segments.split(",")) {
			const values = decode(segment);
			if (values.length < 4) continue;
			line += values[2]!;
			first ??= line + 1;
		}
		return (last = first ?? last);
	});
}
