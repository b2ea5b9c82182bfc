/*
	Chains of certificates, right and wrong, for chain-cases.ts. A case says what its chain must come to.
*/

import { createHash } from "node:crypto";

import { makeCertificate, makeKey, type Certificate, type CertificateRequest, type KeyPair, type KeyType } from "../../host-sim/certificates.js";

/** One chain, as chains.ts reads it. */
export interface Case {
	readonly id: string;
	readonly certificates: readonly string[];
	readonly trusted: readonly string[];
	readonly name: string;
	readonly now: number | null;
	readonly pins: readonly string[];
	readonly pinsInsteadOfRoots: boolean;
	readonly staple: string | null;
	readonly requireStaple: boolean;
	readonly code: string;
	readonly says: string;
	readonly isMutated: boolean;
}

/** A certificate, or its DER after some damage. */
export type Given = Certificate | Uint8Array;

export interface Options {
	readonly trusted?: readonly Given[];
	readonly name?: string;
	readonly now?: Date | null;
	readonly pins?: readonly Uint8Array[];
	readonly pinsInsteadOfRoots?: boolean;
	readonly staple?: Uint8Array;
	readonly requireStaple?: boolean;
	readonly isMutated?: boolean;
}

function hex(given: Given): string {
	return Buffer.from("der" in given ? given.der : given).toString("hex");
}

/** SHA-256 of a certificate's SubjectPublicKeyInfo. */
export function pin({ key }: Certificate): Buffer {
	return createHash("sha256").update(key.publicKey.export({ type: "spki", format: "der" })).digest();
}

/** The host that the cases ask for. */
export const host = "www.example.com";

export class Cases {
	readonly list: Case[] = [];
	readonly #trusted: readonly Given[];

	/** `trusted`: what a case trusts that says nothing else. */
	constructor(trusted: readonly Given[]) {
		this.#trusted = trusted;
	}

	#add(id: string, chain: readonly Given[], code: string, says: string, options: Options): void {
		const { trusted = this.#trusted, name = host, now = new Date(), pins = [], pinsInsteadOfRoots = false, isMutated = false } = options;
		this.list.push({
			id, certificates: chain.map(hex), trusted: trusted.map(hex), name, now: now && Math.floor(now.getTime() / 1000),
			pins: pins.map(one => Buffer.from(one).toString("hex")), pinsInsteadOfRoots,
			staple: options.staple ? Buffer.from(options.staple).toString("hex") : null, requireStaple: options.requireStaple ?? false,
			code, says, isMutated,
		});
	}

	accepted(id: string, chain: readonly Given[], options: Options = {}): void {
		this.#add(id, chain, "", "", options);
	}

	/** `code` is TLSError's, `says` a part of its message. */
	refused(id: string, code: string, says: string, chain: readonly Given[], options: Options = {}): void {
		this.#add(id, chain, code, says, options);
	}
}

const keys = new Map<string, KeyPair>();

/** A key that is made once for each label, as RSA keys take their time. */
export function keyFor(label: string, type: KeyType = "p256"): KeyPair {
	const known = keys.get(`${type} ${label}`);
	const key = known ?? makeKey(type);
	keys.set(`${type} ${label}`, key);
	return key;
}

export type Change = Partial<CertificateRequest>;

export function root(name: string, change: Change = {}): Certificate {
	return makeCertificate({ subject: name, key: keyFor(name), isAuthority: true, ...change });
}

export function authority(name: string, issuer: Certificate, change: Change = {}): Certificate {
	return makeCertificate({ subject: name, key: keyFor(name), issuer, isAuthority: true, ...change });
}

/** A server's certificate for `host`. */
export function leaf(issuer: Certificate, change: Change = {}): Certificate {
	return makeCertificate({ subject: "Example Server", key: keyFor("Example Server"), issuer, names: [host], ...change });
}

/** The DER with one bit changed; `at` counts from the end where it is negative. */
export function flipped(der: Uint8Array, at: number): Buffer {
	const changed = Buffer.from(der);
	changed[at < 0 ? changed.length + at : at]! ^= 1;
	return changed;
}

export const day = 86400e3;

/** So many days from now. */
export function days(count: number): Date {
	return new Date(Date.now() + count * day);
}
