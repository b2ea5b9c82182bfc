/*
	Compares Names of certificates (RFC 5280 section 4.1.2.4) as section 7.1 says. Letters of ASCII in either case are
	the same. Runs of blanks count as one blank; blanks at the ends do not count. The type of string does not matter.
	The order of attributes in a SET does not, either.

	Characters outside ASCII must be the same: RFC 4518 wants them mapped by tables of Unicode. If they are not, the
	result is "unsure", which is not a match for who issued a certificate, and a match for what is excluded. The same
	holds if names differ by control characters alone, which RFC 4518 section 2.2 maps to nothing.
*/

#include "names.h"

enum {
	/* Work on two names, for each of their bytes and beside that: enough for any whose SETs have one attribute. */
	kMaxWorkPerByte = 8,
	kMinWork = 256,
	kNotUnicode = 0x10000000, /* with a byte: not a character of the string's type */
};

enum {
	kNumericString = 0x12,
	kPrintableString = 0x13,
	kTeletexString = 0x14,
	kIA5String = 0x16,
	kVisibleString = 0x1a,
	kUniversalString = 0x1c,
	kBMPString = 0x1e,
	kSet = 0x31,
};

static bool isSameBytes(Range a, Range b)
{
	return derLength(a) == derLength(b) && memcmp(a.at, b.at, derLength(a)) == 0;
}

bool nameIsText(uint8_t tag)
{
	switch (tag) {
	case kUTF8String:
	case kNumericString:
	case kPrintableString:
	case kTeletexString:
	case kIA5String:
	case kVisibleString:
	case kUniversalString:
	case kBMPString: return true;
	}
	return false;
}

/*
	True for a value that has one form in DER: BOOLEAN, INTEGER, BIT STRING, OCTET STRING, NULL, OBJECT IDENTIFIER,
	ENUMERATED, and times.
*/
static bool hasOneForm(uint8_t tag)
{
	return (tag >= 0x01 && tag <= 0x06) || tag == 0x0a || tag == 0x17 || tag == 0x18;
}

