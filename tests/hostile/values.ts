/*
	Values that no native expects, and script that runs where a native may look: getters and conversions that collect
	garbage, shrink, detach and fill buffers. Each is made anew for each call, as a call may change it.
*/

import { collect } from "simulator";

/** A class, or a function of any kind. */
export type AnyFunction = InstanceType<typeof Function>;

/** Buffers that `disturb` changes: values made from them are still in the caller's hands then. */
const shrinking: ArrayBuffer[] = [];
const detaching: ArrayBuffer[] = [];
let junk: Uint8Array[] = [];
/** Times that script ran inside a call. */
let disturbances = 0;

export function countDisturbances(): number {
	return disturbances;
}

/** Moves and frees what it can while a native may hold a pointer to it. */
function disturb(): void {
	disturbances++;
	for (const buffer of shrinking.splice(0)) buffer.resize(1);
	for (const buffer of detaching.splice(0)) detach(buffer);
	junk = [];
	collect();
	for (let i = 0; i < 8; i++) junk.push(new Uint8Array(100 + 60 * i).fill(0xa5));
}

interface Later {
	resize(length: number): void;
	transfer(): ArrayBuffer;
}

declare global {
	interface ArrayBuffer extends Later {}
}

function detach(buffer: ArrayBuffer): ArrayBuffer {
	buffer.transfer();
	return buffer;
}

function resizable(length: number): ArrayBuffer {
	return new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer)(length, {
		maxByteLength: 4096,
	});
}

function shrunk(make: (buffer: ArrayBuffer) => unknown): unknown {
	const buffer = resizable(2048);
	const view = make(buffer);
	buffer.resize(3);
	return view;
}

/** A buffer that the next `disturb` makes short, or takes away. */
function unstable(list: ArrayBuffer[], make: (buffer: ArrayBuffer) => unknown): unknown {
	const buffer = resizable(2048);
	if (list.length < 64) list.push(buffer);
	return make(buffer);
}

/** An object whose property `name` runs script and then says `value`. */
function withGetter(object: object, name: PropertyKey, value: unknown): object {
	try {
		return Object.defineProperty(object, name, {
			configurable: true,
			get() {
				disturb();
				return value;
			},
		});
	} catch {
		// a class that a preloaded module froze
		return object;
	}
}

const numbers = [
	NaN,
	-1,
	-0,
	0,
	1,
	0.5,
	3,
	15.999,
	2 ** 24,
	2 ** 31 - 1,
	2 ** 31,
	2 ** 32 - 1,
	2 ** 32,
	2 ** 32 + 1,
	2 ** 53,
	2 ** 64,
	-(2 ** 31),
	-(2 ** 53),
	Infinity,
	-Infinity,
	1e308,
	1e-308,
];

