/*
	The names that a certificate is for (subjectAltName, RFC 5280 section 4.2.1.6) and those that a CA may certify (name
	constraints, section 4.2.1.10), for general.ts. A peer decides how many there are of both: what is compared in one
	call is bounded, and the rest is left to another.
*/

#include "names.h"

/* GeneralName in ../general.ts. */
enum { kDNS = 0x82, kDirectory = 0xa4, kAddress = 0x87 };

/* NameResult in ../general.ts. */
enum {
	kNotPermitted = -1,
	kExcluded = -2,
	kBadList = -3,
	kBadDNSName = -4,
	kBadAddress = -5,
	kBadDirectory = -6,
	kTooMuch = -7,
	kEmptyConstraints = -8,
	kBadConstraint = -9,
	kBoundedConstraint = -10,
	kNoBlock = -11,
	kNoDNSName = -12,
	kNoDirectory = -13,
};

enum {
	kMaxDNSName = 253,
	kMaxLabel = 63,
	kMaxConstraints = 0xffff, /* bytes */
	kSlice = 0x20000,         /* bytes read until the rest is left to another call */
	kMaxWork = 0x20000,       /* for one name */
};

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool isHostCharacter(int c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool isWildcard(Range name)
{
	return derLength(name) >= 2 && name.at[0] == '*' && name.at[1] == '.';
}

/* The labels of a DNS name, "*" at its start not counted; -1 if it is malformed (RFC 1034 section 3.5). */
static int countLabels(Range name)
{
	int labels = 0;
	if (derLength(name) > kMaxDNSName)
		return -1;
	if (isWildcard(name))
		name.at += 2;
	for (const uint8_t *label = name.at, *at = label; at <= name.end; at++) {
		if (at < name.end && *at != '.') {
			if (!isHostCharacter(*at))
				return -1;
			continue;
		}
		if (at == label || at - label > kMaxLabel || *label == '-' || at[-1] == '-')
			return -1;
		label = at + 1;
		labels++;
	}
	return labels;
}

static bool isSameText(const uint8_t* a, const uint8_t* b, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (lower(a[i]) != lower(b[i]))
			return false;
	}
	return true;
}

/* RFC 9525 section 6.3: the wildcard stands for exactly one label, with at least two after it. */
static bool matchesDNS(Range name, Range asked)
{
	int labels = 1;
	Range whole = name;
	if (name.at < name.end && *name.at == '*') {
		const uint8_t* dot = memchr(asked.at, '.', derLength(asked));
		if (!dot || dot == asked.at)
			return false;
		asked.at = dot;
		name.at++;
		labels = 2;
	}
	return derLength(name) == derLength(asked) && isSameText(name.at, asked.at, derLength(name))
		&& countLabels(whole) >= labels;
}

/* findName */
void xs_names_find(xsMachine* the)
{
	xsIntegerValue askedEnd = bindingInteger(the, 4), wanted = bindingInteger(the, 5);
	Range names = derArgument(the, 0), name;
	const uint8_t* asked = bindingRange(the, 3, 0, askedEnd, kRead);
	Range question = {asked, asked + askedEnd};
	xsIntegerValue result = 0;
	uint8_t tag;
	while (names.at < names.end) {
		if (!derTake(&names, &tag, &name)) {
			result = kBadList;
			break;
		}
		if (result || tag != wanted)
			continue;
		if (tag == kDNS)
			result = matchesDNS(name, question);
		else
			result = derLength(name) == derLength(question) && memcmp(name.at, question.at, derLength(name)) == 0;
	}
	xsmcSetInteger(xsResult, result);
}

/* True if the name ends with the constraint, at the border of a label. */
static bool endsWith(Range name, Range base)
{
	size_t length = derLength(base);
	if (derLength(name) < length)
		return false;
	const uint8_t* at = name.end - length;
	return (at == name.at || length == 0 || at[-1] == '.') && isSameText(at, base.at, length);
}

static bool isInDomain(Range name, Range base, bool isExclusion)
{
	bool isWild = isWildcard(name);
	if (isWild)
		name.at += 2;
	/* a wildcard reaches one label further down: what is excluded there is excluded for it */
	return endsWith(name, base) || (isWild && isExclusion && endsWith(base, name));
}

/* An address, and a block of an address and a mask. */
static bool isInBlock(Range address, Range block)
{
	size_t size = derLength(address);
	if (derLength(block) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		if ((address.at[i] ^ block.at[i]) & block.at[size + i])
			return false;
	}
	return true;
}

/* The content of a directoryName: the Name is in a tag of its own, as it is a CHOICE. */
static bool takeDirectory(Range outer, Range* name)
{
	return derTakeTag(&outer, kDERSequence, name) && outer.at == outer.end;
}

typedef enum { kNone, kNo, kYes, kBroken } Found;

static Found matches(uint8_t tag, Range name, Range base, bool isExclusion, size_t* work)
{
	Range left, right;
	switch (tag) {
	case kDNS: *work += derLength(base); return isInDomain(name, base, isExclusion) ? kYes : kNo;
	case kAddress: return isInBlock(name, base) ? kYes : kNo;
	case kDirectory:
		if (!takeDirectory(name, &left) || !takeDirectory(base, &right))
			return kBroken;
		switch (nameCompare(left, right, kPrefix, work)) {
		case kSame: return kYes;
		case kUnsure: return isExclusion ? kYes : kNo;
		case kDifferent: return kNo;
		default: return kBroken;
		}
	}
	/* a kind of name that is not compared: it is not permitted, and it counts as excluded */
	return isExclusion ? kYes : kNo;
}

