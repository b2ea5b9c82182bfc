/*
 * CCM of hardware/psa/ccm.c, for main.ts, with every length that a caller may choose: (sealing, key, nonce, additional,
 * text, tag length).
 */

#include "ccm.h"

void test_ccm(xsMachine* the)
{
	bool isSealing = bindingBoolean(the, 0);
	xsIntegerValue tagLength = bindingInteger(the, 5);
	CCM ccm = {.tagLength = (size_t)tagLength};
	psa_key_attributes_t attributes = ccmAttributes();
	size_t keyLength, nonceLength, additionalLength, length;
	bindingStart(the);
	uint8_t* key = bindingBuffer(the, 1, kRead, &keyLength);
	uint8_t* nonce = bindingBuffer(the, 2, kRead, &nonceLength);
	uint8_t* additional = bindingBuffer(the, 3, kRead, &additionalLength);
	uint8_t* text = bindingBuffer(the, 4, kWrite, &length);
	if ((size_t)tagLength > length)
		xsRangeError("no room for the tag");
	psa_status_t status = psa_import_key(&attributes, key, keyLength, &ccm.key);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "the key", status);
	length -= (size_t)tagLength;
	ccm.nonce = nonce;
	ccm.nonceLength = nonceLength;
	ccm.additional = additional;
	ccm.additionalLength = additionalLength;
	status = isSealing ? ccmSeal(&ccm, text, length, text + length) : ccmOpen(&ccm, text, length, text + length);
	psa_destroy_key(ccm.key);
	xsmcSetInteger(xsResult, status);
}
