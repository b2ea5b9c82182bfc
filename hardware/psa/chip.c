/* What the chip does, for chip.ts. */

#include "binding.h"
#include "chip.h"

void xs_chip_features(xsMachine* the)
{
	xsmcSetInteger(xsResult, XS_TLS_CHIP);
}
