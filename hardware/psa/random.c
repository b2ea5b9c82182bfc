/* Random octets, for random.ts. */

#include "binding.h"

void xs_random(xsMachine* the)
{
	xsIntegerValue start = xsmcToInteger(xsArg(1)), end = xsmcToInteger(xsArg(2));
	bindingStart(the);
	uint8_t* bytes = bindingBytes(the, &xsArg(0), start, end, true);
	psa_status_t status = psa_generate_random(bytes, end - start);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "random", status);
}
