/* Random bytes, for random.ts. */

#include "binding.h"

void xs_random(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	bindingStart(the);
	uint8_t* bytes = bindingRange(the, 0, start, end, kWrite);
	psa_status_t status = psa_generate_random(bytes, end - start);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "random", status);
}
