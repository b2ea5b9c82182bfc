/*
	From the server's certificate to a key that the application trusts (RFC 5280 section 6, RFC 4158). What the server
	sent may be in any order, with certificates that lead nowhere. Paths are tried one after the other, within bounds,
	until one holds. No signature is checked before a path has been found good in everything else. A search is an object
	with steps and no generator: nested generators cost a device's stack.

	One budget holds for all of a search. It counts steps of XS's meter by what each part costs (`Work`): certificates
	read and skipped, names compared, signatures. A call of `step` ends when a turn's share is used, and after each
	signature.
*/

import type { TLSError } from "../errors";
import type { PublicKey } from "../crypto/signature";
import { publicKeyOf } from "./algorithms";
import { nameDigest } from "tls/hardware/names";
import { CertificateList } from "./certificate";
import type { Certificate } from "./certificate";
import { checkIssuer, checkLeaf, checkPathLength, checkRoot, checkTime, isVerdict, refuseWork } from "./checks";
import { NameCheck } from "./constraints";
import { Anchor, countIntermediates, Entry, hasFact, isInPath, packEntry } from "./entry";
import { findLeaf, Leaf, refuseAnchor, refuseSibling, untrustedLeaf } from "./leaf";
import { matchesServerName, refuseName } from "./names";
import { checkPins, isPin } from "./pins";
import { StapledStatus, statusSubject } from "./ocsp";
import type { ByteRange, StatusSubject } from "./ocsp";
import { PolicyCheck } from "./policies";
import { rootKey, SignatureCheck } from "./signatures";
import { timeNow } from "./time";
import { DIGEST } from "./rootstore";
import type { RootStore } from "./rootstore";
import { Limit } from "./policy";
import type { CertificatePolicy, VerifiedPeer } from "./policy";
import { Work } from "./work";

/**
 * Verifies the server's certificates against a policy. Call `step` until it returns false. Throws TLSError, whose
 * message names the certificate and the rule.
 */
export class PathSearch {
	private readonly list: CertificateList;
	private readonly policy: CertificatePolicy;
	/** Seconds since 1970. */
	private readonly now: number;
	/** The certificates from the leaf upwards, each packed as Entry. */
	private readonly path: number[] = [];
	/** The trusted key above the path: a root's index, or an Anchor. */
	private root: number = Anchor.untried;
	/** For a name's or a key's SHA-256, until a path is found. */
	private digest: Uint8Array | undefined;
	/** What is kept of the leaf, once it is read. */
	declare private leaf: Leaf;
	/** Signatures checked so far. */
	private signatures = 0;
	/** XS: absent fields, also those below. The result, when `step` has returned false. */
	declare peer: VerifiedPeer | undefined;
	/** For a status that comes later: what it must be about. Undefined if no key is known that could tell it. */
	declare subject: StatusSubject | undefined;
	/** The stapled status: its range, and its check, when the path holds. */
	declare private readonly staple: ByteRange | "later" | undefined;
	declare private status: StapledStatus | undefined;
	/** Checks name constraints of a certificate that is to go on top of the path, or of the root above it. */
	declare private names: NameCheck | undefined;
	/** Checks the policies of a path in which they matter. */
	declare private policies: PolicyCheck | undefined;
	/** Checks the signatures of a path that is good in everything else. */
	declare private check: SignatureCheck | undefined;
	/** True if the leaf is trusted or pinned itself, but its status must be checked: then its issuer must be known. */
	declare private isAnchor: boolean;
	/** Why the first path failed. */
	declare private error: TLSError | undefined;

	/**
	 * The certificates are in `message` at `ranges`: start and end of each, the leaf's first. `staple`: the range of
	 * its OCSP response, if any; or "later": `peer` says if one must come.
	 */
	constructor(message: Uint8Array, ranges: readonly number[], policy: CertificatePolicy, staple?: ByteRange | "later") {
		if (staple) this.staple = staple;
		this.list = new CertificateList(message, ranges);
		this.policy = policy;
		this.now = timeNow(policy.clock);
	}

