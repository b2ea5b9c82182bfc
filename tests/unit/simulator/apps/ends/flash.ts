/*
	A preloaded module, with data of every kind that a device would have in flash.
*/

export const bytes = Uint8Array.of(1, 2, 3);
export const list = [1, 2, 3];
export const map = new Map([["a", 1]]);
export const object: { a: number; b?: number } = { a: 1 };

let counter = 0;

export function count(): number {
	return ++counter;
}
