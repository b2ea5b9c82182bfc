/* The binding for memory.ts; heap.c does the work. */

#include "binding.h"
#include "heap.h"

/* Sums in heap.c stay far below what an integer holds. */
enum { kAmountMax = 0xffffff };

static xsIntegerValue amount(xsMachine* the, xsIntegerValue index)
{
	xsIntegerValue value = bindingInteger(the, index);
	if (value > kAmountMax)
		xsRangeError("no amount of memory");
	return value;
}

void xs_largest_buffer(xsMachine* the)
{
	xsIntegerValue wanted = amount(the, 0);
	xsmcSetInteger(xsResult, heapLargestChunk(the, wanted));
}

void xs_has_room(xsMachine* the)
{
	xsIntegerValue bytes = amount(the, 0), slots = amount(the, 1);
	xsmcSetBoolean(xsResult, heapHasRoom(the, bytes, slots));
}
