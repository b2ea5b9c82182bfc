/*
	Names of certificates (RFC 5280 section 4.1.2.4), compared as section 7.1 says, for names.ts. Letters of ASCII in either case are the same, runs
	of blanks are one blank, those at the ends are none, and the type of string does not matter. The order of attributes in a SET does not, either.

	Characters outside ASCII must be the same: RFC 4518 wants them mapped by tables of Unicode. If they are not, the result is "unsure", which is
	no match for who issued a certificate, and a match for what is excluded.
*/

#include "der.h"

enum {
	kMaxAttributes = 8,       /* in one SET */
	kMaxName = 4096,          /* bytes; a longer Name is compared byte by byte */
	kNotUnicode = 0x10000000, /* with a byte: what is no character of the string's type */
	kEnd = -1,
};

enum {
	kUTF8String = 0x0c,
	kNumericString = 0x12,
	kPrintableString = 0x13,
	kTeletexString = 0x14,
	kIA5String = 0x16,
	kVisibleString = 0x1a,
	kUniversalString = 0x1c,
	kBMPString = 0x1e,
	kSet = 0x31,
};

typedef struct {
	Range type, value;
	uint8_t tag;
} Attribute;

typedef struct {
	Range rest;
	uint8_t tag;
	bool isStarted;
} Text;

Range derArgument(xsMachine* the, xsIntegerValue index)
{
	xsIntegerValue start = bindingInteger(the, index + 1), end = bindingInteger(the, index + 2);
	const uint8_t* bytes = bindingRange(the, index, start, end, kRead);
	return (Range) {bytes, bytes + (end - start)};
}

bool derTake(Range* from, uint8_t* tag, Range* content)
{
	size_t left = from->end - from->at, header = 2;
	if (left < 2 || (from->at[0] & 0x1f) == 0x1f)
		return false;
	size_t length = from->at[1];
	if (length >= 0x80) {
		size_t count = length & 0x7f;
		if (count < 1 || count > 3 || left < 2 + count || from->at[2] == 0)
			return false;
		length = 0;
		for (size_t i = 0; i < count; i++)
			length = length << 8 | from->at[2 + i];
		if (length < 0x80)
			return false;
		header += count;
	}
	if (length > left - header)
		return false;
	*tag = from->at[0];
	content->at = from->at + header;
	content->end = from->at = content->at + length;
	return true;
}

bool derTakeTag(Range* from, uint8_t tag, Range* content)
{
	uint8_t found;
	return derTake(from, &found, content) && found == tag;
}

static size_t lengthOf(Range range)
{
	return range.end - range.at;
}

static bool isSameBytes(Range a, Range b)
{
	return lengthOf(a) == lengthOf(b) && memcmp(a.at, b.at, lengthOf(a)) == 0;
}

static bool isText(uint8_t tag)
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

/* Values that have one form in DER: BOOLEAN, INTEGER, BIT STRING, OCTET STRING, NULL, OBJECT IDENTIFIER, ENUMERATED, and times. */
static bool isPlain(uint8_t tag)
{
	return (tag >= 0x01 && tag <= 0x06) || tag == 0x0a || tag == 0x17 || tag == 0x18;
}

