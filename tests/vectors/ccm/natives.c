/* CCM of hardware/psa/ccm.c, for main.ts, with every length that a caller may choose: (sealing, key, nonce, additional, text, tag length). */

#include "ccm.h"

void test_ccm(xsMachine* the)
{
	bool isSealing = xsmcToBoolean(xsArg(0));
	xsIntegerValue tagLength = xsmcToInteger(xsArg(5));
	CCM ccm = { .tagLength = (size_t)tagLength };
	psa_key_attributes_t attributes = ccmAttributes();
	void *key, *nonce, *additional, *text;
	xsUnsignedValue keyLength, nonceLength, additionalLength, length;
	bindingStart(the);
	xsmcGetBufferReadable(xsArg(1), &key, &keyLength);
	xsmcGetBufferReadable(xsArg(2), &nonce, &nonceLength);
	xsmcGetBufferReadable(xsArg(3), &additional, &additionalLength);
	xsmcGetBufferWritable(xsArg(4), &text, &length);
	if (tagLength < 0 || (xsUnsignedValue)tagLength > length)
		xsRangeError("no room for the tag");
	psa_status_t status = psa_import_key(&attributes, key, keyLength, &ccm.key);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "the key", status);
	length -= (xsUnsignedValue)tagLength;
	ccm.nonce = nonce;
	ccm.nonceLength = nonceLength;
	ccm.additional = additional;
	ccm.additionalLength = additionalLength;
	status = isSealing ? ccmSeal(&ccm, text, length, (uint8_t*)text + length) : ccmOpen(&ccm, text, length, (uint8_t*)text + length);
	psa_destroy_key(ccm.key);
	xsmcSetInteger(xsResult, status);
}
