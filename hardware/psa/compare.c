/* Comparison in constant time, for compare.ts. */

#include "binding.h"

void xs_equal(xsMachine* the)
{
	xsIntegerValue aStart = bindingInteger(the, 1), bStart = bindingInteger(the, 3), length = bindingInteger(the, 4);
	uint8_t* a = bindingSpan(the, 0, aStart, length, kRead);
	uint8_t* b = bindingSpan(the, 2, bStart, length, kRead);
	xsmcSetBoolean(xsResult, bindingEqual(a, b, length));
}