/* The next character of UTF-8 (RFC 3629), or its first byte with kNotUnicode. */
static int32_t utf8(Range* rest)
{
	int32_t first = *rest->at++;
	if (first < 0x80)
		return first;
	int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
	int32_t c = first & (0x3f >> more);
	if (first < 0xc2 || first > 0xf4 || lengthOf(*rest) < (size_t)more)
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

/* The next character; kEnd after the last. */
static int32_t character(Text* text)
{
	Range* rest = &text->rest;
	size_t width = text->tag == kBMPString ? 2 : text->tag == kUniversalString ? 4 : 1;
	if (rest->at == rest->end)
		return kEnd;
	if (text->tag == kUTF8String)
		return utf8(rest);
	if (lengthOf(*rest) < width)
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

/* The same with blanks folded, and letters of ASCII in lower case. */
static int32_t folded(Text* text)
{
	bool isBehindBlank = false;
	for (;;) {
		Range before = text->rest;
		int32_t c = character(text);
		if (isBlank(c)) {
			isBehindBlank = true;
			continue;
		}
		if (isBehindBlank && text->isStarted && c != kEnd) {
			text->rest = before;
			return ' ';
		}
		text->isStarted = true;
		return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
	}
}

static Text textOf(const Attribute* attribute)
{
	return (Text) {attribute->value, attribute->tag, false};
}

/* Below 0, 0 or above 0: how two texts are sorted. Tells whether the first difference is one of ASCII's characters, or of the length. */
static int32_t compareText(const Attribute* a, const Attribute* b, bool* isSure, size_t* work)
{
	Text left = textOf(a), right = textOf(b);
	int32_t x, y;
	do {
		x = folded(&left);
		y = folded(&right);
	} while (x == y && x != kEnd);
	*work += (left.rest.at - a->value.at) + (right.rest.at - b->value.at);
	*isSure = x < 0x80 && y < 0x80;
	return x - y;
}

static Likeness compareValue(const Attribute* a, const Attribute* b, size_t* work)
{
	bool isSure;
	*work += 16;
	if (!isSameBytes(a->type, b->type))
		return kDifferent;
	if (a->tag == b->tag && isSameBytes(a->value, b->value))
		return kSame;
	if (!isText(a->tag) || !isText(b->tag))
		return a->tag == b->tag && isPlain(a->tag) ? kDifferent : kUnsure;
	if (compareText(a, b, &isSure, work) == 0)
		return kSame;
	return isSure ? kDifferent : kUnsure;
}

/* The attributes of the next RelativeDistinguishedName; their number, or -1 if it is malformed or has too many. */
static int takeSet(Range* name, Attribute* list)
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

static Likeness find(const Attribute* one, const Attribute* list, int count, size_t* work)
{
	Likeness best = kDifferent;
	for (int i = 0; i < count; i++) {
		Likeness likeness = compareValue(one, &list[i], work);
		if (likeness > best)
			best = likeness;
	}
	return best;
}

static Likeness compareSets(const Attribute* a, int aCount, const Attribute* b, int bCount, size_t* work)
{
	Likeness worst = kSame;
	if (aCount != bCount)
		return kDifferent;
	for (int i = 0; i < aCount; i++) {
		Likeness forth = find(&a[i], b, bCount, work), back = aCount > 1 ? find(&b[i], a, aCount, work) : kSame;
		if (forth < worst)
			worst = forth;
		if (back < worst)
			worst = back;
	}
	return worst;
}

Likeness nameCompare(Range name, Range base, bool isPrefix, size_t* work)
{
	Attribute left[kMaxAttributes], right[kMaxAttributes];
	Likeness worst = kSame;
	*work += 16;
	if (lengthOf(name) > kMaxName || lengthOf(base) > kMaxName)
		return isSameBytes(name, base) ? kSame : kUnsure;
	while (base.at < base.end) {
		if (name.at == name.end)
			return kDifferent;
		int leftCount = takeSet(&name, left), rightCount = takeSet(&base, right);
		if (leftCount < 0 || rightCount < 0)
			return kMalformed;
		Likeness likeness = compareSets(left, leftCount, right, rightCount, work);
		if (likeness == kDifferent)
			return kDifferent;
		if (likeness < worst)
			worst = likeness;
	}
	return isPrefix || name.at == name.end ? worst : kDifferent;
}

/* What is in the Name bytes[start..end); false if that is not all of the bytes. */
static bool takeName(Range* whole, Range* content)
{
	return derTakeTag(whole, kDERSequence, content) && whole->at == whole->end;
}

static bool isSameName(Range a, Range b)
{
	size_t work = 0;
	Range left, right;
	if (isSameBytes(a, b))
		return true;
	return takeName(&a, &left) && takeName(&b, &right) && nameCompare(left, right, false, &work) == kSame;
}

void xs_name_same(xsMachine* the)
{
	Range a = derArgument(the, 0), b = derArgument(the, 3);
	xsmcSetBoolean(xsResult, isSameName(a, b));
}

/* Where the subject's Name of a certificate lies; false if that can't be told. */
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
	xsmcSetBoolean(xsResult, takeSubject(certificate, &subject) && isSameName(subject, name));
}

/* Hashes in pieces: PSA is called once for each. */
typedef struct {
	psa_hash_operation_t operation;
	psa_status_t status;
	size_t used;
	uint8_t piece[64];
} Sink;

static void flush(Sink* sink)
{
	if (sink->status == PSA_SUCCESS && sink->used)
		sink->status = psa_hash_update(&sink->operation, sink->piece, sink->used);
	sink->used = 0;
}

static void put(Sink* sink, uint8_t byte)
{
	if (sink->used == sizeof(sink->piece))
		flush(sink);
	sink->piece[sink->used++] = byte;
}

static void putBytes(Sink* sink, Range bytes)
{
	size_t length = lengthOf(bytes);
	put(sink, length >> 8);
	put(sink, length);
	while (bytes.at < bytes.end)
		put(sink, *bytes.at++);
}

/* The same for all values that compareValue takes for the same. Characters beyond ASCII take four bytes, of which the first is above 0x7f. */
static void putAttribute(Sink* sink, const Attribute* attribute)
{
	putBytes(sink, attribute->type);
	if (!isText(attribute->tag)) {
		put(sink, attribute->tag);
		putBytes(sink, attribute->value);
		return;
	}
	Text text = textOf(attribute);
	put(sink, kUTF8String);
	for (int32_t c; (c = folded(&text)) != kEnd;) {
		if (c >= 0x80) {
			put(sink, 0x80 | c >> 24);
			put(sink, c >> 16);
			put(sink, c >> 8);
		}
		put(sink, c);
	}
	put(sink, 0xff);
}

/* Sorts before: by type, then by text, or by type of value and bytes. */
static bool isBefore(const Attribute* a, const Attribute* b)
{
	bool isSure;
	size_t work = 0, aLength = lengthOf(a->type), bLength = lengthOf(b->type);
	if (aLength != bLength)
		return aLength < bLength;
	int order = memcmp(a->type.at, b->type.at, aLength);
	if (order)
		return order < 0;
	if (isText(a->tag) && isText(b->tag))
		return compareText(a, b, &isSure, &work) < 0;
	if (a->tag != b->tag)
		return a->tag < b->tag;
	aLength = lengthOf(a->value);
	bLength = lengthOf(b->value);
	return aLength != bLength ? aLength < bLength : memcmp(a->value.at, b->value.at, aLength) < 0;
}

static bool putName(Sink* sink, Range name)
{
	Attribute list[kMaxAttributes];
	while (name.at < name.end) {
		int count = takeSet(&name, list);
		if (count < 0)
			return false;
		put(sink, count);
		for (; count; count--) {
			int first = 0;
			for (int i = 1; i < count; i++) {
				if (isBefore(&list[i], &list[first]))
					first = i;
			}
			putAttribute(sink, &list[first]);
			list[first] = list[count - 1];
		}
	}
	return true;
}

/* A Name that is too long or malformed is hashed as it is. */
static psa_status_t digestName(Range name, uint8_t* out)
{
	Sink sink = {.operation = PSA_HASH_OPERATION_INIT};
	Range whole = name, content;
	size_t written;
	sink.status = psa_hash_setup(&sink.operation, PSA_ALG_SHA_256);
	if (lengthOf(name) > kMaxName || !takeName(&whole, &content) || !putName(&sink, content)) {
		psa_hash_abort(&sink.operation);
		return psa_hash_compute(
			PSA_ALG_SHA_256, name.at, lengthOf(name), out, PSA_HASH_LENGTH(PSA_ALG_SHA_256), &written);
	}
	flush(&sink);
	if (sink.status == PSA_SUCCESS)
		sink.status = psa_hash_finish(&sink.operation, out, PSA_HASH_LENGTH(PSA_ALG_SHA_256), &written);
	psa_hash_abort(&sink.operation);
	return sink.status;
}

void xs_name_digest(xsMachine* the)
{
	bindingStart(the);
	Range name = derArgument(the, 0);
	uint8_t* out = bindingSpan(the, 3, 0, PSA_HASH_LENGTH(PSA_ALG_SHA_256), kWrite);
	psa_status_t status = digestName(name, out);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "hash", status);
}

/* For people: attributes in one SET may be more than are compared. */
static const uint8_t* findCommonName(Range name)
{
	Range sets, set, pair, type;
	const uint8_t* found = NULL;
	if (!takeName(&name, &sets))
		return NULL;
	while (derTakeTag(&sets, kSet, &set)) {
		while (derTakeTag(&set, kDERSequence, &pair)) {
			Range value;
			uint8_t tag;
			bool isCommonName = derTakeTag(&pair, kDERObjectIdentifier, &type) && lengthOf(type) == 3
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
