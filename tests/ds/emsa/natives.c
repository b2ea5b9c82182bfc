/* The encodings of hardware/ds/emsa.c, for main.ts: (PSS or not, hash, digest, salt, out); returns PSA's status. */

#include "emsa.h"

void test_emsa(xsMachine* the)
{
	bool isPSS = xsmcToBoolean(xsArg(0));
	psa_algorithm_t hash = bindingHash(the, xsmcToInteger(xsArg(1)));
	void* out;
	xsUnsignedValue length;
	bindingStart(the);
	uint8_t* digest = bindingSpan(the, &xsArg(2), 0, PSA_HASH_LENGTH(hash), false);
	uint8_t* salt = isPSS ? bindingSpan(the, &xsArg(3), 0, PSA_HASH_LENGTH(hash), false) : NULL;
	xsmcGetBufferWritable(xsArg(4), &out, &length);
	xsmcSetInteger(xsResult, isPSS ? emsaPSS(hash, digest, salt, out, length) : emsaPKCS1(hash, digest, out, length));
}
