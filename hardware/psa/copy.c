/* Moving octets, for copy.ts. */

#include "binding.h"

void xs_copy(xsMachine* the)
{
	xsIntegerValue start = xsmcToInteger(xsArg(1)), end = xsmcToInteger(xsArg(2)), at = xsmcToInteger(xsArg(4));
	uint8_t* from = bindingBytes(the, &xsArg(0), start, end, false);
	uint8_t* to = bindingSpan(the, &xsArg(3), at, end - start, true);
	memmove(to, from, end - start);
}
