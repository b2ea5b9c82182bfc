/*
	Verification of signatures, for signature.ts. RSA is rsa.c's unless the manifest's "defines" have { "rsa": { "psa":
	1 } }. P-256 is p256.c's on chips without a unit for it, unless they have { "ecdsa": { "psa": 1 } }.
*/

#include "binding.h"
#include "der.h"
#include "p256.h"
#include "rsa.h"
#include "mc.defines.h"

/* The widest field of a curve, in bytes. */
enum { kFieldMax = 66 };

enum { kP521Point = 133 };

typedef struct {
	const uint8_t* bytes;
	size_t length;
} Part;

typedef struct {
	int form;
	psa_algorithm_t hash;
	Part key;
	Part signature;
	size_t digestLength;
	uint8_t digest[kHashMax];
} Claim;

static psa_algorithm_t psaAlgorithm(const Claim* claim)
{
	switch (claim->form) {
	case kFormPKCS1: return PSA_ALG_RSA_PKCS1V15_SIGN(claim->hash);
	case kFormPSS: return PSA_ALG_RSA_PSS(claim->hash);
	default: return PSA_ALG_ECDSA(claim->hash);
	}
}

static bool isRSA(const Claim* claim)
{
	return claim->form == kFormPKCS1 || claim->form == kFormPSS;
}

/* A point tells its curve only by its length: the curve that script read from the certificate has to agree. */
static bool hasKeyLength(const Claim* claim)
{
	switch (claim->form) {
	case kFormP256: return claim->key.length == kP256Point;
	case kFormP384: return claim->key.length == kP384Point;
	case kFormP521: return claim->key.length == kP521Point;
	default: return true;
	}
}

/*
	Takes an INTEGER that is not negative, in its shortest form (X.690 section 8.3.2), to `out`, which is as wide as the
	field.
*/
static bool takeNumber(Range* from, uint8_t* out, size_t width)
{
	Range number;
	if (!derTakeTag(from, kDERInteger, &number) || number.at == number.end || number.at[0] >= 0x80)
		return false;
	size_t length = derLength(number);
	if (number.at[0] == 0) {
		if (length > 1 && number.at[1] < 0x80)
			return false;
		length--;
	}
	if (length > width)
		return false;
	c_memset(out, 0, width - length);
	c_memcpy(out + width - length, number.end - length, length);
	return true;
}

/*
	Reads an Ecdsa-Sig-Value (RFC 3279 section 2.2.3), strictly DER, to `pair`: r and s, each as wide as the field.
	False if it is malformed.
*/
static bool readPair(Part signature, uint8_t* pair, size_t width)
{
	Range from = {signature.bytes, signature.bytes + signature.length}, numbers;
	return derTakeTag(&from, kDERSequence, &numbers) && from.at == from.end && takeNumber(&numbers, pair, width)
		&& takeNumber(&numbers, pair + width, width) && numbers.at == numbers.end;
}

static size_t fieldWidth(int form)
{
	return form == kFormP521 ? kFieldMax : form == kFormP384 ? 48 : 32;
}

/* True if a status says that the signature is wrong: its length, r or s out of range, or the padding. */
static bool isVerdict(psa_status_t status)
{
	return status == PSA_ERROR_INVALID_SIGNATURE || status == PSA_ERROR_INVALID_ARGUMENT
		|| status == PSA_ERROR_INVALID_PADDING;
}

static bool verifyByPSA(xsMachine* the, const Claim* claim)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id = 0;
	psa_algorithm_t algorithm = psaAlgorithm(claim);
	psa_set_key_type(
		&attributes, isRSA(claim) ? PSA_KEY_TYPE_RSA_PUBLIC_KEY : PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1));
	psa_set_key_algorithm(&attributes, algorithm);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
	/* no point of its curve, or no RSAPublicKey: nothing was signed with such a key */
	psa_status_t status = PSA_ERROR_INVALID_ARGUMENT;
	if (hasKeyLength(claim))
		status = psa_import_key(&attributes, claim->key.bytes, claim->key.length, &id);
	if (status == PSA_ERROR_INVALID_ARGUMENT)
		return false;
	if (status != PSA_SUCCESS)
		bindingThrow(the, "the public key", status);
	status = psa_verify_hash(
		id, algorithm, claim->digest, claim->digestLength, claim->signature.bytes, claim->signature.length);
	psa_destroy_key(id);
	if (status != PSA_SUCCESS && !isVerdict(status))
		bindingThrow(the, "verifying a signature", status);
	return status == PSA_SUCCESS;
}

