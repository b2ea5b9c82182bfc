/* Signing a digest, for sign.ts. The key is imported for the one signature. */

#include "binding.h"

/* KeyKind and Padding in signature.ts. */
enum { kRSA = 1, kP256 = 2, kP384 = 3 };
enum { kPKCS1 = 1, kPSS = 2, kECDSA = 3 };

static psa_algorithm_t signingAlgorithm(int kind, int padding, psa_algorithm_t hash)
{
	if (kind == kRSA && padding == kPKCS1)
		return PSA_ALG_RSA_PKCS1V15_SIGN(hash);
	if (kind == kRSA && padding == kPSS)
		return PSA_ALG_RSA_PSS(hash);
	if ((kind == kP256 || kind == kP384) && padding == kECDSA)
		return PSA_ALG_ECDSA(hash);
	return PSA_ALG_NONE;
}

void xs_sign(xsMachine* the)
{
	int kind = xsmcToInteger(xsArg(0)), padding = xsmcToInteger(xsArg(1));
	psa_algorithm_t hash = bindingHash(the, xsmcToInteger(xsArg(2)));
	xsIntegerValue start = xsmcToInteger(xsArg(4)), end = xsmcToInteger(xsArg(5));
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id = 0;
	void* out;
	xsUnsignedValue room;
	size_t written = 0;
	psa_algorithm_t algorithm = signingAlgorithm(kind, padding, hash);
	if (algorithm == PSA_ALG_NONE)
		xsRangeError("key kind %d does not go with padding %d", kind, padding);
	bindingStart(the);
	psa_set_key_type(&attributes, kind == kRSA ? PSA_KEY_TYPE_RSA_KEY_PAIR : PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
	if (kind != kRSA)
		psa_set_key_bits(&attributes, kind == kP256 ? 256 : 384);
	psa_set_key_algorithm(&attributes, algorithm);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
	uint8_t* key = bindingBytes(the, &xsArg(3), start, end, false);
	uint8_t* digest = bindingSpan(the, &xsArg(6), 0, PSA_HASH_LENGTH(hash), false);
	xsmcGetBufferWritable(xsArg(7), &out, &room);
	psa_status_t status = psa_import_key(&attributes, key, end - start, &id);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "the private key", status);
	status = psa_sign_hash(id, algorithm, digest, PSA_HASH_LENGTH(hash), out, room, &written);
	psa_destroy_key(id);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "signing", status);
	xsmcSetInteger(xsResult, written);
}
