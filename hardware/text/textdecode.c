/* UTF-8 from a peer, for text.ts. XS's strings are UTF-8, with 0xc0 0x80 for a character of 0. */

#include "binding.h"
#include "json.h"

enum {
	kReplacement = 3,   /* bytes of U+FFFD */
	kSumMax = 0xffffff, /* more than any heap has, and what memory.c takes */
};

/* The bytes of a character that begins with `first`, 0 for what begins none (RFC 3629 section 4). */
static size_t characterLength(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf5 ? 4 : 0;
}

/* True for the second byte of a character: neither overlong, nor a surrogate, nor above U+10FFFF. */
static bool isSecond(uint8_t first, uint8_t second)
{
	switch (first) {
	case 0xe0: return second >= 0xa0 && second < 0xc0;
	case 0xed: return second >= 0x80 && second < 0xa0;
	case 0xf0: return second >= 0x90 && second < 0xc0;
	case 0xf4: return second >= 0x80 && second < 0x90;
	default: return second >= 0x80 && second < 0xc0;
	}
}

/*
	Reads one character. Returns how many bytes it has, with `isValid` false for the longest part of one that can't go
	on, which one U+FFFD stands for (Unicode 15, section 3.9, "maximal subpart").
*/
static size_t readCharacter(const uint8_t* at, const uint8_t* end, bool* isValid)
{
	size_t length = characterLength(*at), have = 1;
	while (have < length && at + have < end) {
		if (have == 1 ? !isSecond(*at, at[1]) : (at[have] & 0xc0) != 0x80)
			break;
		have++;
	}
	*isValid = length != 0 && have == length;
	return have;
}

/* Decodes, and writes it to `to` if that is not NULL. Returns how many bytes it becomes. */
static size_t decode(const uint8_t* at, const uint8_t* end, char* to)
{
	static const uint8_t kByteOrderMark[] = {0xef, 0xbb, 0xbf};
	size_t made = 0;
	if (end - at >= 3 && !memcmp(at, kByteOrderMark, sizeof(kByteOrderMark)))
		at += 3;
	while (at < end) {
		bool isValid;
		size_t count = readCharacter(at, end, &isValid);
		const char* from = isValid ? (const char*)at : "\xef\xbf\xbd";
		size_t length = isValid ? count : kReplacement;
		if (!*at) {
			from = "\xc0\x80";
			length = 2;
		}
		if (to)
			memcpy(to + made, from, length);
		made += length;
		at += count;
	}
	return made;
}

void xs_text_length(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	const uint8_t* bytes = bindingRange(the, 0, start, end, kRead);
	xsmcSetInteger(xsResult, (xsIntegerValue)decode(bytes, bytes + (end - start), NULL));
}

void xs_text_decode(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	const uint8_t* bytes = bindingRange(the, 0, start, end, kRead);
	size_t length = decode(bytes, bytes + (end - start), NULL);
	xsmcSetStringBuffer(xsResult, NULL, (xsIntegerValue)length);
	/* XS may have moved the bytes */
	bytes = bindingRange(the, 0, start, end, kRead);
	decode(bytes, bytes + (end - start), xsmcToString(xsResult));
}

void xs_json_measure(xsMachine* the)
{
	JSONSize size;
	jsonMeasure(the, bindingString(the, 0), &size);
	const uint32_t sums[] = {size.depth, size.bytes, size.slots, size.names, size.freeNames};
	xsmcVars(1);
	xsmcSetNewArray(xsResult, 0);
	for (xsIntegerValue i = 0; i < (xsIntegerValue)(sizeof(sums) / sizeof(sums[0])); i++) {
		xsmcSetInteger(xsVar(0), (xsIntegerValue)(sums[i] < kSumMax ? sums[i] : kSumMax));
		xsmcSetIndex(xsResult, i, xsVar(0));
	}
}
