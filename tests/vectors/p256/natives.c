/*
 * One ECDSA signature on P-256, verified by hardware/psa/p256.c or by PSA Crypto, for main.ts: (digest, key, signature,
 * by PSA); returns PSA's status.
 */

#include "p256.h"

enum { kPoint = 65, kPair = 64 };

static psa_status_t verifyByPSA(const uint8_t* key, const uint8_t* digest, size_t length, const uint8_t* signature)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id = 0;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1));
	psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA_ANY);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
	psa_status_t status = psa_import_key(&attributes, key, kPoint, &id);
	if (status != PSA_SUCCESS)
		return status;
	status = psa_verify_hash(id, PSA_ALG_ECDSA_ANY, digest, length, signature, kPair);
	psa_destroy_key(id);
	return status;
}

void test_p256_verify(xsMachine* the)
{
	bool byPSA = bindingBoolean(the, 3);
	size_t length;
	bindingStart(the);
	uint8_t* digest = bindingBuffer(the, 0, kRead, &length);
	uint8_t* key = bindingSpan(the, 1, 0, kPoint, kRead);
	uint8_t* signature = bindingSpan(the, 2, 0, kPair, kRead);
	psa_status_t status = PSA_ERROR_NOT_SUPPORTED;
	if (byPSA)
		status = verifyByPSA(key, digest, length, signature);
#if XS_TLS_P256M
	else
		status = p256Verify(key, digest, length, signature);
#endif
	xsmcSetInteger(xsResult, status);
}
