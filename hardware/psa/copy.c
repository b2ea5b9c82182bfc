/* Moving octets, for copy.ts. */

#include "binding.h"

void xs_copy(xsMachine* the)
{
	xsIntegerValue start = xsmcToInteger(xsArg(1)), end = xsmcToInteger(xsArg(2)), at = xsmcToInteger(xsArg(4));
	uint8_t* from = bindingBytes(the, &xsArg(0), start, end, false);
	uint8_t* to = bindingSpan(the, &xsArg(3), at, end - start, true);
	memmove(to, from, end - start);
}

void xs_copy_part(xsMachine* the)
{
	xsIntegerValue start = xsmcToInteger(xsArg(1)), end = xsmcToInteger(xsArg(2)), at = xsmcToInteger(xsArg(4));
	xsIntegerValue limit = xsmcArgc > 5 && xsmcTypeOf(xsArg(5)) != xsUndefinedType ? xsmcToInteger(xsArg(5)) : -1;
	uint8_t* from = bindingBytes(the, &xsArg(0), start, end, false);
	void* to;
	xsUnsignedValue room;
	xsmcGetBufferWritable(xsArg(3), &to, &room);
	if (limit < 0)
		limit = room;
	if (at < 0 || at > limit || (xsUnsignedValue)limit > room)
		xsRangeError("%d to %d is not inside a buffer of %d bytes", (int)at, (int)limit, (int)room);
	xsIntegerValue count = end - start < limit - at ? end - start : limit - at;
	memmove((uint8_t*)to + at, from, count);
	xsmcSetInteger(xsResult, count);
}
