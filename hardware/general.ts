/// <reference path="./native.d.ts" />
/*
	The names that a certificate is for and name constraints (psa/general.c): lists as long as a peer likes, which C
	passes over.
*/

import type { Bytes } from "./native";

/** GeneralName (RFC 5280 section 4.2.1.6): its context tags. */
export const enum GeneralName {
	dns = 0x82,
	directory = 0xa4,
	address = 0x87,
}

/** Why names or constraints are refused. */
export const enum NameResult {
	notPermitted = -1,
	excluded = -2,
	badList = -3,
	badDNSName = -4,
	badAddress = -5,
	badDirectory = -6,
	tooMuch = -7,
	emptyConstraints = -8,
	badConstraint = -9,
	boundedConstraint = -10,
	noBlock = -11,
	noDNSName = -12,
	noDirectory = -13,
}

/**
 * Looks `asked[0..askedEnd)` up in the GeneralNames `bytes[start..end)`: 1 if one of type `tag` is it, 0 if none is,
 * NameResult.badList if they are malformed. A dNSName may have a wildcard (RFC 9525 section 6.3).
 */
export function findName(
	this: void,
	bytes: Bytes,
	start: number,
	end: number,
	asked: Bytes,
	askedEnd: number,
	tag: GeneralName,
): number {
	return native("xs_names_find").call(this, bytes, start, end, asked, askedEnd, tag);
}
/**
 * Checks the subject `bytes[subjectStart..subjectEnd)`, unless it is empty, and the GeneralNames `bytes[start..end)`
 * against what is in a NameConstraints, which `checkConstraints` found well-formed. Returns where to go on, as one
 * call's work is bounded: `end` when all is checked; or a NameResult.
 */
export function checkNames(
	this: void,
	bytes: Bytes,
	subjectStart: number,
	subjectEnd: number,
	start: number,
	end: number,
	constraints: Bytes,
	constraintsStart: number,
	constraintsEnd: number,
): number {
	return native("xs_names_check").call(
		this,
		bytes,
		subjectStart,
		subjectEnd,
		start,
		end,
		constraints,
		constraintsStart,
		constraintsEnd,
	);
}
/** 0 if `bytes[start..end)` is the content of a well-formed NameConstraints, or a NameResult. */
export function checkConstraints(this: void, bytes: Bytes, start: number, end: number): number {
	return native("xs_names_checkConstraints").call(this, bytes, start, end);
}
