/*
	From the server's certificate to a key that the application trusts (RFC 5280 section 6, RFC 4158). What the server sent may be in any order,
	with certificates that lead nowhere: paths are tried one after the other, within bounds, until one holds. No signature is checked before
	a path has been found good in everything else. A search is an object with steps and no generator: nested generators cost a device's stack.

	One budget holds for all of a search, counted in steps of XS's meter by what each part costs (`Work`): certificates read and passed over, names
	compared, signatures. A call of `step` ends when a turn's share is used, and after each signature.
*/

import { copy } from "tls/hardware/copy";
import { TLSError } from "../errors";
import { verifySignature } from "../crypto/signature";
import type { KeyKind, PublicKey } from "../crypto/signature";
import { publicKeyOf, takePublicKey } from "./algorithms";
import { isSubject, nameDigest } from "tls/hardware/names";
import { checkAuthority, checkPathLength, checkRoot, checkTime, Mark, marksOf } from "./authority";
import { Certificate, commonName, nameText } from "./certificate";
import { NameCheck } from "./constraints";
import { Tag } from "./der";
import { isAddress, isFor, namesOf } from "./names";
import { isPin } from "./pins";
import { StapledStatus, statusSubject } from "./ocsp";
import type { Span, StatusSubject } from "./ocsp";
import { PolicyCheck } from "./policies";
import { timeNow } from "./time";
import { DIGEST, sha256 } from "./trust";
import type { RootStore } from "./trust";
import { unsupportedKey, unsupportedSignature } from "./unsupported";
import { Limit, Work } from "./policy";
import type { CertificatePolicy, VerifiedPeer } from "./policy";

export type { CertificatePolicy, VerifiedPeer };

function refuseName(leaf: Certificate, name: string): never {
	const names = namesOf(leaf);
	if (isAddress(name) && names.split(", ").includes(name))
		throw new TLSError(
			"wrong_name",
			`the server's certificate has ${name} as a DNS name: reissue it with an iPAddress entry in subjectAltName`,
		);
	throw new TLSError(
		"wrong_name",
		`the server's certificate is for ${names === "" ? "no name at all" : names}, not for ${name}`,
	);
}

/** What stands for a root's index while paths are looked for. */
const enum Anchor {
	/** The end of the path is new: nothing was tried for it. */
	untried = -1,
	/** The path ends at a key that is pinned, in place of a root. */
	pinned = -2,
	/** No more trusted keys for the end of the path. */
	exhausted = -3,
}

/**
 * Verifies the server's certificates, which lie in `message` at `spans` (start and end of each, the server's own first), against `policy`.
 * Call `step` until it returns false; each call checks one signature at most. Throws TLSError, whose message names the certificate and the
 * rule.
 */
export class PathSearch {
	// what is declared is a field only once it is set: each takes 16 bytes
	/** The certificates from the server's own upwards, as places in `spans`; for each, the next that may have issued it, and its marks. */
	private readonly path: number[] = [];
	private readonly next: number[] = [];
	/** The trusted key above the path: a root's index, or an Anchor. */
	private root: number = Anchor.untried;
	/** The place in the path whose signature is to be checked next, by `issuer`'s key; -1 while a path is looked for. */
	private top = -1;
	private readonly certificate = new Certificate();
	/** Which one it holds. */
	private certificateIndex = -1;
	private readonly message: Uint8Array;
	private readonly spans: readonly number[];
	private readonly policy: CertificatePolicy;
	private readonly now: number;
	/** The result, when `step` has returned false. */
	declare peer: VerifiedPeer | undefined;
	/** With it, for a status that comes later: what it must be of; undefined where nobody's key is known who could tell it. */
	declare subject: StatusSubject | undefined;
	/** The stapled status: where it lies, and when the path holds, its check. */
	declare private readonly staple: Span | "later" | undefined;
	declare private status: StapledStatus | undefined;
	/** Of the server's certificate: what `peer` will say, and where its subject and its key lie. */
	private keyUsage = 0;
	private needsStatus = false;
	private subjectStart = 0;
	private subjectEnd = 0;
	private keyKind = 0;
	private keyStart = 0;
	private keyEnd = 0;
	private keyBits = 0;
	private leafEnd = 0;
	/** The earliest end of the certificates whose signatures hold, in seconds since 1970. */
	private pathEnd = 0;
	/** For a name's or a key's SHA-256, while a path is looked for. */
	private digest: Uint8Array | undefined;
	declare private issuer: PublicKey | undefined;
	/** Work done, and signatures among it. */
	private spent = 0;
	private signatures = 0;
	/** Checks name constraints of a certificate that is to go on top of the path, or of the root above it. */
	declare private names: NameCheck | undefined;
	/** Checks the policies of a path in which they matter. */
	declare private policies: PolicyCheck | undefined;
	/** True if the server's certificate is trusted or pinned itself, which is not enough: its status must be checked, and so its issuer be known. */
	declare private isAnchor: boolean;
	/** Why the first path failed. */
	declare private error: TLSError | undefined;