/* Looks a name up in GeneralSubtrees, which are known to be well-formed. */
static Found search(uint8_t tag, Range name, Range trees, bool isExclusion, size_t* work)
{
	Found found = kNone;
	Range tree, base;
	uint8_t kind;
	while (trees.at < trees.end && *work < kMaxWork) {
		*work += 8;
		if (!derTake(&trees, &kind, &tree) || !derTake(&tree, &kind, &base))
			return kBroken;
		if (kind != tag)
			continue;
		Found one = matches(tag, name, base, isExclusion, work);
		if (one >= kYes)
			return one;
		found = kNo;
	}
	return found;
}

/* The lists of permitted and excluded subtrees; empty if they are not there. */
static bool takeLists(Range constraints, Range* permitted, Range* excluded)
{
	permitted->at = permitted->end = excluded->at = excluded->end = constraints.at;
	if (constraints.at < constraints.end && *constraints.at == 0xa0 && !derTakeTag(&constraints, 0xa0, permitted))
		return false;
	if (constraints.at < constraints.end && *constraints.at == 0xa1 && !derTakeTag(&constraints, 0xa1, excluded))
		return false;
	return constraints.at == constraints.end;
}

static int checkName(uint8_t tag, Range name, Range permitted, Range excluded, size_t* work)
{
	if (tag == kAddress && derLength(name) != 4 && derLength(name) != 16)
		return kBadAddress;
	if (tag == kDNS && countLabels(name) < 1)
		return kBadDNSName;
	Found isPermitted = search(tag, name, permitted, false, work), isExcluded = search(tag, name, excluded, true, work);
	if (*work >= kMaxWork)
		return kTooMuch;
	if (isPermitted == kBroken || isExcluded == kBroken)
		return kBadDirectory;
	return isPermitted == kNo ? kNotPermitted : isExcluded == kYes ? kExcluded : 0;
}

static int checkSubject(Range subject, Range permitted, Range excluded, size_t* work)
{
	Range name, whole = subject;
	if (!derTakeTag(&whole, kDERSequence, &name))
		return kBadDirectory;
	return name.at == name.end ? 0 : checkName(kDirectory, subject, permitted, excluded, work);
}

/* checkNames */
void xs_names_check(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 3), end = bindingInteger(the, 4);
	Range subject = derArgument(the, 0), constraints = derArgument(the, 5);
	const uint8_t* bytes = bindingRange(the, 0, start, end, kRead);
	Range names = {bytes, bytes + (end - start)}, name, permitted, excluded;
	size_t total = 0;
	int result = 0;
	uint8_t tag;
	if (!takeLists(constraints, &permitted, &excluded))
		result = kBadConstraint;
	else if (subject.at < subject.end)
		result = checkSubject(subject, permitted, excluded, &total);
	while (result == 0 && names.at < names.end && total < kSlice) {
		size_t work = 8;
		result = derTake(&names, &tag, &name) ? checkName(tag, name, permitted, excluded, &work) : kBadList;
		total += work;
	}
	xsmcSetInteger(xsResult, result ? result : start + (xsIntegerValue)(names.at - bytes));
}

/* The mask of a block is ones, then zeros. */
static bool isMask(const uint8_t* mask, size_t size)
{
	bool isOver = false;
	for (size_t i = 0; i < 8 * size; i++) {
		if (!(mask[i >> 3] & 0x80 >> (i & 7)))
			isOver = true;
		else if (isOver)
			return false;
	}
	return true;
}

/* A Name that is too long to be compared has no form here. */
static bool isWellFormed(Range name)
{
	Attribute list[kMaxAttributes];
	if (derLength(name) > kMaxName)
		return true;
	while (name.at < name.end) {
		if (nameTakeSet(&name, list) < 0)
			return false;
	}
	return true;
}

/* A minimum of 0, [0] IMPLICIT INTEGER, is the default. Spelled out it is not DER, but means the same. */
static bool isMinimumZero(Range rest)
{
	return derLength(rest) == 3 && rest.at[0] == 0x80 && rest.at[1] == 1 && rest.at[2] == 0;
}

static int checkTree(Range tree)
{
	Range base, name;
	uint8_t kind;
	if (!derTake(&tree, &kind, &base))
		return kBadConstraint;
	if (tree.at < tree.end && !isMinimumZero(tree))
		return kBoundedConstraint;
	size_t size = derLength(base);
	if (kind == kDNS && size && (isWildcard(base) || countLabels(base) < 1))
		return kNoDNSName;
	if (kind == kAddress && ((size != 8 && size != 32) || !isMask(base.at + size / 2, size / 2)))
		return kNoBlock;
	return kind == kDirectory && (!takeDirectory(base, &name) || !isWellFormed(name)) ? kNoDirectory : 0;
}

/* checkConstraints */
void xs_names_checkConstraints(xsMachine* the)
{
	Range constraints = derArgument(the, 0), lists[2], tree;
	int result = derLength(constraints) > kMaxConstraints ? kTooMuch : 0;
	if (!result && !takeLists(constraints, &lists[0], &lists[1]))
		result = kBadConstraint;
	for (int i = 0; i < 2 && !result; i++) {
		if (lists[i].at == lists[i].end && lists[i].at != constraints.at)
			result = kEmptyConstraints;
		while (!result && lists[i].at < lists[i].end)
			result = derTakeTag(&lists[i], kDERSequence, &tree) ? checkTree(tree) : kBadConstraint;
	}
	xsmcSetInteger(xsResult, result);
}
