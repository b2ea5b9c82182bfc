/*
	A preloaded module: it lies in flash, and its functions run in the app's machine.
*/

export interface Sum {
	readonly value: number;
	readonly of: string;
}

export function double(count: number): Sum {
	const value = count * 2;
	return { value, of: `twice ${count}` };
}
