/*
	Certificate policies (RFC 5280 section 6.1), for paths in which a certificate wants every one below it to be issued
	under a policy (requireExplicitPolicy). The application asks for none, so any will do: what counts is whether one is
	left. The set of policies that the next certificate may name stands for the tree of section 6.1.2 (as in RFC 9618).
	In all other paths policies don't matter.
*/

import type { Certificate } from "./certificate";
import { Entry } from "./entry";
import { DER, Part, Tag, sameBytes } from "../wire/der";
import { equal } from "tls/hardware/compare";

/** Most policies of a certificate, most mappings, and most policies that are left. */
const MAX_POLICIES = 10;

/** 2.5.29.32.0 */
const ANY = Uint8Array.of(0x55, 0x1d, 0x20, 0x00);

/** As many certificates as no path has. */
const NEVER = 1000;

/** Enters the list at offset `at` of the certificate, whose form was checked; for 0 it is empty. */
function listAt(certificate: Certificate, at: number): DER {
	const der = new DER(certificate.bytes, at, at && certificate.tbsEnd, certificate.der.subject);
	if (at) {
		der.take(Tag.sequence, Part.policies);
		der.enter();
	}
	return der;
}

/** Goes down a path, from the certificate below the trusted key to the server's. */
export class PolicyCheck {
	/** Position in the path of the certificate that is checked next. */
	level: number;
	private readonly path: readonly number[];
	private explicit = NEVER;
	private mapping = NEVER;
	private any = NEVER;
	/** True if any policy may be named. */
	private allowsAll = true;
	/** The policies that may be named: start and end of each OBJECT IDENTIFIER. */
	private allowed: number[] = [];
	/** True if the policies of the certificate at `level` have been processed, and its mappings have not. */
	private isNarrowed = false;

	/** Checks the first `length` certificates of a path (Entry). */
	constructor(path: readonly number[], length: number) {
		this.path = path;
		this.level = length - 1;
	}

	/** True if the certificate at `level` is self-issued. */
	private isSelfIssued(): boolean {
		return (this.path[this.level]! & Entry.selfIssued) !== 0;
	}

	/**
	 * Processes the policies of the certificate at `level`, then its mappings, and goes on to the one below. Throws if
	 * no policy is left.
	 */
	step(certificate: Certificate): void {
		if (this.isNarrowed) this.prepareNext(certificate);
		else this.checkPolicies(certificate);
	}

	/** Section 6.1.3, and at the end of the path section 6.1.5. */
	private checkPolicies(certificate: Certificate): void {
		const isLast = this.level === 0;
		this.narrow(certificate);
		const isNone = !this.allowsAll && !this.allowed.length;
		if (isLast) {
			if (this.explicit) this.explicit--;
			if (certificate.requireExplicit === 0) this.explicit = 0;
		}
		if (!this.explicit && isNone)
			certificate.fail(
				"is issued under no policy that the CAs above it allow, but they require one (policy constraints)",
			);
		if (isLast) this.level = -1;
		else this.isNarrowed = true;
	}

	/** Section 6.1.4. */
	private prepareNext(certificate: Certificate): void {
		const isCounted = !this.isSelfIssued();
		this.isNarrowed = false;
		this.level--;
		this.map(certificate);
		if (isCounted) {
			if (this.explicit) this.explicit--;
			if (this.mapping) this.mapping--;
			if (this.any) this.any--;
		}
		const { requireExplicit = NEVER, inhibitMapping = NEVER, inhibitAny = NEVER } = certificate;
		this.explicit = Math.min(this.explicit, requireExplicit);
		this.mapping = Math.min(this.mapping, inhibitMapping);
		this.any = Math.min(this.any, inhibitAny);
	}

	/** Section 6.1.3 d and e. */
	private narrow(certificate: Certificate): void {
		const isExempt = this.level > 0 && this.isSelfIssued();
		const bytes = certificate.bytes;
		const left: number[] = [];
		let namesAny = false;
		const der = listAt(certificate, certificate.policies);
		for (let count = 0; der.hasMore; count++) {
			if (count === MAX_POLICIES) certificate.fail(`has more than ${MAX_POLICIES} policies`, "unsupported_certificate");
			der.take(Tag.sequence, Part.policy);
			const outer = der.enter();
			der.take(Tag.objectIdentifier, Part.policy);
			if (isAny(bytes, der.start, der.end)) namesAny = true;
			else if (this.allowsAll || has(this.allowed, bytes, der.start, der.end)) left.push(der.start, der.end);
			der.at = der.limit;
			der.leave(outer);
		}
		if (namesAny && (this.any || isExempt)) {
			for (let i = 0; i < this.allowed.length; i += 2)
				if (!has(left, bytes, this.allowed[i]!, this.allowed[i + 1]!))
					left.push(this.allowed[i]!, this.allowed[i + 1]!);
		} else this.allowsAll = false;
		if (left.length > 2 * MAX_POLICIES)
			certificate.fail(`leaves more than ${MAX_POLICIES} policies`, "unsupported_certificate");
		this.allowed = left;
	}

	/** Policy mappings: section 6.1.4 a and b. */
	private map(certificate: Certificate): void {
		const { bytes, mappings } = certificate;
		if (!mappings) return;
		const before = this.allowed;
		const mapped: number[] = [],
			added: number[] = [];
		const der = listAt(certificate, mappings);
		for (let count = 0; der.hasMore; count++) {
			if (count === MAX_POLICIES)
				certificate.fail(`has more than ${MAX_POLICIES} policy mappings`, "unsupported_certificate");
			der.take(Tag.sequence, Part.policyMapping);
			const outer = der.enter();
			der.take(Tag.objectIdentifier, Part.policy);
			const start = der.start,
				end = der.end;
			der.take(Tag.objectIdentifier, Part.policy);
			mapped.push(start, end);
			if (this.mapping && (this.allowsAll || has(before, bytes, start, end))) added.push(der.start, der.end);
			der.leave(outer);
		}
		const left: number[] = [];
		for (let i = 0; i < before.length; i += 2)
			if (!has(mapped, bytes, before[i]!, before[i + 1]!)) left.push(before[i]!, before[i + 1]!);
		for (let i = 0; i < added.length; i += 2)
			if (!has(left, bytes, added[i]!, added[i + 1]!)) left.push(added[i]!, added[i + 1]!);
		if (left.length > 2 * MAX_POLICIES)
			certificate.fail(`leaves more than ${MAX_POLICIES} policies`, "unsupported_certificate");
		this.allowed = left;
	}
}

function isAny(bytes: Uint8Array, start: number, end: number): boolean {
	return sameBytes(bytes, start, end, ANY, 0, ANY.length);
}

/** True if one of the ranges of `list` holds `bytes[start..end)`. */
function has(list: readonly number[], bytes: Uint8Array, start: number, end: number): boolean {
	const size = end - start;
	for (let i = 0; i < list.length; i += 2) {
		const at = list[i]!;
		if (list[i + 1]! - at === size && equal(bytes, at, bytes, start, size)) return true;
	}
	return false;
}