	/** `staple`: where the OCSP response for the server's certificate lies, if there is one, or "later": `peer` says whether one must come. */
	constructor(message: Uint8Array, spans: readonly number[], policy: CertificatePolicy, staple?: Span | "later") {
		if (staple) this.staple = staple;
		this.message = message;
		this.spans = spans;
		this.policy = policy;
		this.now = timeNow(policy.clock);
	}

	/** Certificate `index`, until the next call: there is room for one at a time. */
	private read(index: number): Certificate {
		if (this.certificateIndex !== index) {
			this.certificateIndex = -1;
			this.spent += Work.certificate;
			this.certificate.read(this.message, this.spans[2 * index]!, this.spans[2 * index + 1]!, index);
			this.certificateIndex = index;
		}
		return this.certificate;
	}

	/** Room for a SHA-256. */
	private room(): Uint8Array {
		return (this.digest ??= new Uint8Array(DIGEST));
	}

	/** False when the server is verified. */
	step(): boolean {
		if (this.status) {
			if (this.status.step()) return true;
			this.finish();
			return false;
		}
		if (this.top >= 0) return this.checkSignature();
		const turn = this.spent + Work.turn;
		if (!this.path.length && this.begin()) return false;
		do if (this.advance()) return this.top >= 0 || this.end();
		while (this.spent < turn);
		if (this.spent > Work.most)
			throw new TLSError(
				"too_much_work",
				"the server's certificates lead too many ways, or are too long: the search for one that holds was given up",
			);
		return true;
	}

	/** The path holds; true where a stapled status is left to check. */
	private end(): boolean {
		// the key of a pinned server is its own, and nobody's who could tell its status
		if (this.staple && !(this.root === Anchor.pinned && this.path.length === 1)) {
			const subject = statusSubject(this.read(0), this.issuer!);
			if (this.staple !== "later") {
				this.status = new StapledStatus(this.message, this.staple, subject, this.now);
				return true;
			}
			this.subject = subject;
		}
		this.finish();
		return false;
	}

	/** Checks what needs no other certificate. True where the server's certificate itself is a trusted one. */
	private begin(): boolean {
		const roots = this.policy.roots;
		if (this.spans.length > 2 * Limit.certificates)
			throw new TLSError("too_much_work", `the server sent more than ${Limit.certificates} certificates`);
		this.checkLeaf();
		const leaf = this.certificate;
		this.push(0, marksOf(leaf, this.isPinned(leaf)));
		if (!roots) return false;
		const root = this.findItself(roots);
		if (root < 0) return false;
		this.checkPins(root);
		// RFC 7633 and the option "staple" want a status that only its issuer's key can prove
		if (this.needsStatus) {
			this.isAnchor = true;
			return false;
		}
		this.finish();
		return true;
	}

	/** The root that is the server's certificate itself, or -1. */
	private findItself(roots: RootStore): number {
		const leaf = this.certificate;
		const name = this.room();
		nameDigest(this.message, leaf.subjectStart, leaf.subjectEnd, name);
		let root = roots.find(name);
		if (root < 0) return -1;
		const fingerprint = new Uint8Array(DIGEST);
		sha256(this.message, this.spans[0]!, this.spans[1]!, fingerprint);
		for (; roots.isNamed(root, name); root++) if (roots.isCertificate(roots.place(root), fingerprint)) return root;
		return -1;
	}

	private push(index: number, marks: number): void {
		this.path.push(index);
		this.next.push(1 | marks);
		this.root = Anchor.untried;
	}

	private fail(): never {
		if (this.isAnchor) {
			this.read(0).fail(
				'is trusted itself, and nobody who is trusted has issued it: the status (OCSP) that it or the option "staple" requires can\'t be checked. Trust its issuer, too, or leave out the option',
				"bad_staple",
			);
		}
		const { title, issuerStart, issuerEnd } = this.read(0);
		throw (
			this.error ??
			new TLSError(
				"untrusted",
				`${title} leads to nobody who is trusted: it was issued by ${nameText(this.message, issuerStart, issuerEnd)}`,
			)
		);
	}

