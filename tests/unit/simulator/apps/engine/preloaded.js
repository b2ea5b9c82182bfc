/* In flash: an object, an array with holes of others, a function of C, and a class. */

export const list = Object.freeze([3, 1, 2], true);
export const table = new Map([["key", { value: "text" }]]);
export let count = 0;

export function raise() {
	count += 1;
	return count;
}

export class Counter {
	#value = 1;
	get value() {
		return this.#value;
	}
	raise() {
		this.#value += 1;
		return this;
	}
}
