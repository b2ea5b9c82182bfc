/* RSA key transport, for rsa.ts. */

#include "binding.h"

enum { kPremaster = 48 };

void xs_rsa_encryptPremaster(xsMachine* the)
{
	int version = bindingInteger(the, 0);
	xsIntegerValue start = bindingInteger(the, 2), end = bindingInteger(the, 3), offset = bindingInteger(the, 6);
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id = 0;
	size_t room, written = 0;
	bindingStart(the);
	Secret* premaster = bindingSecret(the, 4);
	if (premaster->length != kPremaster)
		xsRangeError("a premaster secret has %d bytes", (int)kPremaster);
	uint8_t* out = bindingBuffer(the, 5, kWrite, &room);
	if ((size_t)offset > room)
		xsRangeError("%d is not inside a buffer of %d bytes", (int)offset, (int)room);
	uint8_t* key = bindingRange(the, 1, start, end, kRead);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_RSA_PUBLIC_KEY);
	psa_set_key_algorithm(&attributes, PSA_ALG_RSA_PKCS1V15_CRYPT);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT);
	psa_status_t status = psa_import_key(&attributes, key, end - start, &id);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "the server's RSA key", status);
	premaster->bytes[0] = version >> 8;
	premaster->bytes[1] = version;
	status = psa_generate_random(premaster->bytes + 2, kPremaster - 2);
	if (status == PSA_SUCCESS)
		status = psa_asymmetric_encrypt(id, PSA_ALG_RSA_PKCS1V15_CRYPT, premaster->bytes, kPremaster, NULL, 0,
			out + offset, room - offset, &written);
	psa_destroy_key(id);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "encrypting the premaster secret", status);
	xsmcSetInteger(xsResult, written);
}
