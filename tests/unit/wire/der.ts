/*
	DER (X.690): lengths and INTEGERs in their shortest form alone, and elements that are read to their end.
*/

import { equal, test } from "test/harness";
import { TLSError } from "tls/errors";
import { DER, Part } from "tls/wire/der";

/** The INTEGER with these bytes is taken: its content; refused: the error's words. */
function read(content: readonly number[]): string {
	const bytes = Uint8Array.of(2, content.length, ...content);
	const der = new DER(bytes, 0, bytes.length, "the first");
	try {
		der.takeInteger();
	} catch (error) {
		if (!(error instanceof TLSError)) throw error;
		return error.message;
	}
	return bytes.slice(der.start, der.end).join();
}

test("an INTEGER has its shortest form", () => {
	for (const content of [
		[0],
		[1],
		[0x7f],
		[0x80],
		[0xff],
		[0, 0x80],
		[0, 0xff],
		[0xff, 0],
		[0xff, 0x7f],
		[1, 0],
		[0xfe, 0xff],
		[0, 0x80, 0],
	])
		equal(read(content), content.join());
	for (const content of [
		[0, 0],
		[0, 1],
		[0, 0x7f],
		[0xff, 0x80],
		[0xff, 0xff],
		[0, 0x7f, 0xff],
		[0xff, 0x80, 0],
	])
		equal(read(content).endsWith("is not DER: an INTEGER is not in its shortest form"), true, content.join());
	equal(read([]).endsWith("is not DER: an INTEGER is empty"), true);
});

/** What `body` returns, or the end of its error's words. */
function outcome(body: () => string): string {
	try {
		return body();
	} catch (error) {
		if (!(error instanceof TLSError)) throw error;
		return error.message.slice(
			error.message.indexOf("is not DER") < 0 ? error.message.indexOf("has ") : error.message.indexOf("is not DER"),
		);
	}
}

/** Takes an element of which `length` says how long it is, in `content` bytes of content. */
function takeElement(length: readonly number[], content: number): string {
	const bytes = new Uint8Array(1 + length.length + content);
	bytes.set([0x30, ...length]);
	const der = new DER(bytes, 0, bytes.length, "the first");
	return outcome(() => {
		der.take(0x30, Part.element);
		return `${der.end - der.start} of ${der.limit - der.start}`;
	});
}

test("a length is in its shortest form, and no longer than what is there", () => {
	for (const [length, content] of [
		[[0], 0],
		[[1], 1],
		[[0x7f], 0x7f],
		[[0x81, 0x80], 0x80],
		[[0x81, 0xff], 0xff],
		[[0x82, 1, 0], 0x100],
		[[0x82, 0xff, 0xff], 0xffff],
		[[0x83, 1, 0, 0], 0x10000],
	] as const) {
		equal(takeElement(length, content), `${content} of ${content}`);
		equal(takeElement(length, content + 1), `${content} of ${content + 1}`);
		if (content)
			equal(takeElement(length, content - 1), "is not DER: a part is longer than the whole", `${length.join()}, cut`);
	}
	for (const length of [
		[0x81, 0],
		[0x81, 0x7f],
		[0x82, 0, 0xff],
		[0x82, 0, 0],
		[0x83, 0, 0xff, 0xff],
	])
		equal(takeElement(length, 0x10000), "is not DER: a length is not in its shortest form", length.join());
	for (const length of [[0x80], [0x84, 0, 0, 1, 0], [0x85, 1], [0xff]])
		equal(takeElement(length, 0x10000), "is not DER: a length is indefinite, or too large", length.join());
});

test("an element is read to its end", () => {
	const bytes = Uint8Array.of(0x30, 6, 2, 1, 5, 2, 1, 6);
	for (const [count, ends] of [
		[1, "has unexpected bytes at the end of a field"],
		[2, "read"],
	] as const) {
		const reading = (leave: (der: DER, outer: number) => void): string =>
			outcome(() => {
				const der = new DER(bytes, 0, bytes.length, "the first");
				der.take(0x30, Part.element);
				const outer = der.enter();
				for (let i = 0; i < count; i++) der.take(2, Part.element);
				leave(der, outer);
				equal([der.at, der.hasMore], [8, false]);
				return "read";
			});
		equal(
			reading((der, outer) => der.leave(outer)),
			ends,
		);
		equal(
			reading(der => der.expectEnd()),
			ends,
		);
	}
});
