/*
	Whom the application trusts: a store of names and keys (store.ts says how its bytes lie), in flash as the tool `npm run roots` makes it,
	or made here from certificates that the application gives. A lookup allocates nothing.
*/

import { TLSError } from "../errors";
import { equal } from "tls/hardware/compare";
import { copy } from "tls/hardware/copy";
import { hash, HashAlgorithm } from "tls/hardware/hash";
import type { Hash } from "tls/hardware/hash";
import { nameDigest, sameName } from "tls/hardware/names";
import { Certificate, KeyUsage, NO_PATH_LENGTH } from "./certificate";
import { sameOctets } from "./der";
import { readPEM } from "./pem";
import { Store, writeStore } from "./store";
import type { StoredRoot } from "./store";
import { unsupportedKey } from "./unsupported";

/** DER, or PEM with any number of certificates. */
export type CertificateInput = string | ArrayBuffer | Uint8Array;

/** SHA-256's bytes. */
export const DIGEST = 32;

function u16(bytes: Uint8Array, at: number): number {
	return (bytes[at]! << 8) | bytes[at + 1]!;
}

function u32(bytes: Uint8Array, at: number): number {
	return bytes[at]! * 0x1000000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
}

function refuse(words: string): never {
	throw new TLSError("configuration", words);
}

/** What this module alone can say of bytes: that it has made them itself. */
const own = Object.freeze({});

/** A store of trusted names and keys. Roots are told apart by their index, from which `place` finds what is known of one. */
export class RootStore {
	readonly bytes: Uint8Array;
	/** How many it holds. */
	readonly count: number;

	/**
	 * Takes bytes, or a Resource, which is read where it lies in flash: new RootStore(new Resource("roots.bin")). They must not change
	 * afterwards. Throws "configuration" where they are no store, cut short or damaged.
	 */
	constructor(octets: ArrayBuffer | Uint8Array | HostBuffer, madeBy?: typeof own) {
		const bytes = octets instanceof Uint8Array ? octets : new Uint8Array(octets as ArrayBuffer);
		this.bytes = bytes;
		this.count = u16(bytes, Store.count);
		if (madeBy !== own) this.#check();
	}

	/** True for a store that this class has made, and not for what only looks like one. */
	static isStore(value: object): boolean {
		return #check in value;
	}

	/** The checksum finds what flash or the way there has damaged; the rest, a store that no tool of this project has made. */
	#check(): void {
		const bytes = this.bytes;
		if (bytes.length < Store.entries + Store.checkSize || u32(bytes, 0) >>> 8 !== Store.magic >>> 8)
			refuse("the bytes given as roots are no root store");
		if (u32(bytes, 0) !== Store.magic)
			refuse("the root store is of another version of this library: make it anew with `npm run roots`");
		const end = u32(bytes, Store.length) - Store.checkSize;
		if (end + Store.checkSize > bytes.length) refuse("the root store is cut short");
		let at = Store.entries + this.count * Store.entrySize;
		if (end < at) refuse("the root store is cut short");
		const digest = new Uint8Array(DIGEST);
		sha256(bytes, 0, end, digest);
		for (let i = 0; i < Store.checkSize; i++)
			if (digest[i] !== bytes[end + i]) refuse("the root store is damaged: its checksum is wrong");
		for (let i = 0; i < this.count; i++) {
			if (this.place(i) !== at || at + Store.key + 2 > end) refuse("the root store is malformed");
			at += Store.key + 2 + u16(bytes, at + Store.key);
			if (at + 2 > end) refuse("the root store is malformed");
			at += 2 + u16(bytes, at);
		}
		if (at !== end) refuse("the root store is malformed");
	}

	/** When it was made, in seconds since 1970; 0 for one that was made of the application's certificates. */
	get made(): number {
		return u32(this.bytes, Store.made);
	}

	/** Adds what tells this store from every other to `running`: the checksum of all of it; all of one that was made here and has none. */
	addTo(running: Hash): void {
		const bytes = this.bytes,
			{ length } = bytes;
		const end = this.made ? u32(bytes, Store.length) : length;
		running.update(bytes, this.made ? end - Store.checkSize : 0, end);
	}

	/** Where in `bytes` stands what is known of root `index`: the methods that take a place read it there. */
	place(index: number): number {
		return u32(this.bytes, Store.entries + index * Store.entrySize + Store.nameSize);
	}

	/** Below 0, 0 or above 0: how `digest` compares with the name of root `index`. */
	#compare(digest: Uint8Array, index: number): number {
		const at = Store.entries + index * Store.entrySize;
		if (equal(this.bytes, at, digest, 0, Store.nameSize)) return 0;
		for (let i = 0; i < Store.nameSize; i++) {
			const difference = digest[i]! - this.bytes[at + i]!;
			if (difference) return difference;
		}
		return 0;
	}

	/** The first root whose name has this digest (`nameDigest`), or -1; others follow it as long as `isNamed` is true. */
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
		return index < this.count && equal(this.bytes, Store.entries + index * Store.entrySize, digest, 0, Store.nameSize);
	}

	/** True where it may issue certificates. */
	issues(place: number): boolean {
		return (this.bytes[place + Store.flags]! & Store.issues) !== 0;
	}

	/** True where it is not an authority but the certificate with this SHA-256. */
	isCertificate(place: number, digest: Uint8Array): boolean {
		return (
			!this.issues(place) && sameOctets(this.bytes, this.keyStart(place), this.keyEnd(place), digest, 0, digest.length)
		);
	}

	/** How many more authorities may stand below it, or NO_PATH_LENGTH. */
	pathLength(place: number): number {
		const value = this.bytes[place + Store.pathLength]!;
		return value === Store.noPathLength ? NO_PATH_LENGTH : value;
	}

	notBefore(place: number): number {
		return u32(this.bytes, place + Store.notBefore);
	}

	notAfter(place: number): number {
		return u32(this.bytes, place + Store.notAfter);
	}

	/** Where the SubjectPublicKeyInfo of one that issues others lies in `bytes`. */
	keyStart(place: number): number {
		return place + Store.key + 2;
	}

	keyEnd(place: number): number {
		return place + Store.key + 2 + u16(this.bytes, place + Store.key);
	}

	/** Where its name constraints start; empty ones where there are none. */
	constraintsStart(place: number): number {
		return this.keyEnd(place) + 2;
	}

	/** Where they end, by where they start. */
	constraintsEnd(start: number): number {
		return start + u16(this.bytes, start - 2);
	}
}