	/** Returns false when the server is verified. */
	step(): boolean {
		const list = this.list;
		if (this.status) {
			if (this.status.step()) return true;
			this.finish();
			return false;
		}
		if (this.check) return this.checkSignature(this.check);
		const turn = list.spent + Work.turn;
		if (!this.path.length && this.begin()) return false;
		do if (this.advance()) return this.check !== undefined || this.end(undefined);
		while (list.spent < turn);
		if (list.spent > Work.most)
			refuseWork("certificate path search stopped: the server's certificates allow too many paths, or are too long");
		return true;
	}

	/** Buffer for a SHA-256. */
	private digestBuffer(): Uint8Array {
		return (this.digest ??= new Uint8Array(DIGEST));
	}

	/** Checks what needs no other certificate. True if the leaf itself is trusted. */
	private begin(): boolean {
		const { roots, name } = this.policy;
		const list = this.list;
		if (list.count > Limit.certificates) refuseWork(`the server sent more than ${Limit.certificates} certificates`);
		const leaf = list.read(0);
		leaf.checkVersion();
		const { ranges } = list;
		const trusted = roots ? findLeaf(roots, leaf, ranges[0]!, ranges[1]!, this.digestBuffer()) : -1;
		// a certificate that is trusted itself needs no name (RFC 6125 section 6.6.2); one that it has is checked
		if (!matchesServerName(leaf, name) && (leaf.namesEnd || (trusted < 0 && !this.isPinned(leaf))))
			refuseName(leaf, name);
		checkLeaf(leaf, this.policy, this.now);
		this.leaf = new Leaf(leaf, this.policy);
		if (!this.staple && this.leaf.needsStatus) leaf.fail("comes without a stapled status (OCSP)", "bad_staple");
		this.push(this.entryOf(leaf, 0));
		if (trusted < 0) return false;
		checkPins(this.policy, this.path, trusted, this.digestBuffer());
		// RFC 7633 and the option "staple" want a status that only its issuer's key can prove
		if (this.leaf.needsStatus) {
			this.isAnchor = true;
			return false;
		}
		this.finish();
		return true;
	}

	/** Packs a certificate, with what only the policy knows of it. */
	private entryOf(certificate: Certificate, index: number): number {
		return packEntry(certificate, index) | (this.isPinned(certificate) ? Entry.pinned : 0);
	}

	/** Puts a certificate on top of the path. */
	private push(entry: number): void {
		this.path.push(entry);
		this.root = Anchor.untried;
	}

	/** Gives up the end of the path. */
	private pop(): void {
		this.path.pop();
		if (this.path.length) return;
		const leaf = this.list.read(0);
		if (this.isAnchor) refuseAnchor(leaf);
		throw this.error ?? untrustedLeaf(leaf, this.policy, this.digestBuffer());
	}

	private readLast(): Certificate {
		return this.list.read(this.path[this.path.length - 1]! & Entry.index);
	}

	/** Takes a small step in search of a path. True if one is good in everything but its signatures. */
	private advance(): boolean {
		if (this.names) return this.checkNames(this.names);
		if (this.policies) return this.checkPolicies(this.policies);
		if (this.root !== Anchor.exhausted) return this.nextRoot();
		this.nextIssuer();
		return false;
	}

	/** Goes on to the next trusted key for the end of the path, its issuer's or its own. True if that path is good. */
	private nextRoot(): boolean {
		const { roots, pinsInsteadOfRoots } = this.policy;
		if (this.root === Anchor.pinned) this.pop();
		else if (this.root === Anchor.untried && pinsInsteadOfRoots && this.endsPinned()) {
			this.root = Anchor.pinned;
			return this.checkRest();
		} else if (roots) {
			const root = this.findRoot(roots);
			if (root >= 0) {
				this.root = root;
				return this.tryRoot(roots, root);
			}
		}
		this.root = Anchor.exhausted;
		return false;
	}

