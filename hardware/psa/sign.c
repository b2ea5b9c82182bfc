/* Signing a digest, for sign.ts. The key is imported for the one signature. */

#include "binding.h"

static psa_algorithm_t signingAlgorithm(int kind, int padding, psa_algorithm_t hash)
{
	if (kind == kKeyRSA && padding == kPaddingPKCS1)
		return PSA_ALG_RSA_PKCS1V15_SIGN(hash);
	if (kind == kKeyRSA && padding == kPaddingPSS)
		return PSA_ALG_RSA_PSS(hash);
	if (kind >= kKeyP256 && kind <= kKeyP521 && padding == kPaddingECDSA)
		return PSA_ALG_ECDSA(hash);
	return PSA_ALG_NONE;
}

void xs_sign(xsMachine* the)
{
	int kind = bindingInteger(the, 0), padding = bindingInteger(the, 1);
	psa_algorithm_t hash = bindingHash(the, 2);
	xsIntegerValue start = bindingInteger(the, 4), end = bindingInteger(the, 5);
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id = 0;
	size_t room, written = 0;
	psa_algorithm_t algorithm = signingAlgorithm(kind, padding, hash);
	if (algorithm == PSA_ALG_NONE)
		xsRangeError("key kind %d does not go with padding %d", kind, padding);
	bindingStart(the);
	psa_set_key_type(
		&attributes, kind == kKeyRSA ? PSA_KEY_TYPE_RSA_KEY_PAIR : PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
	if (kind != kKeyRSA)
		psa_set_key_bits(&attributes, kind == kKeyP256 ? 256 : kind == kKeyP384 ? 384 : 521);
	psa_set_key_algorithm(&attributes, algorithm);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
	uint8_t* key = bindingRange(the, 3, start, end, kRead);
	uint8_t* digest = bindingSpan(the, 6, 0, PSA_HASH_LENGTH(hash), kRead);
	uint8_t* out = bindingBuffer(the, 7, kWrite, &room);
	psa_status_t status = psa_import_key(&attributes, key, end - start, &id);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "the private key", status);
	status = psa_sign_hash(id, algorithm, digest, PSA_HASH_LENGTH(hash), out, room, &written);
	psa_destroy_key(id);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "signing", status);
	xsmcSetInteger(xsResult, written);
}
