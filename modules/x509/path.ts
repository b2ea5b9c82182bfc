/*
	From the server's certificate to a key that the application trusts (RFC 5280 section 6, RFC 4158). What the server sent may be in any order,
	with certificates that lead nowhere: paths are tried one after the other, within bounds, until one holds. No signature is checked before
	a path has been found good in everything else.
*/

import { TLSError } from "../errors";
import { verifySignature } from "../crypto/signature";
import type { KeyKind, PublicKey } from "../crypto/signature";
import { Step } from "../wire/numbers";
import { hash, HashAlgorithm } from "tls/hardware/hash";
import { publicKeyAt } from "./algorithms";
import { Certificate, commonName, KeyUsage, NO_PATH_LENGTH } from "./certificate";
import { Constraints } from "./constraints";
import { sameOctets } from "./der";
import { isFor, namesOf } from "./names";
import { dateText, timeNow } from "./time";
import type { ClockPolicy } from "./time";
import { nameDigest } from "./trust";
import type { RootStore } from "./trust";

export interface CertificatePolicy {
	/** The server's DNS name or address. */
	readonly name: string;
	/** Undefined only with `pinsInsteadOfRoots`. */
	readonly roots: RootStore | undefined;
	/** SHA-256 of SubjectPublicKeyInfo; one must be in the path. */
	readonly pins: readonly Uint8Array[] | undefined;
	readonly pinsInsteadOfRoots: boolean;
	readonly clock: ClockPolicy;
	readonly maxSignatures: number;
	readonly maxCertificates: number;
}

/** A server whose certificate leads to a trusted key. */
export interface VerifiedPeer {
	/** Its key, with octets of its own. */
	readonly key: PublicKey;
	/** The certificate's keyUsage, as bits of KeyUsage; all of them where it has none. The handshake checks what it needs. */
	readonly keyUsage: number;
	/** Whom the certificate names, for people. */
	readonly subject: string;
	/** Certificates of the path, without the trusted key. */
	readonly pathLength: number;
}

/** Paths and parts of paths that are looked at before it is too much. */
const MAX_STEPS = 64;

/** The index of no root: the path ends at a pinned key of its own. */
const NO_ROOT = -1;

class Search {
	readonly #message: Uint8Array;
	readonly #spans: readonly number[];
	readonly #policy: CertificatePolicy;
	readonly #now: number;
	readonly #certificate = new Certificate();
	/** The certificates from the server's own upwards, as places in `spans`. */
	readonly #path: number[] = [];
	#steps = 0;
	#signatures = 0;
	/** Why the most promising path failed, and whether that one had reached a trusted key. */
	#error: TLSError | undefined;

	constructor(message: Uint8Array, spans: readonly number[], policy: CertificatePolicy) {
		this.#message = message;
		this.#spans = spans;
		this.#policy = policy;
		this.#now = timeNow(policy.clock);
	}

