/*
	DER for names.c, namedigest.c and general.c (der.h).
*/

#include "der.h"

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