	private checkLeaf(): void {
		const leaf = this.read(0);
		leaf.checkVersion();
		// where this very certificate or its key is trusted, a name adds nothing (RFC 6125 section 6.6.2); one that it has is checked all the same
		if (
			!isFor(leaf, this.policy.name) &&
			(leaf.namesEnd || (!this.isPinned(leaf) && (!this.policy.roots || this.findItself(this.policy.roots) < 0)))
		)
			refuseName(leaf, this.policy.name);
		checkTime(leaf, this.now);
		if (!leaf.keyKind) leaf.fail(unsupportedKey(leaf), "unsupported_certificate");
		if (!leaf.isForServers) leaf.fail("is not meant for servers (its extended key usage)", "unsupported_certificate");
		if (leaf.constraintsEnd && !leaf.isAuthority) leaf.fail("has name constraints but is no authority");
		this.needsStatus = this.policy.requiresStatus === true || leaf.mustStaple;
		if (!this.staple && this.needsStatus) leaf.fail("comes without a stapled status (OCSP)", "bad_staple");
		this.keyUsage = leaf.keyUsage;
		this.keyKind = leaf.keyKind;
		this.keyStart = leaf.keyStart;
		this.keyEnd = leaf.keyEnd;
		this.keyBits = leaf.keyBits;
		this.leafEnd = this.pathEnd = leaf.notAfter;
		this.subjectStart = leaf.subjectStart;
		this.subjectEnd = leaf.subjectEnd;
	}

	/** Takes a small step in search of a path; true when one is good in everything but its signatures. */
	private advance(): boolean {
		if (this.names) return this.checkNames(this.names);
		if (this.policies) return this.checkPolicies(this.policies);
		if (this.root !== Anchor.exhausted) return this.nextRoot();
		this.nextIssuer();
		return false;
	}

	/** Goes on to the next trusted key that may have issued the end of the path, or is its own; true if the path that ends there is good. */
	private nextRoot(): boolean {
		const roots = this.policy.roots;
		if (this.root === Anchor.pinned) this.pop();
		else if (this.root === Anchor.untried && this.policy.pinsInsteadOfRoots && this.endsPinned()) {
			this.root = Anchor.pinned;
			return this.checkRest();
		} else if (roots) {
			this.spent += Work.root;
			const last = this.read(this.path[this.path.length - 1]!);
			const digest = this.room();
			nameDigest(last.bytes, last.issuerStart, last.issuerEnd, digest);
			const root = this.root < 0 ? roots.find(digest) : this.root + 1;
			if (root >= 0 && roots.isNamed(root, digest)) {
				this.root = root;
				return this.tryRoot(roots, root);
			}
		}
		this.root = Anchor.exhausted;
		return false;
	}

	/** True if the certificate at the end of the path has a pinned key. The server's own does not count if its issuer has to be known. */
	private endsPinned(): boolean {
		const level = this.path.length - 1;
		const isPinned = (this.next[level]! & Mark.pinned) !== 0;
		if (!isPinned || level || !this.needsStatus) return isPinned;
		this.isAnchor = true;
		return false;
	}

	/** What the root allows; its name constraints are left to further steps. */
	private tryRoot(roots: RootStore, root: number): boolean {
		const place = roots.place(root);
		try {
			if (!roots.issues(place))
				this.read(this.path[this.path.length - 1]!).fail(
					"is not itself trusted; a certificate with its issuer's name is, but may not issue others",
					"untrusted",
				);
			checkRoot(roots, place, this.authorities(), this.now);
			this.checkPins(root);
			const start = roots.constraintsStart(place),
				end = roots.constraintsEnd(start);
			if (start === end) return this.checkRest();
			this.names = new NameCheck(roots.bytes, start, end, "the trusted root");
		} catch (error) {
			this.keep(error);
		}
		return false;
	}

	private pop(): void {
		this.path.pop();
		this.next.pop();
		if (!this.path.length) this.fail();
	}

