/*
	Root stores that are signed by their maker, that are in a file, and that have roots which no longer count for TLS.
*/

import Resource from "Resource";
import { equal, note, ok, test, throws } from "test/harness";
import { Store } from "tls/x509/store";
import { PathSearch } from "tls/x509/path";
import { RootStore } from "tls/trust";
import type { RootBytes, RootMaker } from "tls/trust";
import { Chain, fromBase64 } from "./verify";

interface Expected {
	readonly host: string;
	readonly now: number;
	readonly distrusted: number;
	readonly key: string;
	readonly pem: string;
	readonly rsa: string;
	readonly p384: string;
	readonly good: readonly string[];
	readonly limited: readonly string[];
	readonly barred: readonly string[];
	readonly untrusted: readonly string[];
	readonly count: number;
}

const expected = JSON.parse(String.fromArrayBuffer(new Resource("expected.json").slice(0))) as Expected;
const key = fromBase64(expected.key);

function bytesOf(name: string): Uint8Array {
	return new Uint8Array(new Resource(name).slice(0));
}

/** What happens: "" for a store that is opened. */
function outcome(from: RootBytes, maker: RootMaker): string {
	try {
		RootStore.open(from, maker);
		return "";
	} catch (error) {
		const { code, message } = error as { code?: string; message: string };
		return `${code}: ${message}`;
	}
}

/** A file, as the SDK's classes read one: each read returns a buffer of its own. */
class File {
	readonly #bytes: Uint8Array;
	reads = 0;
	longest = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get byteLength(): number {
		return this.#bytes.length;
	}

	read(offset: number, byteLength: number): ArrayBuffer {
		this.reads++;
		if (byteLength > this.longest) this.longest = byteLength;
		return this.#bytes.slice(offset, offset + byteLength).buffer as ArrayBuffer;
	}
}

function verdict(roots: RootStore, chain: readonly string[], seconds = expected.now): string {
	return new Chain(chain.map(fromBase64)).refusal({ roots, name: expected.host, seconds });
}

test("a store is opened by its maker's key, from flash, memory and a file", () => {
	for (const from of [
		new Resource("signed.bin"),
		bytesOf("signed.bin"),
		bytesOf("signed.bin").buffer as ArrayBuffer,
		new File(bytesOf("signed.bin")),
	])
		for (const given of [key, key.slice().buffer as ArrayBuffer, expected.pem]) {
			const store = RootStore.open(from, { key: given, version: 7 });
			equal(store.version, 7);
			equal(store.count, expected.count);
			equal(verdict(store, expected.good), "");
			ok(RootStore.isStore(store));
		}
	equal(RootStore.open(bytesOf("newest.bin"), { key, version: 0xffffffff }).version, 0xffffffff);
	equal(new RootStore(bytesOf("plain.bin")).version, 0);
});

test("no older version is accepted", () => {
	equal(outcome(bytesOf("signed.bin"), { key, version: 1 }), "");
	equal(outcome(bytesOf("signed.bin"), { key, version: 6 }), "");
	equal(
		outcome(bytesOf("signed.bin"), { key, version: 8 }),
		"bad_root_store: the root store is of version 7, expected 8 or later: it is older than the one in use",
	);
});

test("a store without a signature, or with another maker's, is refused", () => {
	const plain = /^bad_root_store: the root store is not signed: make it with npm run roots -- --sign KEY.pem/;
	const other = 'bad_root_store: the root store is not signed with the key of its maker, "key"';
	ok(plain.test(outcome(bytesOf("plain.bin"), { key, version: 1 })));
	equal(outcome(bytesOf("stranger.bin"), { key, version: 1 }), other);
	// the signature of one store after another
	const signed = bytesOf("signed.bin");
	const plainBytes = bytesOf("plain.bin");
	const one = bytesOf("old.bin");
	const moved = new Uint8Array(one.length + signed.length - plainBytes.length);
	moved.set(one, 0);
	moved.set(signed.subarray(plainBytes.length), one.length);
	equal(outcome(moved, { key, version: 1 }), other);
	// a version that nobody has signed
	const raised = signed.slice();
	raised[plainBytes.length + Store.signedVersion + 3] = 9;
	equal(outcome(raised, { key, version: 8 }), other);
});

test("no byte can be changed and no end cut off, in memory and in a file", () => {
	const signed = bytesOf("signed.bin");
	const maker = { key, version: 7 };
	let refused = 0;
	for (let at = 0; at < signed.length; at++) {
		signed[at]! ^= 1;
		// every byte in memory, one in sixteen in a file
		for (const from of at & 15 ? [signed] : [signed, new File(signed)]) {
			const words = outcome(from, maker);
			ok(words.startsWith("bad_root_store: "), `byte ${at}: ${words}`);
			refused++;
		}
		signed[at]! ^= 1;
		const cut = signed.subarray(0, at);
		if (at % 7 === 0 || at > signed.length - 90) {
			const words = outcome(cut, maker);
			ok(words.startsWith("bad_root_store: "), `cut at ${at}: ${words}`);
			refused++;
		}
	}
	equal(outcome(signed, maker), "");
	note(`${refused} changed or cut stores of ${signed.length} bytes are refused`);
});

