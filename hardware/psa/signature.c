/* Verification of signatures, for signature.ts. */

#include "binding.h"

static psa_key_type_t keyType(int kind)
{
	switch (kind) {
	case kKeyRSA: return PSA_KEY_TYPE_RSA_PUBLIC_KEY;
	case kKeyP256:
	case kKeyP384: return PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1);
	}
	return PSA_KEY_TYPE_NONE;
}

static psa_algorithm_t signatureAlgorithm(int kind, int padding, psa_algorithm_t hash)
{
	if (kind == kKeyRSA && padding == kPaddingPKCS1)
		return PSA_ALG_RSA_PKCS1V15_SIGN(hash);
	if (kind == kKeyRSA && padding == kPaddingPSS)
		return PSA_ALG_RSA_PSS(hash);
	if ((kind == kKeyP256 || kind == kKeyP384) && padding == kPaddingECDSA)
		return PSA_ALG_ECDSA(hash);
	return PSA_ALG_NONE;
}

/* A point tells its curve only by its length: the kind that script read from the certificate has to agree. */
static bool hasKindsLength(int kind, size_t length)
{
	return kind == kKeyRSA || length == (kind == kKeyP256 ? 65 : 97);
}

void xs_signature_verify(xsMachine* the)
{
	int kind = bindingInteger(the, 0), padding = bindingInteger(the, 1);
	psa_algorithm_t hash = bindingHash(the, 2);
	xsIntegerValue keyStart = bindingInteger(the, 4), keyEnd = bindingInteger(the, 5);
	xsIntegerValue dataStart = bindingInteger(the, 7), dataEnd = bindingInteger(the, 8);
	xsIntegerValue start = bindingInteger(the, 10), end = bindingInteger(the, 11);
	uint8_t digest[kHashMax];
	size_t digestLength;
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id = 0;
	psa_algorithm_t algorithm = signatureAlgorithm(kind, padding, hash);
	if (algorithm == PSA_ALG_NONE)
		xsRangeError("key kind %d does not go with padding %d", kind, padding);
	bindingStart(the);
	psa_set_key_type(&attributes, keyType(kind));
	psa_set_key_algorithm(&attributes, algorithm);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
	uint8_t* key = bindingRange(the, 3, keyStart, keyEnd, kRead);
	uint8_t* data = bindingRange(the, 6, dataStart, dataEnd, kRead);
	uint8_t* signature = bindingRange(the, 9, start, end, kRead);
	psa_status_t status = psa_hash_compute(hash, data, dataEnd - dataStart, digest, sizeof(digest), &digestLength);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "hash", status);
	status = hasKindsLength(kind, keyEnd - keyStart) ? psa_import_key(&attributes, key, keyEnd - keyStart, &id)
													 : PSA_ERROR_INVALID_ARGUMENT;
	if (status == PSA_ERROR_INVALID_ARGUMENT) {
		/* no point of its curve, or no RSAPublicKey: nothing was signed with such a key */
		xsmcSetBoolean(xsResult, false);
		return;
	}
	if (status != PSA_SUCCESS)
		bindingThrow(the, "the public key", status);
	status = psa_verify_hash(id, algorithm, digest, digestLength, signature, end - start);
	psa_destroy_key(id);
	/* a signature of the wrong length or with r or s out of range is a wrong signature */
	if (status != PSA_SUCCESS && status != PSA_ERROR_INVALID_SIGNATURE && status != PSA_ERROR_INVALID_ARGUMENT
		&& status != PSA_ERROR_INVALID_PADDING)
		bindingThrow(the, "verifying a signature", status);
	xsmcSetBoolean(xsResult, status == PSA_SUCCESS);
}
