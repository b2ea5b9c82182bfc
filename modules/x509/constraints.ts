/*
	Name constraints (RFC 5280 section 4.2.1.10): which names an authority may certify. DNS names, addresses and directory names are compared;
	a constraint on any other kind of name refuses certificates that have such a name.
*/

import { TLSError } from "../errors";
import type { Certificate } from "./certificate";
import { DER, Tag, sameOctets } from "./der";
import { GeneralName, isName } from "./names";

/** Most comparisons of a name with a constraint, over a whole path. */
export const MAX_COMPARISONS = 4096;

const DOT = 0x2e;

function lower(c: number): number {
	return c >= 0x41 && c <= 0x5a ? c | 0x20 : c;
}

/** True where the name ends with the constraint, on a label's border. */
function endsWith(bytes: Uint8Array, start: number, end: number, base: Uint8Array, baseStart: number, baseEnd: number): boolean {
	let at = end - (baseEnd - baseStart);
	if (at < start || (at > start && baseEnd > baseStart && bytes[at - 1] !== DOT)) return false;
	while (at < end) if (lower(bytes[at++]!) !== lower(base[baseStart++]!)) return false;
	return true;
}

/** An address and mask, 4 or 16 octets each, as a block (RFC 4632 style). */
function inBlock(bytes: Uint8Array, start: number, end: number, base: Uint8Array, baseStart: number, baseEnd: number): boolean {
	const size = end - start;
	if (baseEnd - baseStart !== 2 * size) return false;
	for (let i = 0; i < size; i++) if ((bytes[start + i]! ^ base[baseStart + i]!) & base[baseStart + size + i]!) return false;
	return true;
}

/** The mask of a block is ones, then zeros. */
function isMask(bytes: Uint8Array, start: number, end: number): boolean {
	let isOver = false;
	for (let i = start; i < end; i++) {
		for (let bit = 0x80; bit; bit >>= 1) {
			if (!(bytes[i]! & bit)) isOver = true;
			else if (isOver) return false;
		}
	}
	return true;
}

/** Checks the names of certificates against the constraints of one authority. */
export class Constraints {
	private readonly bytes: Uint8Array;
	private readonly start: number;
	private readonly end: number;
	/** Whose constraints they are, for errors. */
	private readonly owner: number | string;
	/** Comparisons made; goes on from one authority to the next. */
	comparisons: number;

	constructor(bytes: Uint8Array, start: number, end: number, owner: number | string, comparisons: number) {
		this.bytes = bytes;
		this.start = start;
		this.end = end;
		this.owner = owner;
		this.comparisons = comparisons;
	}

	/** Throws where a name of the certificate is not allowed. */
	check(certificate: Certificate): void {
		const { bytes, subjectStart, subjectEnd, namesStart, namesEnd } = certificate;
		const der = new DER(bytes, subjectStart, subjectEnd, certificate.position);
		der.takeAny();
		if (der.start < der.end) this.checkName(certificate, GeneralName.directory, subjectStart, subjectEnd);
		der.at = namesStart;
		der.limit = namesEnd;
		while (der.more) {
			der.takeAny();
			this.checkName(certificate, der.tag, der.start, der.end);
		}
	}

	private checkName(certificate: Certificate, tag: number, start: number, end: number): void {
		if (tag === GeneralName.address && end - start !== 4 && end - start !== 16) certificate.fail("has an address of a wrong length");
		if (tag === GeneralName.dns && !isName(certificate.bytes, start, end, true)) certificate.fail("has a DNS name that is none");
		const der = new DER(this.bytes, this.start, this.end, this.owner);
		if (der.sees(Tag.explicit)) {
			der.takeAny();
			if (this.search(der, certificate, tag, start, end, false) === Found.no) this.refuse(certificate, "permit");
		}
		if (der.sees(Tag.explicit | 1)) {
			der.takeAny();
			if (this.search(der, certificate, tag, start, end, true) === Found.yes) this.refuse(certificate, "exclude");
		}
		if (der.more) der.fail("has name constraints with more in them than belongs there");
	}

	private refuse(certificate: Certificate, verb: string): never {
		const owner = typeof this.owner === "number" ? `certificate ${this.owner}` : this.owner;
		certificate.fail(`has a name that the name constraints of ${owner} ${verb === "permit" ? "do not permit" : "exclude"}`);
	}

	/** Looks a name up among the subtrees that `der` took last. */
	private search(der: DER, certificate: Certificate, tag: number, start: number, end: number, isExclusion: boolean): Found {
		const outer = der.enter();
		let found = Found.none;
		if (!der.more) der.fail("has an empty list of name constraints");
		while (der.more) {
			if (++this.comparisons > MAX_COMPARISONS) throw new TLSError("too_much_work", "the certificates have more names and name constraints than are compared");
			der.take(Tag.sequence, "name constraint");
			const inner = der.enter();
			der.takeAny();
			if (der.more) der.fail("has a name constraint with a minimum or maximum, which RFC 5280 forbids");
			const kind = der.tag;
			const baseStart = der.start;
			const baseEnd = der.end;
			der.leave(inner);
			this.checkForm(der, kind, baseStart, baseEnd);
			if (kind !== tag || found === Found.yes) continue;
			found = this.matches(certificate.bytes, tag, start, end, baseStart, baseEnd, isExclusion) ? Found.yes : Found.no;
		}
		der.leave(outer);
		return found;
	}

	private checkForm(der: DER, kind: number, start: number, end: number): void {
		const size = end - start;
		if (kind === GeneralName.dns && size && !isName(der.bytes, start, end, false)) der.fail("has a name constraint that is no DNS name");
		if (kind === GeneralName.address && ((size !== 8 && size !== 32) || !isMask(der.bytes, start + size / 2, end)))
			der.fail("has a name constraint that is no block of addresses");
	}

	private matches(bytes: Uint8Array, tag: number, start: number, end: number, baseStart: number, baseEnd: number, isExclusion: boolean): boolean {
		switch (tag) {
			case GeneralName.dns: {
				const isWildcard = bytes[start] === 0x2a;
				if (isWildcard) start += 2;
				return endsWith(bytes, start, end, this.bytes, baseStart, baseEnd)
					// a wildcard reaches one label further down: what is excluded there is excluded for it
					|| (isWildcard && isExclusion && endsWith(this.bytes, baseStart, baseEnd, bytes, start, end));
			}
			case GeneralName.address: return inBlock(bytes, start, end, this.bytes, baseStart, baseEnd);
			case GeneralName.directory: return this.holdsDirectory(bytes, start, end, baseStart, baseEnd);
			// a kind of name that is not compared: neither is it permitted, nor is it not excluded
			default: return isExclusion;
		}
	}

	/** The constraint's parts are the first of the name's; compared octet by octet. */
	private holdsDirectory(bytes: Uint8Array, start: number, end: number, baseStart: number, baseEnd: number): boolean {
		const name = new DER(bytes, start, end, "a name");
		const base = new DER(this.bytes, baseStart, baseEnd, this.owner);
		name.take(Tag.sequence, "name");
		base.take(Tag.sequence, "name");
		const size = base.end - base.start;
		return name.end - name.start >= size && sameOctets(bytes, name.start, name.start + size, this.bytes, base.start, base.end);
	}
}

const enum Found {
	/** There is no constraint of the name's kind. */
	none,
	no,
	yes,
}