/** Writes the SHA-256 of a key's or a certificate's DER to `digest`. */
export function sha256(bytes: Uint8Array, start: number, end: number, digest: Uint8Array): void {
	hash(HashAlgorithm.sha256, bytes, start, end, digest, 0);
}

function derOf(input: CertificateInput): Uint8Array[] {
	if (typeof input === "string") return readPEM(input, "CERTIFICATE");
	return [input instanceof Uint8Array ? input : new Uint8Array(input)];
}

/** What the store keeps of a certificate, which is all of its `bytes`. */
function storedRoot(certificate: Certificate): StoredRoot {
	const bytes = certificate.bytes;
	// of version 1 or 2: an authority if it says that it has issued itself, as old roots do
	const isAuthority = certificate.isOld
		? sameName(
				bytes,
				certificate.subjectStart,
				certificate.subjectEnd,
				bytes,
				certificate.issuerStart,
				certificate.issuerEnd,
			)
		: certificate.isAuthority;
	const issues = isAuthority && (certificate.keyUsage & KeyUsage.keyCertSign) !== 0 && certificate.isForServers;
	const name = new Uint8Array(DIGEST);
	nameDigest(bytes, certificate.subjectStart, certificate.subjectEnd, name);
	return {
		name,
		issues,
		notBefore: certificate.notBefore,
		notAfter: certificate.notAfter,
		pathLength: certificate.pathLength === NO_PATH_LENGTH ? Store.noPathLength : certificate.pathLength,
		key: issues ? bytes.subarray(certificate.spkiStart, certificate.spkiEnd) : fingerprint(bytes),
		constraints: bytes.subarray(certificate.constraintsStart, certificate.constraintsEnd),
	};
}

function fingerprint(bytes: Uint8Array): Uint8Array {
	const digest = new Uint8Array(DIGEST);
	sha256(bytes, 0, bytes.length, digest);
	return digest;
}

/** Reads a certificate that is to be trusted, number `index`. Returns why it can't be used, "" if it can. */
function readTrusted(certificate: Certificate, der: Uint8Array, index: number): string {
	try {
		certificate.read(der, 0, der.length, index);
	} catch (error) {
		return (error as Error).message;
	}
	return certificate.keyKind ? "" : `${certificate.title} ${unsupportedKey(certificate)}`;
}

/**
 * A store of the certificates that the application trusts: authorities, or a server's own certificate. One that can't be used, such as of a bundle
 * with newer kinds of keys, is left out. Throws "configuration", with the first one's reason, if none is left.
 */
export function trustCertificates(inputs: readonly CertificateInput[]): RootStore {
	const roots: StoredRoot[] = [];
	const certificate = new Certificate();
	let fault = "";
	let count = 0;
	for (let i = 0; i < inputs.length; i++) {
		const list = derOf(inputs[i]!);
		for (let k = 0; k < list.length; k++) {
			const reason = readTrusted(certificate, list[k]!, count++);
			if (reason === "") roots.push(storedRoot(certificate));
			else fault ||= reason;
		}
	}
	if (count && !roots.length) refuse(`none of the trusted certificates can be used: ${fault}`);
	return new RootStore(writeStore(roots, 0, copy), own);
}