	/** Returns the next root with the last issuer's name, or -1. XS: its memory is free when the root is tried. */
	private findRoot(roots: RootStore): number {
		const last = this.readLast();
		const digest = this.digestBuffer();
		this.list.spent += Work.root + (nameDigest(last.bytes, last.issuerStart, last.issuerEnd, digest) >> 1);
		return this.root < 0 ? roots.find(digest) : roots.isNamed(this.root + 1, digest) ? this.root + 1 : -1;
	}

	/** True if the end of the path has a pinned key. The leaf's own does not count if its issuer must be known. */
	private endsPinned(): boolean {
		const level = this.path.length - 1;
		const isPinned = (this.path[level]! & Entry.pinned) !== 0;
		if (!isPinned || level || !this.leaf.needsStatus) return isPinned;
		this.isAnchor = true;
		return false;
	}

	/** Checks what the root allows. Its name constraints are left to further steps. */
	private tryRoot(roots: RootStore, root: number): boolean {
		const place = roots.placeOf(root);
		try {
			if (!roots.issues(place)) refuseSibling(this.readLast());
			checkRoot(this.policy, roots, place, countIntermediates(this.path), this.now);
			checkPins(this.policy, this.path, root, this.digestBuffer());
			const start = roots.constraintsStart(place),
				end = roots.constraintsEnd(start);
			if (start === end) return this.checkRest();
			this.names = new NameCheck(roots.bytes, start, end, "the trusted root");
		} catch (error) {
			this.keepError(error);
		}
		return false;
	}

	/** Goes on to a certificate that may have issued the end of the path. Without one, the end is given up. */
	private nextIssuer(): void {
		const list = this.list,
			path = this.path,
			level = path.length - 1;
		const last = this.readLast();
		// `last` is another certificate after the next `read`
		const issuerStart = last.issuerStart,
			issuerEnd = last.issuerEnd;
		const cost = Work.candidate + Work.entry * path.length + ((issuerEnd - issuerStart) >> 3);
		const stop = list.spent + Work.turn;
		while (list.spent < stop) {
			const index = (path[level]! & Entry.candidate) / Entry.nextCandidate;
			if (index >= list.count) return this.pop();
			path[level]! += Entry.nextCandidate;
			list.spent += cost;
			if (list.hasSubject(index, issuerStart, issuerEnd) && !isInPath(path, index) && this.tryIssuer(index)) return;
		}
	}

	/** True if certificate `index` is readable and may stand above the path. Further steps check name constraints. */
	private tryIssuer(index: number): boolean {
		try {
			const certificate = this.list.read(index);
			checkIssuer(certificate);
			const entry = this.entryOf(certificate, index);
			// if a pinned key ends the path, nobody whose key is known has signed what else its certificate says
			if (entry & Entry.pinned && this.policy.pinsInsteadOfRoots) {
				this.push(entry);
				return true;
			}
			checkTime(certificate, this.policy, this.now);
			checkPathLength(certificate, countIntermediates(this.path));
			const { constraintsStart, constraintsEnd } = certificate;
			if (constraintsStart && constraintsEnd)
				this.names = new NameCheck(certificate.bytes, constraintsStart, constraintsEnd, index, entry);
			else this.push(entry);
			return true;
		} catch (error) {
			this.list.spent += Work.refusal;
			this.keepError(error);
			return false;
		}
	}

	/** Checks names of the path's next certificate. True if those of a root are all good, which makes the path good. */
	private checkNames(names: NameCheck): boolean {
		const level = names.level,
			path = this.path;
		if (level === path.length) {
			this.names = undefined;
			if (names.entry === undefined) return this.checkRest();
			this.push(names.entry);
		}
		// self-issued certificates but the leaf are exempt (RFC 5280 section 6.1.3 b)
		else if (level && path[level]! & Entry.selfIssued) names.level++;
		else {
			this.list.spent += Work.names;
			try {
				names.step(this.list.read(path[level]! & Entry.index));
			} catch (error) {
				this.names = undefined;
				this.keepError(error);
			}
		}
		return false;
	}