#if MODDEF_RSA_PSA
static bool verifyRSA(xsMachine* the, const Claim* claim)
{
	return verifyByPSA(the, claim);
}
#else
static bool verifyRSA(xsMachine* the, const Claim* claim)
{
	RSAKey key;
	RSASize size;
	psa_status_t status = rsaReadKey(claim->key.bytes, claim->key.length, &key, &size);
	if (status == PSA_ERROR_INVALID_ARGUMENT)
		return false;
	if (status != PSA_SUCCESS)
		xsUnknownError(
			"an RSA key of %d bits, exponent of %d: supported are %d to %d in steps of 8, up to %d (PSA status %d)",
			size.modulusBits, size.exponentBits, (int)kRSABitsMin, (int)kRSABitsMax, (int)kRSAExponentBitsMax,
			(int)status);
	if (claim->signature.length != key.length)
		return false;
	RSAMessage message = {
		.padding = claim->form == kFormPSS ? kPaddingPSS : kPaddingPKCS1,
		.hash = claim->hash,
		.digest = claim->digest,
	};
	status = rsaVerify(&key, &message, claim->signature.bytes);
	if (status != PSA_SUCCESS && status != PSA_ERROR_INVALID_SIGNATURE)
		bindingThrow(the, "verifying a signature", status);
	return status == PSA_SUCCESS;
}
#endif

#if XS_TLS_P256M
static bool verifyP256(xsMachine* the, const Claim* claim)
{
	enum { kPair = 64 };
	if (XS_TLS_CHIP & kChipP256)
		return verifyByPSA(the, claim);
	if (!hasKeyLength(claim) || claim->signature.length != kPair)
		return false;
	psa_status_t status = p256Verify(claim->key.bytes, claim->digest, claim->digestLength, claim->signature.bytes);
	if (status != PSA_SUCCESS && status != PSA_ERROR_INVALID_SIGNATURE)
		bindingThrow(the, "verifying a signature", status);
	return status == PSA_SUCCESS;
}
#else
static bool verifyP256(xsMachine* the, const Claim* claim)
{
	return verifyByPSA(the, claim);
}
#endif

static bool verify(xsMachine* the, const Claim* claim)
{
	switch (claim->form) {
	case kFormPKCS1:
	case kFormPSS: return verifyRSA(the, claim);
	case kFormP256: return verifyP256(the, claim);
	default: return verifyByPSA(the, claim);
	}
}

void xs_signature_verify(xsMachine* the)
{
	Claim claim = {.form = bindingInteger(the, 0), .hash = bindingHash(the, 1)};
	xsIntegerValue keyStart = bindingInteger(the, 3), keyEnd = bindingInteger(the, 4);
	xsIntegerValue dataStart = bindingInteger(the, 6), dataEnd = bindingInteger(the, 7);
	xsIntegerValue start = bindingInteger(the, 9), end = bindingInteger(the, 10);
	if (claim.form < kFormPKCS1 || claim.form > kFormP521DER)
		xsRangeError("there is no signature form %d", claim.form);
	if (claim.hash == PSA_ALG_SHA_1)
		xsRangeError("signatures with SHA-1 are not allowed");
	bindingStart(the);
	claim.key = (Part) {bindingRange(the, 2, keyStart, keyEnd, kRead), (size_t)(keyEnd - keyStart)};
	uint8_t* data = bindingRange(the, 5, dataStart, dataEnd, kRead);
	claim.signature = (Part) {bindingRange(the, 8, start, end, kRead), (size_t)(end - start)};
	uint8_t pair[2 * kFieldMax];
	if (claim.form >= kFormP256DER) {
		claim.form -= kFormP256DER - kFormP256;
		size_t width = fieldWidth(claim.form);
		xsmcSetBoolean(xsResult, false);
		if (!readPair(claim.signature, pair, width))
			return;
		claim.signature = (Part) {pair, 2 * width};
	}
	psa_status_t status = psa_hash_compute(
		claim.hash, data, dataEnd - dataStart, claim.digest, sizeof(claim.digest), &claim.digestLength);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "hash", status);
	bool isRight = verify(the, &claim);
	xsmcSetBoolean(xsResult, isRight);
}