/** What each makes goes to each position of each call. */
export const values: readonly (() => unknown)[] = [
	() => undefined,
	() => null,
	() => true,
	() => false,
	() => "",
	() => "16",
	() => "\0",
	() => "x".repeat(300),
	() => "\u{1f600}",
	() => 5n,
	() => -(2n ** 64n),
	() => Symbol("s"),
	() => ({}),
	() => [],
	() => [1, 2, 3],
	() => disturb,
	() => new Error("e"),
	...numbers.map(number => () => number),
	() => ({
		valueOf() {
			disturb();
			return 1;
		},
	}),
	() => ({
		toString() {
			disturb();
			return "1";
		},
	}),
	() => ({
		[Symbol.toPrimitive]() {
			disturb();
			return 2 ** 31;
		},
	}),
	() => ({
		valueOf() {
			throw new RangeError("from valueOf");
		},
	}),
	() => new Proxy(new Uint8Array(64), {}),
	() =>
		new Proxy(
			{},
			{
				get() {
					disturb();
					return 64;
				},
			},
		),
	() => new Proxy(disturb, {}),
	() => new ArrayBuffer(0),
	() => new ArrayBuffer(3),
	() => new Uint8Array(0),
	() => new Uint8Array(1),
	() => new Int8Array(64),
	() => new DataView(new ArrayBuffer(8)),
	() => new Uint16Array(600),
	() => new Float64Array(200),
	() => new DataView(new ArrayBuffer(64), 60),
	() => new Uint8Array(new ArrayBuffer(64), 63),
	() => new SharedArrayBuffer(64),
	() => new Uint8Array(new SharedArrayBuffer(64)),
	() => detach(new ArrayBuffer(64)),
	() => {
		const view = new Uint8Array(64);
		detach(view.buffer as ArrayBuffer);
		return view;
	},
	() => shrunk(buffer => buffer),
	() => shrunk(buffer => new Uint8Array(buffer)),
	() => shrunk(buffer => new Uint8Array(buffer, 2)),
	() => shrunk(buffer => new Uint8Array(buffer, 4)),
	() => shrunk(buffer => new Uint8Array(buffer, 0, 2048)),
	() => shrunk(buffer => new DataView(buffer)),
	() => shrunk(buffer => new DataView(buffer, 1000)),
	() => unstable(shrinking, buffer => new Uint8Array(buffer)),
	() => unstable(shrinking, buffer => buffer),
	() => unstable(detaching, buffer => new Uint8Array(buffer)),
	() => unstable(detaching, buffer => buffer),
	() => Object.setPrototypeOf({}, Uint8Array.prototype),
	() => Object.create(ArrayBuffer.prototype),
	() => Uint8Array.prototype,
	() => new Date(),
	() => new Map(),
	() => /x/,
	() => withGetter({}, "byteLength", 64),
	() => withGetter(new Uint8Array(8), "byteLength", 4096),
	() => withGetter(new ArrayBuffer(8), "byteLength", 4096),
];

/** Objects behind a proxy or a prototype: their own `close` is out of reach there. */
const hidden: (() => void)[] = [];

/** Closes the objects that cannot be closed through what stands for them. */
export function closeHidden(): void {
	for (const close of hidden.splice(0)) close();
}

/** The same of an object of a native class: as it is, closed, and with a length that it has not. */
export function variantsOf(make: () => object, close: (object: object) => void): (() => object)[] {
	const hide = (): object => {
		const object = make();
		const { prototype } = object.constructor;
		hidden.push(() => {
			try {
				close(Object.setPrototypeOf(object, prototype) as object);
			} catch {
				// the call has closed it
			}
		});
		return object;
	};
	const closed = (): object => {
		const object = make();
		close(object);
		return object;
	};
	const claim = (object: object): object => {
		try {
			return Object.defineProperty(object, "byteLength", { value: 4096, configurable: true });
		} catch {
			return object;
		}
	};
	return [
		make,
		closed,
		() => claim(make()),
		() => claim(closed()),
		() => withGetter(make(), "byteLength", 4096),
		() => withGetter(closed(), "byteLength", 4096),
		() => new Proxy(hide(), {}),
		() => Object.create(hide()) as object,
		() => Object.setPrototypeOf(hide(), Uint8Array.prototype) as object,
	];
}

/**
 * `new.target`s that are not the class: other classes, and such as run script when they are asked for their prototype.
 */
export function targetsFrom(classes: readonly AnyFunction[]): (() => AnyFunction)[] {
	const getting = (prototype: unknown): AnyFunction =>
		new Proxy(class {}, {
			get(target, name, receiver) {
				disturb();
				return name === "prototype" ? prototype : Reflect.get(target, name, receiver);
			},
		});
	return [
		...[...classes, Object, Array, Uint8Array, ArrayBuffer, Map, Error, Promise].map(one => () => one),
		...classes.flatMap(one => [() => getting(one.prototype), () => class extends (one as any) {}]),
		() => getting(null),
		() => getting(new Uint8Array(8)),
		() => class {}.bind(null),
	];
}