	/** The path is good but for policies, if a certificate requires one. Those of a pinned issuer do not count. */
	private checkRest(): boolean {
		const length = this.root === Anchor.pinned ? this.path.length - 1 : this.path.length;
		if (!hasFact(this.path, length, Entry.requiresPolicy)) return this.select();
		this.policies = new PolicyCheck(this.path, length);
		return false;
	}

	private checkPolicies(policies: PolicyCheck): boolean {
		const list = this.list,
			level = policies.level;
		if (level < 0) {
			this.policies = undefined;
			return this.select();
		}
		const index = this.path[level]! & Entry.index;
		// reading a certificate is a step of its own
		const isRead = list.hasRead(index);
		const certificate = list.read(index);
		if (!isRead) return false;
		list.spent += Work.policies;
		try {
			policies.step(certificate);
		} catch (error) {
			this.policies = undefined;
			this.keepError(error);
		}
		return false;
	}

	/** Keeps the reason why a path failed. Rethrows any other error. */
	private keepError(error: unknown): void {
		if (!isVerdict(error)) throw error;
		this.error ??= error;
	}

	/** The path is good but for its signatures, which are checked from the trusted key on. */
	private select(): true {
		this.digest = undefined;
		const top = this.path.length - 1;
		if (this.root !== Anchor.pinned) {
			const der = this.list.release();
			this.check = new SignatureCheck(top, rootKey(this.policy.roots!, this.root, der), der);
		} else if (top) {
			const issuer = publicKeyOf(this.readLast());
			this.check = new SignatureCheck(top - 1, issuer, this.list.release());
		}
		return true;
	}

	/** Checks a signature, from the trusted key downwards. A wrong one ends the path. False when all hold. */
	private checkSignature(check: SignatureCheck): boolean {
		if (++this.signatures > Limit.signatures)
			refuseWork(`certificate path search stopped after ${Limit.signatures} signatures`);
		this.list.spent += Work.signature;
		try {
			check.step(this.list, this.path);
		} catch (error) {
			this.keepError(error);
			this.check = undefined;
			return true;
		}
		return check.level >= 0 || this.end(check.issuer);
	}

	/** The path holds. `issuer` is the key of the leaf's issuer, if any. True if a stapled status is left to check. */
	private end(issuer: PublicKey | undefined): boolean {
		const staple = this.staple;
		// nobody can tell the status of a leaf that is pinned itself
		if (staple && issuer) {
			const subject = statusSubject(this.list.read(0), issuer);
			if (staple !== "later") {
				this.status = new StapledStatus(this.list.message, staple, subject, this.now, this.policy.clockTolerance);
				return true;
			}
			this.subject = subject;
		}
		this.finish();
		return false;
	}

	private isPinned({ bytes, spkiStart, spkiEnd }: Certificate): boolean {
		const pins = this.policy.pins;
		return pins !== undefined && isPin(pins, bytes, spkiStart, spkiEnd, this.digestBuffer());
	}

	/**
	 * Returns when what was verified ends, in seconds since 1970: the earliest end of the path's certificates, its
	 * root, and a status that must come.
	 */
	private validUntil(): number {
		const { root, check, status } = this;
		const { roots } = this.policy;
		let end = this.leaf.notAfter;
		if (check) end = Math.min(end, check.notAfter);
		if (root >= 0 && roots) end = Math.min(end, roots.validUntil(roots.placeOf(root)));
		return this.leaf.needsStatus && status ? Math.min(end, status.validUntil) : end;
	}

	private finish(): void {
		const validUntil = this.validUntil();
		// XS: what is of no more use goes before the key is copied
		if (this.check) this.check = undefined;
		if (this.status) this.status = undefined;
		this.peer = this.leaf.toPeer(this.list.message, this.now, validUntil);
	}
}