	/** Goes on to a certificate that may have issued the end of the path; without one, the end is given up. */
	private nextIssuer(): void {
		const level = this.path.length - 1;
		const last = this.read(this.path[level]!);
		// `last` is another certificate after the next `read`
		const issuerStart = last.issuerStart,
			issuerEnd = last.issuerEnd;
		const cost = Work.candidate + ((issuerEnd - issuerStart) >> 3);
		const stop = this.spent + Work.turn;
		while (this.spent < stop) {
			const index = this.next[level]! & Mark.next;
			if (2 * index >= this.spans.length) return this.pop();
			this.next[level]!++;
			this.spent += cost;
			if (
				isSubject(
					this.message,
					this.spans[2 * index]!,
					this.spans[2 * index + 1]!,
					this.message,
					issuerStart,
					issuerEnd,
				) &&
				!this.path.includes(index) &&
				this.tryIssuer(index)
			)
				return;
		}
	}

	/** True if certificate `index` can be read and may stand above the path; its name constraints are left to further steps. */
	private tryIssuer(index: number): boolean {
		try {
			const certificate = this.read(index);
			const isPinned = this.isPinned(certificate);
			checkAuthority(certificate);
			const marks = marksOf(certificate, isPinned);
			// where a pinned key ends the path, nobody whose key is known has signed what else its certificate says
			if (isPinned && this.policy.pinsInsteadOfRoots) {
				this.push(index, marks);
				return true;
			}
			checkTime(certificate, this.now);
			checkPathLength(certificate, this.authorities());
			const { constraintsStart, constraintsEnd } = certificate;
			if (constraintsEnd)
				this.names = new NameCheck(this.message, constraintsStart, constraintsEnd, index, { index, marks });
			else this.push(index, marks);
			return true;
		} catch (error) {
			this.spent += Work.refusal;
			this.keep(error);
			return false;
		}
	}

	/** Checks names of the path's next certificate; true if those of a root are all good, which makes the path good. */
	private checkNames(names: NameCheck): boolean {
		const level = names.level,
			path = this.path;
		if (level === path.length) {
			this.names = undefined;
			const candidate = names.candidate;
			if (!candidate) return this.checkRest();
			this.push(candidate.index, candidate.marks);
		}
		// self-issued certificates but the server's are spared (RFC 5280 section 6.1.3 b)
		else if (level && this.next[level]! & Mark.selfIssued) names.level++;
		else {
			this.spent += Work.names;
			try {
				names.step(this.read(path[level]!));
			} catch (error) {
				this.names = undefined;
				this.keep(error);
			}
		}
		return false;
	}

	/** The path is good but for policies, if a certificate requires one. A pinned authority's do not count. */
	private checkRest(): boolean {
		const length = this.root === Anchor.pinned ? this.path.length - 1 : this.path.length;
		for (let i = 0; i < length; i++) {
			if (!(this.next[i]! & Mark.requiresPolicy)) continue;
			this.policies = new PolicyCheck(length);
			return false;
		}
		return this.select();
	}

	private checkPolicies(policies: PolicyCheck): boolean {
		const level = policies.level;
		if (level < 0) {
			this.policies = undefined;
			return this.select();
		}
		// reading a certificate is a step of its own
		if (this.certificateIndex !== this.path[level]!) {
			this.read(this.path[level]!);
			return false;
		}
		this.spent += Work.policies;
		try {
			policies.step(this.read(this.path[level]!), (this.next[level]! & Mark.selfIssued) !== 0);
		} catch (error) {
			this.policies = undefined;
			this.keep(error);
		}
		return false;
	}

	/** Keeps the reason why a path failed; what is no such reason is thrown on. */
	private keep(error: unknown): void {
		if (
			!(error instanceof TLSError) ||
			error.code === "too_much_work" ||
			error.code === "internal" ||
			error.code === "crypto"
		)
			throw error;
		this.error ??= error;
	}

	/** Authorities in the path, those that are not self-issued (RFC 5280 section 4.2.1.9). */
	private authorities(): number {
		let count = 0;
		for (let i = 1; i < this.next.length; i++) if (!(this.next[i]! & Mark.selfIssued)) count++;
		return count;
	}

	/** The path is good but for its signatures, which are checked from the trusted key on. */
	private select(): true {
		this.digest = undefined;
		this.top = this.path.length - 1;
		this.pathEnd = this.leafEnd;
		if (this.root === Anchor.pinned) this.issuer = publicKeyOf(this.read(this.path[this.top--]!));
		else {
			const roots = this.policy.roots!;
			const place = roots.place(this.root);
			this.issuer = takePublicKey(
				this.certificate.der.open(roots.bytes, roots.keyStart(place), roots.keyEnd(place), "a trusted key"),
			);
		}
		return true;
	}

