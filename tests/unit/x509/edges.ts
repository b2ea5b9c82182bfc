/*
	Names at the edges of their labels.
*/

import { ascii, equal, hex, join, note, test } from "test/harness";
import { checkConstraints, checkNames, findName, GeneralName, NameResult } from "tls/hardware/general";
import { nameDigest, sameName } from "tls/hardware/names";

function element(tag: number, content: Uint8Array): Uint8Array {
	const length = content.length;
	const head =
		length < 128
			? [length]
			: length < 256
				? [0x81, length]
				: length < 0x10000
					? [0x82, length >> 8, length & 0xff]
					: [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
	return join(Uint8Array.of(tag, ...head), content);
}

/** True if it is taken for a DNS name: by a constraint, or with a wildcard for the name that has "x" in its place. */
function is(text: string, wildcard = false): boolean {
	const name = element(GeneralName.dns, ascii(text));
	const constraints = element(0xa1, element(0x30, name));
	const asked = ascii(text.replace("*", "x"));
	if (wildcard) return findName(name, 0, name.length, asked, asked.length, GeneralName.dns) === 1;
	return text !== "" && checkConstraints(constraints, 0, constraints.length) === 0;
}

test("labels of one character, also after a wildcard", () => {
	for (const text of ["a", "a.b", "1", "_"]) equal(is(text), true, text);
	for (const text of ["*.a.b", "*.a.example", "*.1.b"]) equal(is(text, true), true, text);
	for (const text of ["*.a", "*.", "*..a.b", "*.-a.b", "*.a-.b", "*.a.-b", "*a.b.c", "*"])
		equal(is(text, true), false, text);
	for (const text of ["*.a.b", "", ".", ".a", "a.", "a..b", "-", "a.-", "-.a"]) equal(is(text), false, text);
});

test("a wildcard stands for a label that is there", () => {
	const name = element(GeneralName.dns, ascii("*.a.b"));
	for (const [asked, found] of [
		["x.a.b", 1],
		[".a.b", 0],
		["a.b", 0],
		["a", 0],
		["x.x.a.b", 0],
	] as const)
		equal(findName(name, 0, name.length, ascii(asked), asked.length, GeneralName.dns), found, asked);
});

test("every character that a host name may have, and its neighbours", () => {
	for (const [first, last] of ["az", "AZ", "09"]) {
		for (const c of [first!.charCodeAt(0), last!.charCodeAt(0)]) equal(is(`x${String.fromCharCode(c)}x`), true);
		for (const c of [first!.charCodeAt(0) - 1, last!.charCodeAt(0) + 1])
			equal(is(`x${String.fromCharCode(c)}x`), false, String(c));
	}
	for (const c of "-_") equal(is(`x${c}x`), true);
	for (const c of ",.^`@[ /") equal(is(`x${c}${c}x`), false);
});

test("labels of 63 characters, a name of 253", () => {
	const label = "a".repeat(63);
	equal(is(`*.${label}.${label}`, true), true);
	equal(is(`*.${label}a.${label}`, true), false);
	equal(is(`*.${label}.${label}a`, true), false);
	const long = `${label}.${label}.${label}.${"b".repeat(61)}`;
	equal([long.length, is(long), is(`${long}b`)], [253, true, false]);
});

test("a name costs 131,071 units of work at most, and no more", () => {
	const name = element(GeneralName.dns, ascii("a.example"));
	/** A name costs 8, a constraint of another kind 8, and one of a DNS name 8 and its length. */
	const check = (others: number, names: number): number => {
		const other = element(0x30, element(0x81, new Uint8Array(0))),
			own = element(0x30, element(GeneralName.dns, ascii("b"))),
			trees = new Uint8Array(others * other.length + names * own.length);
		for (let i = 0; i < others; i++) trees.set(other, i * other.length);
		for (let i = 0; i < names; i++) trees.set(own, others * other.length + i * own.length);
		const constraints = element(0xa1, trees);
		return checkNames(name, 0, 0, 0, name.length, constraints, 0, constraints.length);
	};
	equal(8 + 8 * 16_375 + 9 * 7, 131_071);
	equal([check(16_375, 7), check(16_374, 8)], [name.length, NameResult.tooMuch]);
});

test("name constraints have 65,535 bytes at most", () => {
	const shortest = element(0x30, element(0x81, new Uint8Array(0)));
	/** An excluded list that is `length` bytes long, header and all. */
	const check = (length: number): number => {
		const rest = (length - 4) % shortest.length,
			last = rest ? element(0x30, element(0x81, new Uint8Array(rest))) : new Uint8Array(0),
			trees = new Uint8Array(length - 4);
		for (let at = last.length; at < trees.length; at += shortest.length) trees.set(shortest, at);
		trees.set(last);
		const constraints = join(Uint8Array.of(0xa1, 0x82, trees.length >> 8, trees.length & 0xff), trees);
		equal(constraints.length, length);
		return checkConstraints(constraints, 0, length);
	};
	equal([check(65_534), check(65_535), check(65_536)], [0, 0, NameResult.tooMuch]);
});

/** A Name of one part, whose attributes have these numbers and texts. */
function nameOf(...attributes: (readonly [number, string])[]): Uint8Array {
	const parts = attributes.map(([number, text]) =>
		element(0x30, join(Uint8Array.of(6, 3, 0x55, 4, number), element(0x0c, ascii(text)))),
	);
	return element(0x30, element(0x31, join(...parts)));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
	const same = sameName(a, 0, a.length, b, 0, b.length);
	equal(sameName(b, 0, b.length, a, 0, a.length), same);
	if (same) equal(digestOf(a), digestOf(b), "the same digest");
	return same;
}

function digestOf(name: Uint8Array): string {
	const digest = new Uint8Array(32);
	nameDigest(name, 0, name.length, digest);
	return hex(digest);
}

test("a Name with 4,096 bytes of content is compared without its case, a longer one byte by byte", () => {
	const ofLength = (length: number, text: string): Uint8Array => {
		// three headers, and the attribute's type
		const name = nameOf([3, text.repeat(length - 17)]);
		equal(name.length, 4 + length);
		return name;
	};
	for (const length of [4_095, 4_096]) equal(isSame(ofLength(length, "a"), ofLength(length, "A")), true, `${length}`);
	equal(isSame(ofLength(4_097, "a"), ofLength(4_097, "A")), false);
	equal(digestOf(ofLength(4_097, "a")) === digestOf(ofLength(4_097, "A")), false);
	equal(isSame(ofLength(4_097, "a"), ofLength(4_097, "a")), true);
});

test("a part of a Name has eight attributes at most", () => {
	const attributes = (count: number, text: string): Uint8Array =>
		nameOf(...Array.from({ length: count }, (_, i) => [40 + i, text.repeat(30)] as const));
	for (const count of [1, 7, 8]) equal(isSame(attributes(count, "x"), attributes(count, "X")), true, `${count}`);
	equal(isSame(attributes(9, "x"), attributes(9, "X")), false);
	equal(isSame(attributes(9, "x"), attributes(9, "x")), true, "the same bytes");
	equal(digestOf(attributes(9, "x")) === digestOf(attributes(9, "X")), false);
	equal(isSame(nameOf([40, "x"], [41, "y"]), nameOf([41, "Y"], [40, "X"])), true, "in any order");
});

test("the digest of a Name tells what it takes to sort the attributes of a SET", () => {
	const workOf = (name: Uint8Array): number => nameDigest(name, 0, name.length, new Uint8Array(32));
	const alike = (count: number): Uint8Array =>
		nameOf(...Array.from({ length: count }, (_, i) => [3, `${"a".repeat(400)}${count - i}`] as const));
	const one = alike(1),
		eight = alike(8);
	equal(workOf(one), one.length, "nothing to sort");
	// 28 pairs, both texts of each to their last character
	equal(workOf(eight), eight.length + 28 * 2 * 401);
	// behind what was sorted there is a part without attributes, so that the Name is hashed as it is
	const malformed = element(0x30, join(eight.subarray(4), Uint8Array.of(0x31, 0)));
	equal(workOf(malformed), malformed.length + 28 * 2 * 401);
	note(`${workOf(eight)} bytes are read for a Name of ${eight.length}`);
});

test("lengths in a list of names are DER, and no longer than what is there", () => {
	/** Looks for "x" in a list whose one dNSName has `length` for its length, and so much after it. */
	const find = (length: readonly number[], content: number): number => {
		const list = new Uint8Array(1 + length.length + content);
		list.fill(0x61);
		list.set([GeneralName.dns, ...length]);
		return findName(list, 0, list.length, ascii("x"), 1, GeneralName.dns);
	};
	for (const [length, content] of [
		[[1], 1],
		[[0x7f], 0x7f],
		[[0x81, 0x80], 0x80],
		[[0x82, 1, 0], 0x100],
		[[0x83, 1, 0, 0], 0x10000],
	] as const) {
		equal(find(length, content), 0, length.join());
		equal(find(length, content - 1), NameResult.badList, `${length.join()}, cut`);
	}
	// what the length says is there, and no byte more
	for (const [length, content] of [
		[[0x80], 0],
		[[0x81, 0], 0],
		[[0x81, 0x7f], 0x7f],
		[[0x82, 0, 0xff], 0xff],
		[[0x83, 0, 0xff, 0xff], 0xffff],
		[[0x84, 0, 0, 1, 0], 0x100],
		[[0xff], 0x7f],
	] as const)
		equal(find(length, content), NameResult.badList, length.join());
});

/** A Name of one attribute, a string of the type `tag`. */
function nameOfString(tag: number, ...bytes: number[]): Uint8Array {
	const attribute = element(0x30, join(Uint8Array.of(6, 3, 0x55, 4, 3), element(tag, Uint8Array.from(bytes))));
	return element(0x30, element(0x31, attribute));
}

test("a byte that is not a character of its string's type matches the same byte alone", () => {
	const UTF8 = 0x0c,
		TELETEX = 0x14,
		IA5 = 0x16;
	// the last byte is cut UTF-8 or beyond ASCII; the first letter makes sure that characters are compared
	for (const tag of [UTF8, TELETEX, IA5])
		for (const byte of [0xc2, 0xe4, 0xfe])
			for (const other of [byte, byte ^ 1, byte ^ 2, 0x61])
				equal(
					isSame(nameOfString(tag, 0x61, byte), nameOfString(tag, 0x41, other)),
					other === byte,
					`${tag}: ${byte}, ${other}`,
				);
});
