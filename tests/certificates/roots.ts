/*
	Root stores read in place from flash. roots.test.ts has made them with the tool, and "expected.json" of the same
	certificates by Node.
*/

import Resource from "Resource";
import { memory } from "simulator";
import { equal, hex, note, Numbers, ok, test, throws } from "test/harness";
import { nameDigest } from "tls/hardware/names";
import { Certificate, NO_PATH_LENGTH } from "tls/x509/certificate";
import { readPEM } from "tls/x509/pem";
import { Store } from "tls/x509/store";
import { DIGEST, RootStore, sha256 as digestOf, trustCertificates } from "tls/x509/trust";

interface Expected {
	readonly all: readonly { readonly der: string; readonly key: string; readonly notAfter: number }[];
	readonly odd: readonly string[];
}

const expected = JSON.parse(String.fromArrayBuffer(new Resource("expected.json").slice(0))) as Expected;

function der(base64: string): Uint8Array {
	return readPEM(`-----BEGIN CERTIFICATE-----${base64}-----END CERTIFICATE-----`, "CERTIFICATE")[0]!;
}

function sha256(bytes: Uint8Array, start: number, end: number): Uint8Array {
	const digest = new Uint8Array(DIGEST);
	digestOf(bytes, start, end, digest);
	return digest;
}

function nameOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
	const digest = new Uint8Array(DIGEST);
	nameDigest(bytes, start, end, digest);
	return digest;
}

/** Digest of the subject of each of Node's roots. */
const names = expected.all.map(({ der: text }) => {
	const bytes = der(text);
	const { subjectStart, subjectEnd } = new Certificate().read(bytes, 0, bytes.length, 0);
	return nameOf(bytes, subjectStart, subjectEnd);
});

function resourceBytes(name: string): Uint8Array {
	return new Uint8Array(new Resource(name).slice(0));
}

test("every one of Node's roots is found by its name, with its key and its end", () => {
	const store = new RootStore(new Resource("all.bin"));
	equal(store.count, expected.all.length);
	expected.all.forEach(({ key, notAfter }, i) => {
		let found = 0;
		for (let root = store.find(names[i]!); root >= 0 && store.isNamed(root, names[i]!); root++) {
			const place = store.placeOf(root);
			if (hex(sha256(store.bytes, store.keyStart(place), store.keyEnd(place))) !== key) continue;
			found++;
			equal(store.notAfter(place), notAfter);
			ok(store.issues(place));
			ok(store.notBefore(place) < notAfter);
		}
		equal(found, 1, `root ${i}`);
	});
	const made = store.made - Date.now() / 1000;
	ok(made < 60 && made > -3600, "the store is dated");
});

test("no other name is found", () => {
	const store = new RootStore(new Resource("all.bin"));
	const numbers = new Numbers(5);
	for (const name of names) {
		for (const at of [0, 7, 15]) {
			const other = name.slice();
			other[at]! ^= 1 << numbers.below(8);
			equal(store.find(other), -1);
		}
	}
	for (let i = 0; i < 500; i++) equal(store.find(numbers.bytes(32)), -1);
	equal(store.find(new Uint8Array(32)), -1);
	equal(store.find(new Uint8Array(32).fill(255)), -1);
	ok(!store.isNamed(store.count, names[0]!));
});

test("the tool and the device make the same store of the same certificates", () => {
	for (const [name, inputs] of [
		["all.bin", expected.all.map(one => der(one.der))],
		["odd.bin", expected.odd],
	] as const) {
		const tool = resourceBytes(name);
		const own = trustCertificates(inputs).bytes.slice();
		equal(own.length, tool.length);
		// the date, distrust dates, and with them the checksum, differ
		own.set(tool.subarray(Store.made, Store.count), Store.made);
		const store = new RootStore(resourceBytes(name));
		for (let i = 0; i < store.count; i++) {
			const at = store.placeOf(i) + Store.distrusted;
			equal(store.distrustedFrom(store.placeOf(i)) < Store.never, name === "all.bin", "public roots alone have a date");
			own.set(tool.subarray(at, at + 4), at);
		}
		const end = own.length - Store.checkSize;
		equal(own.subarray(0, end).slice(), tool.subarray(0, end).slice());
	}
});

