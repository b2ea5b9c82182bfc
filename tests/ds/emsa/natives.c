/* The encodings of hardware/psa/emsa.c, for main.ts: (PSS or not, hash, digest, salt, out); returns PSA's status. */

#include "emsa.h"

void test_emsa(xsMachine* the)
{
	bool isPSS = bindingBoolean(the, 0);
	psa_algorithm_t hash = bindingHash(the, 1);
	size_t length;
	bindingStart(the);
	uint8_t* digest = bindingSpan(the, 2, 0, PSA_HASH_LENGTH(hash), kRead);
	uint8_t* salt = isPSS ? bindingSpan(the, 3, 0, PSA_HASH_LENGTH(hash), kRead) : NULL;
	uint8_t* out = bindingBuffer(the, 4, kWrite, &length);
	xsmcSetInteger(xsResult, isPSS ? emsaPSS(hash, digest, salt, out, length) : emsaPKCS1(hash, digest, out, length));
}