	#read(index: number): Certificate {
		return this.#certificate.read(this.#message, this.#spans[2 * index]!, this.#spans[2 * index + 1]!, index);
	}

	*run(): Generator<number, VerifiedPeer, void> {
		const { maxCertificates, roots } = this.#policy;
		if (this.#spans.length > 2 * maxCertificates) throw new TLSError("too_much_work", `the server sent more than ${maxCertificates} certificates`);
		const leaf = this.#checkLeaf();
		this.#path.push(0);
		const digest = nameDigest(leaf.bytes, leaf.subjectStart, leaf.subjectEnd);
		for (let root = roots ? roots.find(digest) : -1; root >= 0 && roots!.isNamed(root, digest); root++) {
			if (isRootKey(leaf, roots!, root)) return this.#finish(root);
		}
		if (yield* this.#extend()) return this.#finish(NO_ROOT);
		const { title, issuerStart, issuerEnd } = this.#read(0);
		throw this.#error ?? new TLSError("untrusted", `${title} leads to nobody who is trusted: it was issued by ${nameText(this.#message, issuerStart, issuerEnd)}`);
	}

	/** What needs no other certificate. */
	#checkLeaf(): Certificate {
		const leaf = this.#read(0);
		const { name } = this.#policy;
		if (!isFor(leaf, name)) {
			const names = namesOf(leaf);
			throw new TLSError("wrong_name", `the server's certificate is for ${names === "" ? "no name at all" : names}, not for ${name}`);
		}
		this.#checkTime(leaf);
		if (!leaf.keyKind) leaf.fail(`has a key that is not taken${leaf.keyBits ? ` (${leaf.keyBits} bits)` : ""}`, "unsupported_certificate");
		if (!leaf.isForServers) leaf.fail("is not meant for servers (its extended key usage)", "unsupported_certificate");
		if (leaf.constraintsEnd && !leaf.isAuthority) leaf.fail("has name constraints but is no authority");
		return leaf;
	}

	#checkTime(certificate: Certificate): void {
		const { notBefore, notAfter } = certificate;
		if (this.#now > notAfter) certificate.fail(`expired on ${dateText(notAfter)}`, "certificate_expired");
		if (this.#now < notBefore) certificate.fail(`is not valid before ${dateText(notBefore)}; here it is ${dateText(this.#now)}`, "certificate_not_yet_valid");
	}

	/** Tries every way on from the end of the path; true where one holds, and `#path` is that one. */
	*#extend(): Generator<number, boolean, void> {
		if (++this.#steps > MAX_STEPS) throw new TLSError("too_much_work", "the server's certificates lead too many ways");
		const last = this.#path[this.#path.length - 1]!;
		const { roots, pinsInsteadOfRoots } = this.#policy;
		let { issuerStart, issuerEnd } = this.#read(last);
		if (pinsInsteadOfRoots && this.#isPinned(this.#certificate) && (yield* this.#try(NO_ROOT))) return true;
		if (roots) {
			const digest = nameDigest(this.#message, issuerStart, issuerEnd);
			for (let root = roots.find(digest); root >= 0 && roots.isNamed(root, digest); root++) if (yield* this.#try(root)) return true;
		}
		for (let index = 1; 2 * index < this.#spans.length; index++) {
			if (this.#path.includes(index) || !this.#isNamed(index, issuerStart, issuerEnd)) continue;
			this.#path.push(index);
			if (yield* this.#extend()) return true;
			this.#path.pop();
		}
		return false;
	}

	/** True where certificate `index` can be read and is one of that subject. */
	#isNamed(index: number, start: number, end: number): boolean {
		try {
			const { subjectStart, subjectEnd } = this.#read(index);
			return sameOctets(this.#message, start, end, this.#message, subjectStart, subjectEnd);
		}
		catch (error) {
			this.#error ??= error as TLSError;
			return false;
		}
	}

	/** Checks the path up to a trusted key; false, and the reason kept, where it does not hold. */
	*#try(root: number): Generator<number, boolean, void> {
		try {
			this.#checkPath(root);
			this.#checkPins(root);
			yield* this.#checkSignatures(root);
			return true;
		}
		catch (error) {
			if (!(error instanceof TLSError) || error.code === "too_much_work" || error.code === "internal" || error.code === "crypto") throw error;
			this.#error ??= error;
			return false;
		}
	}

	#checkPath(root: number): void {
		const { roots } = this.#policy;
		const path = this.#path;
		let comparisons = 0;
		let authorities = 0;
		for (let i = 0; i < path.length; i++) {
			const certificate = this.#read(path[i]!);
			this.#checkTime(certificate);
			if (i === 0) continue;
			checkAuthority(certificate, authorities);
			if (!isSelfIssued(certificate)) authorities++;
			const { constraintsStart, constraintsEnd } = certificate;
			if (constraintsEnd) comparisons = this.#checkNames(new Constraints(this.#message, constraintsStart, constraintsEnd, certificate.title, comparisons), i);
		}
		if (root === NO_ROOT) return;
		if (!roots!.issues(root)) this.#read(path[path.length - 1]!).fail("was issued by a certificate that is trusted but may not issue others");
		const limit = roots!.pathLength(root);
		if (limit !== NO_PATH_LENGTH && authorities > limit) throw new TLSError("bad_certificate", `the trusted root allows ${limit} authorities below it, there are ${authorities}`);
		if (this.#now > roots!.notAfter(root)) throw new TLSError("certificate_expired", `the trusted root itself expired on ${dateText(roots!.notAfter(root))}`);
		if (this.#now < roots!.notBefore(root)) throw new TLSError("certificate_not_yet_valid", `the trusted root itself is not valid before ${dateText(roots!.notBefore(root))}`);
		const start = roots!.constraintsStart(root);
		const end = roots!.constraintsEnd(root);
		if (start < end) this.#checkNames(new Constraints(roots!.bytes, start, end, "the trusted root", comparisons), path.length);
	}

	/** The names of all certificates below place `above` of the path; self-issued ones but the server's are spared (RFC 5280 section 6.1.3 b). */
	#checkNames(constraints: Constraints, above: number): number {
		for (let i = 0; i < above; i++) {
			const certificate = this.#read(this.#path[i]!);
			if (i === 0 || !isSelfIssued(certificate)) constraints.check(certificate);
		}
		return constraints.comparisons;
	}

	/** From the trusted key down to the server's certificate. */
	*#checkSignatures(root: number): Generator<number, void, void> {
		const path = this.#path;
		let top = path.length - 1;
		let issuer: PublicKey;
		if (root === NO_ROOT) issuer = keyOf(this.#read(path[top--]!));
		else {
			const { roots } = this.#policy;
			issuer = publicKeyAt(roots!.bytes, roots!.keyStart(root), roots!.keyEnd(root));
		}
		for (; top >= 0; top--) {
			if (++this.#signatures > this.#policy.maxSignatures) throw new TLSError("too_much_work", "the server's certificates need more signatures checked than are allowed");
			yield Step.pause;
			const certificate = this.#read(path[top]!);
			const { signedWith, tbsStart, tbsEnd, signatureStart, signatureEnd } = certificate;
			if (!signedWith) certificate.fail("is signed in a way that is not taken, such as with SHA-1", "unsupported_certificate");
			if (!verifySignature(issuer, signedWith >> 8, signedWith & 0xff, this.#message, tbsStart, tbsEnd, this.#message, signatureStart, signatureEnd))
				certificate.fail("is forged or damaged: its signature is not its issuer's");
			issuer = keyOf(certificate);
		}
	}

	#isPinned({ bytes, spkiStart, spkiEnd }: Certificate): boolean {
		return isPin(this.#policy.pins, bytes, spkiStart, spkiEnd);
	}

	/** One of the pins, where there are any, is in the path or is the root's. */
	#checkPins(root: number): void {
		const { pins, roots } = this.#policy;
		if (!pins?.length || (root !== NO_ROOT && isPin(pins, roots!.bytes, roots!.keyStart(root), roots!.keyEnd(root)))) return;
		for (const index of this.#path) if (this.#isPinned(this.#read(index))) return;
		throw new TLSError("pin_mismatch", `none of the ${pins.length} pinned keys is among the server's certificates`);
	}

	/** `root` is the one whose key is the server's own, or NO_ROOT. */
	#finish(root: number): VerifiedPeer {
		if (root !== NO_ROOT) this.#checkPins(root);
		const leaf = this.#read(0);
		const { keyKind, keyBits, keyUsage } = leaf;
		const octets = leaf.bytes.slice(leaf.keyStart, leaf.keyEnd);
		const subject = commonName(leaf.bytes, leaf.subjectStart, leaf.subjectEnd) || namesOf(leaf);
		return { key: { kind: keyKind as KeyKind, bytes: octets, start: 0, end: octets.length, bits: keyBits }, keyUsage, subject, pathLength: this.#path.length };
	}
}

/** What certificate `certificate` must be to issue others, with `below` authorities under it. */
function checkAuthority(certificate: Certificate, below: number): void {
	if (!certificate.isAuthority) certificate.fail("is no authority (its basic constraints), but has issued another");
	if (!(certificate.keyUsage & KeyUsage.keyCertSign)) certificate.fail("may not sign certificates (its key usage)");
	if (!certificate.isForServers) certificate.fail("may not issue certificates of servers (its extended key usage)");
	if (!certificate.keyKind) certificate.fail(`has a key that is not taken${certificate.keyBits ? ` (${certificate.keyBits} bits)` : ""}`, "unsupported_certificate");
	if (certificate.pathLength !== NO_PATH_LENGTH && below > certificate.pathLength)
		certificate.fail(`allows ${certificate.pathLength} authorities below it, there are ${below}`);
}

function isSelfIssued({ bytes, subjectStart, subjectEnd, issuerStart, issuerEnd }: Certificate): boolean {
	return sameOctets(bytes, subjectStart, subjectEnd, bytes, issuerStart, issuerEnd);
}

function isRootKey({ bytes, spkiStart, spkiEnd }: Certificate, roots: RootStore, root: number): boolean {
	return sameOctets(bytes, spkiStart, spkiEnd, roots.bytes, roots.keyStart(root), roots.keyEnd(root));
}

function isPin(pins: readonly Uint8Array[] | undefined, bytes: Uint8Array, start: number, end: number): boolean {
	if (!pins?.length) return false;
	const digest = new Uint8Array(32);
	hash(HashAlgorithm.sha256, bytes, start, end, digest, 0);
	for (const pin of pins) if (sameOctets(digest, 0, 32, pin, 0, pin.length)) return true;
	return false;
}

/** A certificate's key where it lies. */
function keyOf({ bytes, keyKind, keyStart, keyEnd, keyBits }: Certificate): PublicKey {
	return { kind: keyKind as KeyKind, bytes, start: keyStart, end: keyEnd, bits: keyBits };
}

/** A name for people. */
function nameText(bytes: Uint8Array, start: number, end: number): string {
	const name = commonName(bytes, start, end);
	return name === "" ? "someone without a common name" : `CN=${name}`;
}

/**
 * Verifies the server's certificates, which lie in `message` at `spans` (start and end of each, the server's own first), against `policy`.
 * Yields Step.pause before each signature. Throws TLSError, whose message names the certificate and the rule.
 */
export function* verifyServer(message: Uint8Array, spans: readonly number[], policy: CertificatePolicy): Generator<number, VerifiedPeer, void> {
	return yield* new Search(message, spans, policy).run();
}
