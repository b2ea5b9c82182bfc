/*
	Calls every native of hardware/ and of the simulator with what no native expects: wrong types, numbers at every
	edge, missing arguments. Also with objects of other classes, closed ones, other classes' new.target, and buffers
	that shrink or go away while a native reads its arguments. A call returns or throws an Error that can be caught.
	Under the sanitizers (hostile.test.ts) nothing outside of a buffer is touched either.
*/

import { collect, exit, memory, setClock } from "simulator";
import { equal, note, ok, test } from "test/harness";
import Timer from "timer";
import { classes, functions, modules, unswept, type Arguments, type ClassEntry } from "test/hostile/table";
import { closeHidden, countDisturbances, targetsFrom, values, variantsOf, type AnyFunction } from "test/hostile/values";

type Object_ = Record<string, any>;

const ALLOWED = new Set(["Error", "TypeError", "RangeError", "URIError"]);
/** Numbers of which pairs are tried, so that sums of two arguments pass every limit. */
const EDGES = [0, 1, 599, 600, 601, 65535, 2 ** 30, 2 ** 31 - 1];
const COLLECT_AFTER = 4000;
/** Right arguments don't help: there is no such key in eFuse, the run would end, a sanitizer has too many pages. */
const REFUSES = new Set(["dsSigner()", "exit", "searchMemory"]);

let calls = 0;
let refusals = 0;

/** One call. What it throws is an Error of a kind that an app can act on. */
function attempt(label: string, call: () => unknown): { readonly result?: any; readonly error?: Error } {
	calls++;
	if (calls % COLLECT_AFTER === 0) collect();
	try {
		return { result: call() };
	} catch (error) {
		refusals++;
		ok(error instanceof Error, `${label} threw ${String(error)}, which is not an Error`);
		ok(ALLOWED.has(error.name), `${label} threw a ${error.name}: ${error.message}`);
		return { error };
	}
}

const closeOf = (object: object): void => {
	(object as Object_)["close"]?.();
};

/** A new object; those before it that are garbage may hold all of PSA's keys. */
function construct({ Class, args }: ClassEntry): object {
	try {
		return Reflect.construct(Class, args());
	} catch {
		collect();
		return Reflect.construct(Class, args());
	}
}

/** Objects of each class, in each state. */
const objects = Object.values(classes)
	.filter(entry => entry !== classes["DHEShare"])
	.flatMap(entry => variantsOf(() => construct(entry), closeOf));
const everything: readonly (() => unknown)[] = [
	...values,
	...objects,
	...Object.values(classes).map(
		({ Class }) =>
			() =>
				Class.prototype as unknown,
	),
];

function release(value: unknown): void {
	if (typeof value !== "object" || value === null) return;
	try {
		closeOf(value);
	} catch {
		// a proxy, or closed
	}
}

/**
 * Each value at each position, each number of arguments, and each pair of numbers. `make` gives the function and its
 * `this` for one call.
 */
function sweep(
	label: string,
	args: Arguments,
	call: (args: unknown[]) => unknown,
	spare: (index: number, value: unknown) => boolean = () => false,
): void {
	const right = args();
	const run = (changed: unknown[]): void => {
		const { result } = attempt(label, () => call(changed));
		release(result);
		for (const one of changed) if (!right.includes(one)) release(one);
		closeHidden();
	};
	for (let count = 0; count < right.length; count++) run(args().slice(0, count));
	for (let i = 0; i <= right.length; i++) {
		for (const make of everything) {
			const changed = args();
			changed[i] = make();
			if (spare(i, changed[i])) {
				release(changed[i]);
				closeHidden();
			} else run(changed);
		}
	}
	const positions = right.flatMap((value, i) => (typeof value === "number" ? [i] : []));
	for (const [i, j] of positions.flatMap(i => positions.filter(j => j > i).map(j => [i, j] as const))) {
		for (const first of EDGES) {
			for (const second of EDGES) {
				const changed = args();
				changed[i] = first;
				changed[j] = second;
				if (!spare(i, first) && !spare(j, second)) run(changed);
			}
		}
	}
}

