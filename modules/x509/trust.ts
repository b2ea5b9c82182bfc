/*
	Whom the application trusts: a store of names and keys, sorted, in one buffer that is read where it lies, in flash or in the heap. It is
	made by the tool `npm run roots`, or here from certificates that the application gives.

	    "xtr1" · seconds since 1970 when it was made (4) · count (2)
	    count x { first 16 octets of SHA-256 of the subject's DER · offset of the rest (4) }, sorted
	    the rest: flags (1) · pathLen or 255 (1) · notBefore (4) · notAfter (4) · length (2), SubjectPublicKeyInfo · length (2), NameConstraints

	All numbers are big-endian.
*/

import { TLSError } from "../errors";
import { hash, HashAlgorithm } from "tls/hardware/hash";
import { Certificate, KeyUsage, NO_PATH_LENGTH } from "./certificate";
import { readPEM } from "./pem";

/** DER, or PEM with any number of certificates. */
export type CertificateInput = string | ArrayBuffer | Uint8Array;

const enum Store {
	magic = 0x78747231,
	count = 8,
	entries = 10,
	hashSize = 16,
	entrySize = 20,
	// offsets in the rest
	flags = 0,
	pathLength = 1,
	notBefore = 2,
	notAfter = 6,
	key = 10,
	/** Flag: it may issue certificates. Without it, only the very key is trusted. */
	issues = 1,
}

function u16(bytes: Uint8Array, at: number): number {
	return bytes[at]! << 8 | bytes[at + 1]!;
}

function u32(bytes: Uint8Array, at: number): number {
	return u16(bytes, at) * 0x10000 + u16(bytes, at + 2);
}

/** A store of trusted names and keys. Roots are told apart by their index. */
export class RootStore {
	readonly bytes: Uint8Array;
	/** How many it holds. */
	readonly count: number;

	/** Throws "configuration" where the octets are no store. */
	constructor(octets: ArrayBuffer | Uint8Array) {
		const bytes = octets instanceof Uint8Array ? octets : new Uint8Array(octets);
		if (bytes.length < Store.entries || u32(bytes, 0) !== Store.magic) throw new TLSError("configuration", "the octets given as roots are no root store");
		this.bytes = bytes;
		this.count = u16(bytes, Store.count);
		for (let i = 0; i < this.count; i++) this.#check(i);
	}

