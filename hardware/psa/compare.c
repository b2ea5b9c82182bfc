/* Comparison in constant time, for compare.ts. */

#include "binding.h"

void xs_equal(xsMachine* the)
{
	xsIntegerValue aStart = xsmcToInteger(xsArg(1)), bStart = xsmcToInteger(xsArg(3)), length = xsmcToInteger(xsArg(4));
	uint8_t* a = bindingSpan(the, &xsArg(0), aStart, length, false);
	uint8_t* b = bindingSpan(the, &xsArg(2), bStart, length, false);
	xsmcSetBoolean(xsResult, bindingEqual(a, b, length));
}
