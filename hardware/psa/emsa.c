/* Encodings of a digest for RSA; see emsa.h. Names are those of RFC 8017. */

#include "emsa.h"

/* DigestInfo's DER in front of the digest (section 9.2, note 1), but for the bytes that differ by hash. */
static const uint8_t digestInfo[] = {
	0x30,
	0x11,
	0x30,
	0x0d,
	0x06,
	0x09,
	0x60,
	0x86,
	0x48,
	0x01,
	0x65,
	0x03,
	0x04,
	0x02,
	0x00,
	0x05,
	0x00,
	0x04,
	0x00,
};

enum {
	kInfo = sizeof(digestInfo),
	kInfoWhole = 1,   /* bytes that follow, to which the digest's are added */
	kInfoHash = 14,   /* last number of the hash's object identifier */
	kInfoDigest = 18, /* bytes of the digest */
	kPaddingMin = 8,
};

/* The last number of id-sha256, id-sha384, id-sha512; 0 for what TLS does not sign with. */
static uint8_t hashNumber(psa_algorithm_t hash)
{
	switch (hash) {
	case PSA_ALG_SHA_256: return 1;
	case PSA_ALG_SHA_384: return 2;
	case PSA_ALG_SHA_512: return 3;
	}
	return 0;
}

psa_status_t emsaPKCS1(psa_algorithm_t hash, const uint8_t* digest, uint8_t* out, size_t length)
{
	size_t digestLength = PSA_HASH_LENGTH(hash);
	if (!hashNumber(hash) || length < 3 + kPaddingMin + kInfo + digestLength)
		return PSA_ERROR_INVALID_ARGUMENT;
	uint8_t* info = out + length - digestLength - kInfo;
	out[0] = 0;
	out[1] = 1;
	c_memset(out + 2, 0xff, info - out - 3);
	info[-1] = 0;
	c_memcpy(info, digestInfo, kInfo);
	info[kInfoWhole] += (uint8_t)digestLength;
	info[kInfoHash] = hashNumber(hash);
	info[kInfoDigest] = (uint8_t)digestLength;
	c_memcpy(info + kInfo, digest, digestLength);
	return PSA_SUCCESS;
}

/* The hash of one, two or three parts that follow each other. */
static psa_status_t hashParts(
	psa_algorithm_t hash, const uint8_t* const parts[], const size_t lengths[], int count, uint8_t* out)
{
	psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
	size_t written;
	psa_status_t status = psa_hash_setup(&operation, hash);
	for (int i = 0; i < count && status == PSA_SUCCESS; i++)
		status = psa_hash_update(&operation, parts[i], lengths[i]);
	if (status == PSA_SUCCESS)
		status = psa_hash_finish(&operation, out, PSA_HASH_LENGTH(hash), &written);
	if (status != PSA_SUCCESS)
		psa_hash_abort(&operation);
	return status;
}

/* XORs bytes[0..end - start) with bytes start..end of MGF1's mask of H (appendix B.2.1). */
static psa_status_t applyMask(psa_algorithm_t hash, const uint8_t* h, uint8_t* bytes, size_t start, size_t end)
{
	size_t hashLength = PSA_HASH_LENGTH(hash), at = start;
	uint8_t counter[4] = {0}, mask[kHashMax];
	for (size_t block = start / hashLength; at < end; block++) {
		/* a modulus has at most 512 bytes, so the counter stays below 256 */
		counter[3] = (uint8_t)block;
		psa_status_t status =
			hashParts(hash, (const uint8_t*[]) {h, counter}, (size_t[]) {hashLength, sizeof(counter)}, 2, mask);
		if (status != PSA_SUCCESS)
			return status;
		for (; at < end && at < (block + 1) * hashLength; at++)
			bytes[at - start] ^= mask[at - block * hashLength];
	}
	return PSA_SUCCESS;
}

psa_status_t emsaSalt(psa_algorithm_t hash, const uint8_t* encoded, size_t length, uint8_t* salt)
{
	size_t hashLength = PSA_HASH_LENGTH(hash);
	if (!hashNumber(hash) || length < 2 * hashLength + 2)
		return PSA_ERROR_INVALID_ARGUMENT;
	size_t end = length - 1 - hashLength;
	c_memcpy(salt, encoded + end - hashLength, hashLength);
	return applyMask(hash, encoded + end, salt, end - hashLength, end);
}

psa_status_t emsaPSS(psa_algorithm_t hash, const uint8_t* digest, const uint8_t* salt, uint8_t* out, size_t length)
{
	static const uint8_t zeros[8];
	size_t hashLength = PSA_HASH_LENGTH(hash);
	if (!hashNumber(hash) || length < 2 * hashLength + 2)
		return PSA_ERROR_INVALID_ARGUMENT;
	/* DB: zeros, 1, salt; after it H and 0xbc */
	uint8_t* h = out + length - 1 - hashLength;
	c_memset(out, 0, h - out - hashLength - 1);
	h[-(ptrdiff_t)hashLength - 1] = 1;
	c_memcpy(h - hashLength, salt, hashLength);
	out[length - 1] = 0xbc;
	psa_status_t status = hashParts(
		hash, (const uint8_t*[]) {zeros, digest, salt}, (size_t[]) {sizeof(zeros), hashLength, hashLength}, 3, h);
	if (status == PSA_SUCCESS)
		status = applyMask(hash, h, out, 0, h - out);
	/* what is encoded has one bit less than the modulus */
	out[0] &= 0x7f;
	return status;
}
