/* Signing a digest, for sign.ts. The key is imported for the one signature. */

#include "binding.h"

static psa_algorithm_t signingAlgorithm(int form, psa_algorithm_t hash)
{
	switch (form) {
	case kFormPKCS1: return PSA_ALG_RSA_PKCS1V15_SIGN(hash);
	case kFormPSS: return PSA_ALG_RSA_PSS(hash);
	case kFormP256:
	case kFormP384:
	case kFormP521: return PSA_ALG_ECDSA(hash);
	default: return PSA_ALG_NONE;
	}
}

void xs_sign(xsMachine* the)
{
	int form = bindingInteger(the, 0);
	psa_algorithm_t hash = bindingHash(the, 1);
	xsIntegerValue start = bindingInteger(the, 3), end = bindingInteger(the, 4);
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id = 0;
	size_t room, written = 0;
	psa_algorithm_t algorithm = signingAlgorithm(form, hash);
	bool isRSA = form == kFormPKCS1 || form == kFormPSS;
	if (algorithm == PSA_ALG_NONE)
		xsRangeError("no key signs in form %d", form);
	bindingStart(the);
	psa_set_key_type(
		&attributes, isRSA ? PSA_KEY_TYPE_RSA_KEY_PAIR : PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
	if (!isRSA)
		psa_set_key_bits(&attributes, form == kFormP256 ? 256 : form == kFormP384 ? 384 : 521);
	psa_set_key_algorithm(&attributes, algorithm);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
	uint8_t* key = bindingRange(the, 2, start, end, kRead);
	uint8_t* digest = bindingSpan(the, 5, 0, PSA_HASH_LENGTH(hash), kRead);
	uint8_t* out = bindingBuffer(the, 6, kWrite, &room);
	psa_status_t status = psa_import_key(&attributes, key, end - start, &id);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "the private key", status);
	status = psa_sign_hash(id, algorithm, digest, PSA_HASH_LENGTH(hash), out, room, &written);
	psa_destroy_key(id);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "signing", status);
	xsmcSetInteger(xsResult, written);
}
