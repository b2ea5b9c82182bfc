/* Copying and clearing bytes, for copy.ts. */

#include "binding.h"

void xs_copy(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2), at = bindingInteger(the, 4);
	uint8_t* from = bindingRange(the, 0, start, end, kRead);
	uint8_t* to = bindingSpan(the, 3, at, end - start, kWrite);
	memmove(to, from, end - start);
}

void xs_copy_part(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2), at = bindingInteger(the, 4);
	bool isLimited = bindingIsGiven(the, 5);
	xsIntegerValue limit = isLimited ? bindingInteger(the, 5) : 0;
	size_t room;
	uint8_t* from = bindingRange(the, 0, start, end, kRead);
	uint8_t* to = bindingBuffer(the, 3, kWrite, &room);
	if (!isLimited)
		limit = (xsIntegerValue)room;
	if (at > limit || (size_t)limit > room)
		xsRangeError("%d to %d is not inside a buffer of %d bytes", (int)at, (int)limit, (int)room);
	xsIntegerValue count = end - start < limit - at ? end - start : limit - at;
	memmove(to + at, from, count);
	xsmcSetInteger(xsResult, count);
}

void xs_wipe(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	uint8_t* bytes = bindingRange(the, 0, start, end, kWrite);
	bindingWipe(bytes, end - start);
}

/* isBuffer */
void xs_is_buffer(xsMachine* the)
{
	xsmcSetBoolean(xsResult, bindingIsBuffer(the, 0));
}
