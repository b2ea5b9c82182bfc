/*
	Name constraints (RFC 5280 section 4.2.1.10): which names a CA may certify. DNS names, addresses and directory names
	are compared; a constraint on any other kind of name refuses certificates that have such a name. Characters of a
	directory name that are not ASCII must be the same to be permitted. They count as excluded if nothing in ASCII sets
	the name apart from what is excluded.
*/

import { TLSError } from "../errors";
import { checkConstraints, checkNames, NameResult } from "tls/hardware/general";
import type { Certificate } from "./certificate";

function titleOf(owner: number | string): string {
	return typeof owner === "number" ? `certificate ${owner}` : owner;
}

/** What is wrong with the constraints themselves. */
function faultOf(result: NameResult): string {
	switch (result) {
		case NameResult.emptyConstraints:
			return "has an empty list of name constraints";
		case NameResult.boundedConstraint:
			return "has a name constraint with a minimum or maximum, which RFC 5280 forbids";
		case NameResult.noBlock:
			return "has a name constraint with a malformed range of addresses";
		case NameResult.noDNSName:
			return "has a name constraint with a malformed DNS name";
		case NameResult.noDirectory:
			return "has a name constraint with a malformed directory name";
		default:
			return "has malformed name constraints";
	}
}

/** Checks the names of every certificate below a CA or root against its constraints, a piece at a time. */
export class NameCheck {
	private readonly bytes: Uint8Array;
	private readonly start: number;
	private readonly end: number;
	/** Whose constraints they are, for errors. */
	private readonly owner: number | string;
	/**
	 * XS: absent for a root. The certificate that has them, packed as Entry: it goes on top of the path if they hold.
	 */
	declare readonly entry: number | undefined;
	/** Position in the path of the certificate whose names are checked next. */
	level = 0;
	/** The offset of the next of its names; 0 before the subject. */
	private at = 0;

	/** The constraints are `bytes[start..end)`. Throws if they are malformed. */
	constructor(bytes: Uint8Array, start: number, end: number, owner: number | string, entry?: number) {
		this.bytes = bytes;
		this.start = start;
		this.end = end;
		this.owner = owner;
		if (entry !== undefined) this.entry = entry;
		const result = checkConstraints(bytes, start, end);
		if (result === NameResult.tooMuch) this.refuseWork();
		if (result) throw new TLSError("bad_certificate", `${titleOf(owner)} ${faultOf(result)}`);
	}

	/**
	 * Checks names of the certificate at `level`, as many as one turn allows, and goes on to the next level after the
	 * last. Throws for a name that is not allowed.
	 */
	step(certificate: Certificate): void {
		const { bytes, subjectStart, subjectEnd, namesStart, namesEnd } = certificate;
		const result = this.at
			? checkNames(bytes, 0, 0, this.at, namesEnd, this.bytes, this.start, this.end)
			: checkNames(bytes, subjectStart, subjectEnd, namesStart, namesEnd, this.bytes, this.start, this.end);
		if (result < 0) this.refuse(certificate, result);
		this.at = result;
		if (result < namesEnd) return;
		this.level++;
		this.at = 0;
	}

	private refuse(certificate: Certificate, result: NameResult): never {
		switch (result) {
			case NameResult.tooMuch:
				return this.refuseWork();
			case NameResult.notPermitted:
				return certificate.fail(`has a name that the name constraints of ${titleOf(this.owner)} do not permit`);
			case NameResult.excluded:
				return certificate.fail(`has a name that the name constraints of ${titleOf(this.owner)} exclude`);
			case NameResult.badDNSName:
				return certificate.fail("has a malformed DNS name");
			case NameResult.badAddress:
				return certificate.fail("has an address of a wrong length");
			case NameResult.badDirectory:
				return certificate.fail("has a malformed directory name");
			default:
				certificate.fail("has a malformed list of names");
		}
	}

	private refuseWork(): never {
		throw new TLSError("too_much_work", `${titleOf(this.owner)} has more name constraints than are compared`);
	}
}
