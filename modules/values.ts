/*
	What every reader of options needs: the refusal in words, and the reading of one value. Used by config.ts and by the parts that have options
	of their own.
*/

import { TLSError } from "./errors";

/** Throws TLSError "configuration". */
export function refuse(message: string): never {
	throw new TLSError("configuration", message);
}

export function typeName(value: unknown): string {
	if (Array.isArray(value)) return "array";
	if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return "buffer";
	return typeof value;
}

/** `value`, or `preset` where it is not given; refused by the option's name where it is no whole number from `min` to `max`. */
export function numberOption(name: string, value: number | undefined, min: number, max: number, preset: number): number {
	if (value === undefined) return preset;
	if (!(value >= min && value <= max && Math.floor(value) === value)) refuse(`"${name}" must be a whole number from ${min} to ${max}, not ${value}`);
	return value;
}

export function bytesOf(input: ArrayBuffer | Uint8Array): Uint8Array {
	return input instanceof Uint8Array ? input : new Uint8Array(input);
}