test("bytes after the signature do not matter: a partition is longer than its store", () => {
	const signed = bytesOf("signed.bin");
	const partition = new Uint8Array(4096 * Math.ceil(signed.length / 4096)).fill(0xff);
	partition.set(signed, 0);
	equal(outcome(partition, { key, version: 7 }), "");
	equal(outcome(new File(partition), { key, version: 7 }), "");
	equal(
		outcome(new Uint8Array(4096).fill(0xff), { key, version: 7 }),
		"bad_root_store: the bytes given as roots are not a root store",
	);
	equal(
		outcome(new Uint8Array(0), { key, version: 7 }),
		"bad_root_store: the bytes given as roots are not a root store",
	);
	const shorter = { byteLength: 100000, read: () => new ArrayBuffer(3) };
	ok(outcome(shorter, { key, version: 7 }).startsWith("bad_root_store: "));
});

test("a wrong key or version is a mistake of the application's", () => {
	for (const wrong of [
		fromBase64(expected.rsa),
		fromBase64(expected.p384),
		new Uint8Array(0),
		key.subarray(1),
		"",
		"-----BEGIN PUBLIC KEY-----",
	])
		equal(
			outcome(bytesOf("signed.bin"), { key: wrong, version: 1 }),
			'configuration: "key" must be the P-256 public key of the store\'s maker: DER of SubjectPublicKeyInfo, or PEM',
		);
	for (const version of [0, -1, 1.5, Number.NaN, 0x100000000, "7" as unknown as number, undefined as unknown as number])
		equal(
			outcome(bytesOf("signed.bin"), { key, version }),
			'configuration: "version" must be a whole number from 1 to 4294967295: the lowest that is accepted',
		);
});

test("chains are verified by a store in a file as by one in memory", () => {
	const memory = new RootStore(bytesOf("plain.bin"));
	const file = new File(bytesOf("plain.bin"));
	const store = new RootStore(file);
	file.reads = file.longest = 0;
	equal(verdict(store, expected.good), "");
	note(`a chain takes ${file.reads} reads of ${file.longest} bytes at most`);
	ok(file.longest < 256);
	for (const chain of [expected.good, expected.limited, expected.barred, expected.untrusted])
		equal(verdict(store, chain), verdict(memory, chain));
	equal(verdict(store, expected.good), "");
	ok(/name constraints of the trusted root do not permit/.test(verdict(store, expected.barred)));
	ok(verdict(store, expected.untrusted).startsWith("untrusted: "));
});

test("two searches may go on side by side with one store in a file", () => {
	const roots = new RootStore(new File(bytesOf("plain.bin")));
	for (let ahead = 0; ahead < 12; ahead++) {
		const searches = [expected.good, expected.limited].map(chain => {
			const { message, ranges } = new Chain(chain.map(fromBase64));
			return new PathSearch(message, ranges, { name: expected.host, roots, clock: () => expected.now });
		});
		const [one, two] = searches as [PathSearch, PathSearch];
		for (let i = 0; i < ahead; i++) if (one.peer === undefined) one.step();
		while (one.peer === undefined || two.peer === undefined) {
			if (two.peer === undefined) two.step();
			if (one.peer === undefined) one.step();
		}
		equal([one.peer.subject, two.peer.subject], ["server", "server"]);
	}
});

test("a root counts for TLS until the second before its date", () => {
	for (const name of ["old.bin", "renewed.bin"]) {
		for (const roots of [new RootStore(bytesOf(name)), new RootStore(new File(bytesOf(name)))]) {
			equal(verdict(roots, expected.good, expected.distrusted - 1), "");
			const words = verdict(roots, expected.good, expected.distrusted);
			ok(
				/^untrusted: the trusted root no longer counts for TLS: its key is too old since \d{4}-\d\d-\d\d\. Install a newer root store/.test(
					words,
				) || /^untrusted: .* is not signed with the trusted key of its issuer's name/.test(words),
				words,
			);
			ok(verdict(roots, expected.good, expected.distrusted + 86400).startsWith("untrusted: "));
		}
	}
	const words = verdict(new RootStore(bytesOf("old.bin")), expected.good, expected.distrusted);
	ok(/no longer counts for TLS/.test(words), words);
});

test("what was verified ends with the root's date", () => {
	const chain = new Chain(expected.good.map(fromBase64));
	const roots = new RootStore(bytesOf("old.bin"));
	equal(chain.verify({ roots, name: expected.host, seconds: expected.now }).validUntil, expected.distrusted);
});

test("bytes that are not a store are refused in words", () => {
	for (const from of [new File(new Uint8Array(3)), new Uint8Array(40)])
		equal(throws(() => new RootStore(from), "configuration").message, "the bytes given as roots are not a root store");
});