/* Decodes the next character of UTF-8 (RFC 3629), or its first byte with kNotUnicode. */
static int32_t decodeUTF8(Range* rest)
{
	int32_t first = *rest->at++;
	if (first < 0x80)
		return first;
	int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
	int32_t c = first & (0x3f >> more);
	if (first < 0xc2 || first > 0xf4 || derLength(*rest) < (size_t)more)
		return kNotUnicode | first;
	for (int i = 0; i < more; i++) {
		if ((rest->at[i] & 0xc0) != 0x80)
			return kNotUnicode | first;
		c = c << 6 | (rest->at[i] & 0x3f);
	}
	if (c < (more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80) || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return kNotUnicode | first;
	rest->at += more;
	return c;
}

/* Decodes the next character of a text; kEnd after the last. */
static int32_t decodeCharacter(Text* text)
{
	Range* rest = &text->rest;
	size_t width = text->tag == kBMPString ? 2 : text->tag == kUniversalString ? 4 : 1;
	if (rest->at == rest->end)
		return kEnd;
	if (text->tag == kUTF8String)
		return decodeUTF8(rest);
	if (derLength(*rest) < width)
		width = 1;
	uint32_t c = 0;
	for (size_t i = 0; i < width; i++)
		c = c << 8 | *rest->at++;
	bool isWhole = width > 1 || (text->tag != kBMPString && text->tag != kUniversalString && c < 0x80);
	if (c > 0x10ffff) {
		c >>= 24;
		rest->at -= 3;
		isWhole = false;
	}
	return isWhole ? (int32_t)c : kNotUnicode | (int32_t)c;
}

static bool isBlank(int32_t c)
{
	return c == ' ' || (c >= 9 && c <= 13);
}

/* Control characters but for blanks: a name with one looks like that without. */
static bool isControl(int32_t c)
{
	return (c >= 0 && c < 9) || (c > 13 && c < ' ') || c == 0x7f;
}

int32_t nameNextCharacter(Text* text)
{
	bool isBehindBlank = false;
	for (;;) {
		Range before = text->rest;
		int32_t c = decodeCharacter(text);
		if (isBlank(c)) {
			isBehindBlank = true;
			continue;
		}
		if (text->skipsControls && isControl(c))
			continue;
		if (isBehindBlank && text->isStarted && c != kEnd) {
			text->rest = before;
			return ' ';
		}
		text->isStarted = true;
		return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
	}
}

Text nameText(const Attribute* attribute)
{
	return (Text) {attribute->value, attribute->tag, false, false};
}

static int32_t compareTexts(Text left, Text right, bool* isSure, size_t* work)
{
	const uint8_t *a = left.rest.at, *b = right.rest.at;
	int32_t x, y;
	do {
		x = nameNextCharacter(&left);
		y = nameNextCharacter(&right);
	} while (x == y && x != kEnd);
	*work += (left.rest.at - a) + (right.rest.at - b);
	*isSure = x < 0x80 && y < 0x80;
	return x - y;
}

int32_t nameCompareText(const Attribute* a, const Attribute* b, bool* isSure, size_t* work)
{
	return compareTexts(nameText(a), nameText(b), isSure, work);
}

/* True if the texts differ also without their control characters, by one of ASCII's or by the length. */
static bool areOthers(const Attribute* a, const Attribute* b, size_t* work)
{
	Text left = nameText(a), right = nameText(b);
	bool isSure;
	left.skipsControls = right.skipsControls = true;
	return compareTexts(left, right, &isSure, work) != 0 && isSure;
}

static Likeness compareValue(const Attribute* a, const Attribute* b, size_t* work)
{
	bool isSure;
	*work += 16;
	if (!isSameBytes(a->type, b->type))
		return kDifferent;
	if (a->tag == b->tag && isSameBytes(a->value, b->value))
		return kSame;
	if (!nameIsText(a->tag) || !nameIsText(b->tag))
		return a->tag == b->tag && hasOneForm(a->tag) ? kDifferent : kUnsure;
	if (nameCompareText(a, b, &isSure, work) == 0)
		return kSame;
	return isSure && areOthers(a, b, work) ? kDifferent : kUnsure;
}

int nameTakeSet(Range* name, Attribute* list)
{
	Range set, pair;
	int count = 0;
	if (!derTakeTag(name, kSet, &set))
		return -1;
	while (set.at < set.end) {
		Attribute* next = &list[count];
		if (count == kMaxAttributes || !derTakeTag(&set, kDERSequence, &pair)
			|| !derTakeTag(&pair, kDERObjectIdentifier, &next->type) || !derTake(&pair, &next->tag, &next->value)
			|| pair.at < pair.end)
			return -1;
		count++;
	}
	return count ? count : -1;
}

static Likeness findLikest(const Attribute* one, const Attribute* list, int count, size_t* work)
{
	Likeness best = kDifferent;
	for (int i = 0; i < count; i++) {
		Likeness likeness = compareValue(one, &list[i], work);
		if (likeness > best)
			best = likeness;
	}
	return best;
}

/* `limit` is for `work`: of attributes that are alike, each is compared with each. */
static Likeness compareSets(const Attribute* a, const Attribute* b, int count, size_t* work, size_t limit)
{
	Likeness worst = kSame;
	for (int i = 0; i < count; i++) {
		if (*work > limit)
			return kUnsure;
		Likeness forth = findLikest(&a[i], b, count, work),
				 back = count > 1 ? findLikest(&b[i], a, count, work) : kSame;
		if (forth < worst)
			worst = forth;
		if (back < worst)
			worst = back;
	}
	return worst;
}

Likeness nameCompare(Range name, Range base, NameExtent extent, size_t* work)
{
	Attribute left[kMaxAttributes], right[kMaxAttributes];
	Likeness worst = kSame;
	size_t limit = *work + kMaxWorkPerByte * (derLength(name) + derLength(base)) + kMinWork;
	*work += 16;
	if (derLength(name) > kMaxName || derLength(base) > kMaxName)
		return isSameBytes(name, base) ? kSame : kUnsure;
	while (base.at < base.end) {
		if (name.at == name.end)
			return kDifferent;
		int leftCount = nameTakeSet(&name, left), rightCount = nameTakeSet(&base, right);
		if (leftCount < 0 || rightCount < 0)
			return kMalformed;
		if (leftCount != rightCount)
			return kDifferent;
		if (*work > limit)
			return kUnsure;
		Likeness likeness = compareSets(left, right, leftCount, work, limit);
		if (likeness == kDifferent)
			return kDifferent;
		if (likeness < worst)
			worst = likeness;
	}
	return extent == kPrefix || name.at == name.end ? worst : kDifferent;
}

bool nameEnter(Range* whole, Range* content)
{
	return derTakeTag(whole, kDERSequence, content) && whole->at == whole->end;
}

static bool isSameName(Range a, Range b, size_t* work)
{
	Range left, right;
	if (isSameBytes(a, b))
		return true;
	return nameEnter(&a, &left) && nameEnter(&b, &right) && nameCompare(left, right, kWholeName, work) == kSame;
}

void xs_name_same(xsMachine* the)
{
	Range a = derArgument(the, 0), b = derArgument(the, 3);
	size_t work = 0;
	xsmcSetBoolean(xsResult, isSameName(a, b, &work));
}

/* Finds the subject's Name of a certificate. False if that can't be told. */
static bool takeSubject(Range certificate, Range* subject)
{
	Range body, part;
	uint8_t tag;
	if (!derTakeTag(&certificate, kDERSequence, &body) || !derTakeTag(&body, kDERSequence, &part))
		return false;
	body = part;
	if (body.at < body.end && *body.at == 0xa0 && !derTake(&body, &tag, &part))
		return false;
	/* serialNumber, signature, issuer, validity */
	for (int i = 0; i < 4; i++) {
		if (!derTake(&body, &tag, &part))
			return false;
	}
	subject->at = body.at;
	if (!derTakeTag(&body, kDERSequence, &part))
		return false;
	subject->end = body.at;
	return true;
}

void xs_name_isSubject(xsMachine* the)
{
	Range certificate = derArgument(the, 0), name = derArgument(the, 3), subject;
	size_t work = 0;
	bool isSame = takeSubject(certificate, &subject) && isSameName(subject, name, &work);
	xsmcSetInteger(xsResult, isSame ? -1 - (xsIntegerValue)work : (xsIntegerValue)work);
}

/* For people: attributes in one SET may be more than are compared. */
static const uint8_t* findCommonName(Range name)
{
	Range sets, set, pair, type;
	const uint8_t* found = NULL;
	if (!nameEnter(&name, &sets))
		return NULL;
	while (derTakeTag(&sets, kSet, &set)) {
		while (derTakeTag(&set, kDERSequence, &pair)) {
			Range value;
			uint8_t tag;
			bool isCommonName = derTakeTag(&pair, kDERObjectIdentifier, &type) && derLength(type) == 3
				&& memcmp(type.at, "\x55\x04\x03", 3) == 0;
			const uint8_t* at = pair.at;
			if (isCommonName && derTake(&pair, &tag, &value))
				found = at;
		}
	}
	return found;
}

void xs_name_common(xsMachine* the)
{
	Range name = derArgument(the, 0);
	const uint8_t* found = findCommonName(name);
	xsmcSetInteger(xsResult, found ? bindingInteger(the, 1) + (xsIntegerValue)(found - name.at) : 0);
}