test("no native is missing", () => {
	const known = new Set([
		...Object.values(classes).map(({ Class }) => Class),
		...Object.values(functions).map(entry => entry.function),
		...unswept,
	]);
	for (const [name, module] of Object.entries(modules)) {
		for (const [exported, value] of Object.entries(module))
			ok(typeof value !== "function" || known.has(value), `${name} exports ${exported}`);
	}
	for (const [name, { Class, methods }] of Object.entries(classes)) {
		for (const [member, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Class.prototype)))
			ok(member === "constructor" || typeof value !== "function" || member in methods, `${name}.${member}`);
	}
	note(`modules ${Object.keys(modules).join(" ")}`);
});

for (const [name, entry] of Object.entries(functions)) {
	test(`${name}()`, () => {
		const call = (args: unknown[]): unknown => {
			let result: unknown;
			try {
				return (result = entry.function(...args));
			} finally {
				entry.end?.(result);
			}
		};
		if (!REFUSES.has(name))
			equal(attempt(name, () => call(entry.args())).error?.message, undefined, "with right arguments");
		sweep(name, entry.args, call, entry.spare);
		setClock(1.7e9);
	});
}

for (const [name, entry] of Object.entries(classes)) {
	test(`new ${name}()`, () => {
		closeOf(construct(entry));
		sweep(`new ${name}`, entry.args, args => Reflect.construct(entry.Class, args));
		const others = Object.values(classes)
			.map(({ Class }) => Class)
			.filter(Class => Class !== entry.Class);
		for (const target of targetsFrom(others)) {
			const { result, error } = attempt(`new ${name} for another class`, () =>
				Reflect.construct(entry.Class, entry.args(), target()),
			);
			ok(result === undefined && error instanceof TypeError, `new ${name} made an object of another class: ${error}`);
		}
		for (const make of everything) {
			const self = make();
			attempt(`${name} without new`, () => Reflect.apply(entry.Class, self, entry.args()));
			release(self);
			closeHidden();
		}
		collect();
	});

	const members = Object.getOwnPropertyDescriptors(entry.Class.prototype) as Record<string, PropertyDescriptor>;
	for (const [member, { value, get, set }] of Object.entries(members)) {
		if (member === "constructor") continue;
		const method = (value ?? get ?? set) as AnyFunction;
		const args = entry.methods[member] ?? (() => []);
		test(`${name}.${member}`, () => {
			let self = construct(entry);
			const { error } = attempt(`${name}.${member}`, () => Reflect.apply(method, self, args()));
			ok(!error || name === "TCP", `with right arguments: ${error}`);
			const refresh = (): object => {
				if (name === "DHEShare" && member !== "close") return self;
				release(self);
				return (self = construct(entry));
			};
			sweep(`${name}.${member}`, args, changed => Reflect.apply(method, refresh(), changed));
			if (set)
				sweep(
					`${name}.${member} =`,
					() => ["buffer"],
					changed => Reflect.apply(set, refresh(), changed),
				);
			for (const make of everything) {
				const other = make();
				attempt(`${name}.${member} of another object`, () => Reflect.apply(method, other, args()));
				release(other);
				closeHidden();
			}
			release(self);
			collect();
		});
	}
}

test("nothing is left behind", () => {
	collect();
	const { nativeBytes, keySlots } = memory();
	note(
		`${calls} calls, ${refusals} refused, script ran inside ${countDisturbances()} times; ${keySlots} keys and ${nativeBytes} bytes of native memory left`,
	);
	ok(keySlots <= 4, `${keySlots} keys are left in PSA's slots`);
	equal(nativeBytes, 0, "bytes of native memory left");
	// timers and sockets of odd calls would go on
	Timer.set(() => exit(0), 100);
});
