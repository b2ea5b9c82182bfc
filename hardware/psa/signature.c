/* Verification of signatures, for signature.ts. */

#include "binding.h"

/* KeyKind and Padding in signature.ts. */
enum { kRSA = 1, kP256 = 2, kP384 = 3 };
enum { kPKCS1 = 1, kPSS = 2, kECDSA = 3 };

static psa_key_type_t keyType(int kind)
{
	switch (kind) {
	case kRSA: return PSA_KEY_TYPE_RSA_PUBLIC_KEY;
	case kP256:
	case kP384: return PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1);
	}
	return PSA_KEY_TYPE_NONE;
}

static psa_algorithm_t signatureAlgorithm(int kind, int padding, psa_algorithm_t hash)
{
	if (kind == kRSA && padding == kPKCS1)
		return PSA_ALG_RSA_PKCS1V15_SIGN(hash);
	if (kind == kRSA && padding == kPSS)
		return PSA_ALG_RSA_PSS(hash);
	if (kind != kRSA && padding == kECDSA)
		return PSA_ALG_ECDSA(hash);
	return PSA_ALG_NONE;
}

/* A point tells its curve only by its length: the kind that script read from the certificate has to agree. */
static bool hasKindsLength(int kind, size_t length)
{
	return kind == kRSA || length == (kind == kP256 ? 65 : 97);
}

void xs_signature_verify(xsMachine* the)
{
	int kind = xsmcToInteger(xsArg(0)), padding = xsmcToInteger(xsArg(1));
	psa_algorithm_t hash = bindingHash(the, xsmcToInteger(xsArg(2)));
	xsIntegerValue keyStart = xsmcToInteger(xsArg(4)), keyEnd = xsmcToInteger(xsArg(5));
	xsIntegerValue dataStart = xsmcToInteger(xsArg(7)), dataEnd = xsmcToInteger(xsArg(8));
	xsIntegerValue start = xsmcToInteger(xsArg(10)), end = xsmcToInteger(xsArg(11));
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
	uint8_t* key = bindingBytes(the, &xsArg(3), keyStart, keyEnd, false);
	uint8_t* data = bindingBytes(the, &xsArg(6), dataStart, dataEnd, false);
	uint8_t* signature = bindingBytes(the, &xsArg(9), start, end, false);
	psa_status_t status = psa_hash_compute(hash, data, dataEnd - dataStart, digest, sizeof(digest), &digestLength);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "hash", status);
	status = hasKindsLength(kind, keyEnd - keyStart) ? psa_import_key(&attributes, key, keyEnd - keyStart, &id) : PSA_ERROR_INVALID_ARGUMENT;
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