	/** Checks one signature, from the trusted key downwards. False when the server is verified; a path whose signature is wrong is given up. */
	private checkSignature(): boolean {
		if (++this.signatures > Limit.signatures)
			throw new TLSError("too_much_work", "the server's certificates need more signatures checked than are allowed");
		this.spent += Work.signature;
		const index = this.path[this.top]!;
		const signedWith = this.next[this.top]! >> Mark.signature;
		let { tbsStart, tbsEnd, signatureStart, signatureEnd } = this.certificate;
		if (this.certificateIndex !== index) {
			// it has been read and found well-formed: only its parts are looked up
			const der = this.certificate.der.open(this.message, this.spans[2 * index]!, this.spans[2 * index + 1]!, index);
			der.take(Tag.sequence, "Certificate");
			der.enter();
			tbsStart = der.at;
			der.take(Tag.sequence, "TBSCertificate");
			tbsEnd = der.at;
			der.take(Tag.sequence, "signature's algorithm");
			der.octetBits();
			signatureStart = der.start;
			signatureEnd = der.end;
		}
		try {
			if (!signedWith)
				this.read(index).fail(
					unsupportedSignature(this.message, tbsEnd, this.spans[2 * index + 1]!),
					"unsupported_certificate",
				);
			if (
				!verifySignature(
					this.issuer!,
					signedWith >> 8,
					signedWith & 0xff,
					this.message,
					tbsStart,
					tbsEnd,
					this.message,
					signatureStart,
					signatureEnd,
				)
			)
				this.refuseSignature(this.read(index));
		} catch (error) {
			this.keep(error);
			this.top = -1;
			return true;
		}
		// the issuer of the server's certificate remains
		if (--this.top < 0) return this.end();
		this.useIssuer(index);
		return true;
	}

	/** Certificate `index` is good: its key checks the next signature. */
	private useIssuer(index: number): void {
		const certificate = this.read(index),
			notAfter = certificate.notAfter;
		if (notAfter < this.pathEnd) this.pathEnd = notAfter;
		this.issuer = publicKeyOf(certificate);
	}

	/** Under the trusted key the issuer may just be another of the same name. */
	private refuseSignature(certificate: Certificate): never {
		if (this.top === this.path.length - 1)
			certificate.fail(
				"is not signed with the trusted key of its issuer's name: it is forged, or its issuer is another one",
				"untrusted",
			);
		certificate.fail("is forged or damaged: its signature is not its issuer's");
	}

	private isPinned({ bytes, spkiStart, spkiEnd }: Certificate): boolean {
		return isPin(this.policy.pins, bytes, spkiStart, spkiEnd, this.room());
	}

	/** One of the pins, if there are any, is in the path or is the root's. */
	private checkPins(root: number): void {
		const pins = this.policy.pins,
			roots = this.policy.roots!;
		if (!pins?.length) return;
		const place = roots.place(root);
		if (isPin(pins, roots.bytes, roots.keyStart(place), roots.keyEnd(place), this.room())) return;
		for (let i = 0; i < this.next.length; i++) if (this.next[i]! & Mark.pinned) return;
		throw new TLSError("pin_mismatch", `none of the ${pins.length} pinned keys is among the server's certificates`);
	}

	/** When what was verified ends: the earliest end of the path's certificates and its root, and of a status that has to be there. */
	private validUntil(): number {
		const roots = this.policy.roots,
			root = this.root;
		let end = this.pathEnd;
		if (root >= 0) end = Math.min(end, roots!.notAfter(roots!.place(root)));
		return this.needsStatus && this.status ? Math.min(end, this.status.validUntil) : end;
	}

	private finish(): void {
		const octets = new Uint8Array(this.keyEnd - this.keyStart);
		copy(this.message, this.keyStart, this.keyEnd, octets, 0);
		const key = { kind: this.keyKind as KeyKind, bytes: octets, start: 0, end: octets.length, bits: this.keyBits };
		const subject = commonName(this.message, this.subjectStart, this.subjectEnd) || namesOf(this.read(0));
		this.peer = {
			key,
			keyUsage: this.keyUsage,
			subject,
			pathLength: this.path.length,
			needsStatus: this.needsStatus,
			verifiedAt: this.now,
			validUntil: this.validUntil(),
		};
	}
}