	#check(index: number): void {
		const { bytes } = this;
		const at = this.#at(index);
		const end = at + Store.key + 2 <= bytes.length ? at + Store.key + 2 + u16(bytes, at + Store.key) : Infinity;
		if (end + 2 > bytes.length || end + 2 + u16(bytes, end) > bytes.length) throw new TLSError("configuration", "the root store is cut short");
	}

	#at(index: number): number {
		return u32(this.bytes, Store.entries + index * Store.entrySize + Store.hashSize);
	}

	/** Below 0, 0 or above 0: how `digest` compares with the name of root `index`. */
	#compare(digest: Uint8Array, index: number): number {
		const at = Store.entries + index * Store.entrySize;
		for (let i = 0; i < Store.hashSize; i++) {
			const difference = digest[i]! - this.bytes[at + i]!;
			if (difference) return difference;
		}
		return 0;
	}

	/** The first root whose name has this SHA-256, or -1; others follow it as long as `isNamed` is true. */
	find(digest: Uint8Array): number {
		let low = 0;
		let high = this.count;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#compare(digest, middle) > 0) low = middle + 1;
			else high = middle;
		}
		return this.isNamed(low, digest) ? low : -1;
	}

	isNamed(index: number, digest: Uint8Array): boolean {
		return index < this.count && this.#compare(digest, index) === 0;
	}

	/** True where it may issue certificates. */
	issues(index: number): boolean {
		return (this.bytes[this.#at(index) + Store.flags]! & Store.issues) !== 0;
	}

	/** How many more authorities may stand below it, or NO_PATH_LENGTH. */
	pathLength(index: number): number {
		const value = this.bytes[this.#at(index) + Store.pathLength]!;
		return value === 255 ? NO_PATH_LENGTH : value;
	}

	notBefore(index: number): number {
		return u32(this.bytes, this.#at(index) + Store.notBefore);
	}

	notAfter(index: number): number {
		return u32(this.bytes, this.#at(index) + Store.notAfter);
	}

	/** Where its SubjectPublicKeyInfo lies in `bytes`. */
	keyStart(index: number): number {
		return this.#at(index) + Store.key + 2;
	}

	keyEnd(index: number): number {
		const start = this.keyStart(index);
		return start + u16(this.bytes, start - 2);
	}

	/** Where its name constraints lie: empty where there are none. */
	constraintsStart(index: number): number {
		return this.keyEnd(index) + 2;
	}

	constraintsEnd(index: number): number {
		const start = this.constraintsStart(index);
		return start + u16(this.bytes, start - 2);
	}
}

/** SHA-256 of a name's DER. */
export function nameDigest(bytes: Uint8Array, start: number, end: number): Uint8Array {
	const digest = new Uint8Array(32);
	hash(HashAlgorithm.sha256, bytes, start, end, digest, 0);
	return digest;
}

function derOf(input: CertificateInput): Uint8Array[] {
	if (typeof input === "string") return readPEM(input, "CERTIFICATE");
	return [input instanceof Uint8Array ? input : new Uint8Array(input)];
}

/** The store's "rest" for a certificate. */
function record(certificate: Certificate): Uint8Array {
	const { bytes, spkiStart, spkiEnd, constraintsStart, constraintsEnd } = certificate;
	const key = spkiEnd - spkiStart;
	const rest = new Uint8Array(Store.key + 2 + key + 2 + constraintsEnd - constraintsStart);
	const view = new DataView(rest.buffer);
	rest[Store.flags] = certificate.isAuthority && certificate.keyUsage & KeyUsage.keyCertSign && certificate.isForServers ? Store.issues : 0;
	rest[Store.pathLength] = certificate.pathLength === NO_PATH_LENGTH ? 255 : certificate.pathLength;
	view.setUint32(Store.notBefore, Math.max(0, certificate.notBefore));
	view.setUint32(Store.notAfter, Math.max(0, Math.min(certificate.notAfter, 0xffffffff)));
	view.setUint16(Store.key, key);
	rest.set(bytes.subarray(spkiStart, spkiEnd), Store.key + 2);
	view.setUint16(Store.key + 2 + key, constraintsEnd - constraintsStart);
	rest.set(bytes.subarray(constraintsStart, constraintsEnd), Store.key + 4 + key);
	return rest;
}

interface Root {
	readonly digest: Uint8Array;
	readonly rest: Uint8Array;
}

function compareDigests(a: Root, b: Root): number {
	for (let i = 0; i < Store.hashSize; i++) if (a.digest[i] !== b.digest[i]) return a.digest[i]! - b.digest[i]!;
	return 0;
}

/** The octets of a store. */
function writeStore(roots: Root[], seconds: number): Uint8Array {
	let at = Store.entries + roots.length * Store.entrySize;
	const bytes = new Uint8Array(roots.reduce((sum, { rest }) => sum + rest.length, at));
	const view = new DataView(bytes.buffer);
	view.setUint32(0, Store.magic);
	view.setUint32(4, seconds);
	view.setUint16(Store.count, roots.length);
	roots.sort(compareDigests).forEach(({ digest, rest }, i) => {
		const entry = Store.entries + i * Store.entrySize;
		bytes.set(digest.subarray(0, Store.hashSize), entry);
		view.setUint32(entry + Store.hashSize, at);
		bytes.set(rest, at);
		at += rest.length;
	});
	return bytes;
}

/**
 * A store of the certificates that the application trusts: authorities, or a server's own certificate. Throws "configuration" where one
 * can't be read or is of no use.
 */
export function trustCertificates(inputs: readonly CertificateInput[]): RootStore {
	const roots: Root[] = [];
	const certificate = new Certificate();
	for (const input of inputs) {
		for (const der of derOf(input)) {
			try {
				certificate.read(der, 0, der.length, roots.length);
			}
			catch (error) {
				throw new TLSError("configuration", `a trusted certificate can't be used: ${(error as Error).message}`);
			}
			if (!certificate.keyKind) throw new TLSError("configuration", `a trusted certificate can't be used: ${certificate.title} has a key of an unknown kind or size`);
			roots.push({ digest: nameDigest(der, certificate.subjectStart, certificate.subjectEnd), rest: record(certificate) });
		}
	}
	return new RootStore(writeStore(roots, 0));
}
