/* Tells a debug build from a release, for debug.ts. */

#include "binding.h"

void xs_is_debug_build(xsMachine* the)
{
#ifdef mxDebug
	xsmcSetBoolean(xsResult, true);
#else
	(void)the; /* undefined */
#endif
}