test("what a root may do is kept", () => {
	const store = new RootStore(new Resource("odd.bin"));
	const kept: Record<string, unknown> = {};
	for (const pem of expected.odd) {
		const bytes = readPEM(pem, "CERTIFICATE")[0]!;
		const certificate = new Certificate().read(bytes, 0, bytes.length, 0);
		const root = store.find(nameOf(bytes, certificate.subjectStart, certificate.subjectEnd));
		const title = certificate.title.slice("certificate 0 (CN=".length, -1);
		const place = store.placeOf(root),
			start = store.constraintsStart(place);
		kept[title] = [store.issues(place), store.pathLength(place), store.constraintsEnd(start) > start];
	}
	equal(kept, {
		plain: [true, NO_PATH_LENGTH, false],
		limited: [true, 3, true],
		server: [false, NO_PATH_LENGTH, false],
		mail: [false, NO_PATH_LENGTH, false],
		lists: [false, NO_PATH_LENGTH, false],
	});
});

test("a store is read where it lies", () => {
	const resource = new Resource("all.bin");
	const before = memory().chunks;
	const store = new RootStore(resource);
	const grown = memory().chunks - before;
	ok(grown < 400, `${grown} bytes for a store of ${store.bytes.length}`);
	note(`a store of ${store.bytes.length} bytes in flash takes ${grown} of the heap's chunks, garbage included`);
	equal(new RootStore(resource.slice(0, resource.byteLength, false)).count, store.count);
	throws(() => {
		store.bytes[20] = 1;
	}, TypeError);
});

/** Allocations that `body` makes, beyond those of the count itself. */
function allocations(body: () => void): [slots: number, chunks: number] {
	const first = memory();
	const second = memory();
	body();
	const third = memory();
	return [
		third.slotAllocations - second.slotAllocations - (second.slotAllocations - first.slotAllocations),
		third.chunkAllocations - second.chunkAllocations - (second.chunkAllocations - first.chunkAllocations),
	];
}

test("a lookup allocates nothing", () => {
	const store = new RootStore(new Resource("all.bin"));
	let sum = 0;
	const digest = new Uint8Array(DIGEST);
	const counted = allocations(() => {
		for (let i = 0; i < names.length; i++) {
			const root = store.find(names[i]!);
			const place = store.placeOf(root);
			if (store.isNamed(root, names[i]!)) sum += store.keyEnd(place) - store.keyStart(place);
			digestOf(store.bytes, store.keyStart(place), store.keyEnd(place), digest);
			sum += store.notAfter(place) > store.notBefore(place) ? 1 : 0;
		}
	});
	ok(sum > 40_000, "keys were found");
	// one for the call of `body`
	ok(counted[0] <= 1 && counted[1] === 0, `${counted[0]} slots and ${counted[1]} chunks for ${names.length} lookups`);
});

test("a store that is cut short is refused, wherever the cut", () => {
	const whole = resourceBytes("common.bin");
	for (let length = 0; length < whole.length; length += length < 2000 ? 1 : 37)
		throws(() => new RootStore(whole.subarray(0, length)), "configuration");
	throws(() => new RootStore(whole.subarray(0, whole.length - 1)), "configuration");
	throws(() => new RootStore(new ArrayBuffer(0)), "configuration");
});

test("a store that is damaged is refused, wherever the damage", () => {
	const whole = resourceBytes("common.bin");
	const numbers = new Numbers(7);
	for (let at = 0; at < whole.length; at += at < 1000 ? 1 : 1 + numbers.below(16)) {
		const bit = 1 << numbers.below(8);
		whole[at]! ^= bit;
		// the date is covered as well; only bytes after the store are not
		throws(() => new RootStore(whole), "configuration");
		whole[at]! ^= bit;
	}
	equal(new RootStore(whole).count, new RootStore(new Resource("common.bin")).count);
});

test("bytes after a store do not matter: flash is filled up", () => {
	const whole = resourceBytes("common.bin");
	const padded = new Uint8Array(whole.length + 13).fill(255);
	padded.set(whole);
	equal(new RootStore(padded).count, new RootStore(whole).count);
});

test("a checksum does not save a store whose offsets are wrong", () => {
	const bytes = resourceBytes("odd.bin");
	const end = bytes.length - Store.checkSize;
	for (const [at, value] of [
		[Store.count + 1, 6],
		[Store.count + 1, 4],
		[Store.entries + Store.nameSize + 3, 1],
		[Store.length + 3, bytes[Store.length + 3]! - 1],
	] as const) {
		const changed = bytes.slice();
		changed[at] = value;
		const limit = at === Store.length + 3 ? end - 1 : end;
		changed.set(sha256(changed, 0, limit).subarray(0, Store.checkSize), limit);
		throws(() => new RootStore(changed), "configuration");
	}
});
