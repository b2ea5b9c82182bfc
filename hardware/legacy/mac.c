/*
	MAC, then padding, then encryption was the wrong order. The time of a check can tell a forger about the plaintext
	(Vaudenay 2002; "Lucky Thirteen", 2013). So the hash is finished for every length that the text may have, and the
	right one is picked with masks. That takes about 256 hashes a record, which encrypt_then_mac (RFC 7366) avoids.
*/

#include "mac.h"

#include <string.h>

/* Keeps the compiler from knowing that a mask is one, and from branching on it. */
static uint32_t hidden(uint32_t mask)
{
	__asm__ volatile("" : "+r"(mask));
	return mask;
}

/* All ones where a < b, for values below 2^31; else zero. */
static uint32_t maskLess(uint32_t a, uint32_t b)
{
	return hidden(0 - ((a - b) >> 31));
}

static uint32_t maskEqual(uint32_t a, uint32_t b)
{
	uint32_t difference = a ^ b;
	return hidden(~(0 - ((difference | (0 - difference)) >> 31)));
}

static size_t blockLength(psa_algorithm_t hash)
{
	return hash == PSA_ALG_SHA_384 || hash == PSA_ALG_SHA_512 ? 128 : 64;
}

/* Begins one of HMAC's two hashes (RFC 2104 section 2). */
static psa_status_t beginHash(psa_hash_operation_t* operation, psa_algorithm_t hash, const uint8_t* key, uint8_t filler)
{
	uint8_t block[kMACBlockMax];
	size_t size = blockLength(hash), macLength = PSA_HASH_LENGTH(hash);
	for (size_t i = 0; i < size; i++)
		block[i] = (i < macLength ? key[i] : 0) ^ filler;
	psa_status_t status = psa_hash_setup(operation, hash);
	if (status == PSA_SUCCESS)
		status = psa_hash_update(operation, block, size);
	memset(block, 0, sizeof(block));
	return status;
}

/*
	Reads the record's end. `padding` gets the bytes of padding with their length, 1 if they are wrong. Returns the mask
	of a right one.
*/
static uint32_t checkPadding(const uint8_t* bytes, size_t length, size_t macLength, uint32_t* padding)
{
	uint32_t last = bytes[length - 1], wrong = 0;
	uint32_t good = maskLess(last + macLength, length);
	size_t count = length - macLength < 256 ? length - macLength : 256;
	for (uint32_t i = 0; i < count; i++)
		wrong |= maskLess(i, last + 1) & (bytes[length - 1 - i] ^ last);
	good &= maskEqual(wrong, 0);
	*padding = 1 + (last & good);
	return good;
}

/*
	The inner hash over the first `textLength` bytes, and the MAC that follows them; `least` is the shortest that the
	plaintext may be. The hash is finished at every length up to the longest.
*/
static psa_status_t gather(psa_hash_operation_t* running, size_t macLength, const uint8_t* bytes, size_t length,
	size_t least, uint32_t textLength, uint8_t* inner, uint8_t* received)
{
	psa_status_t status = psa_hash_update(running, bytes, least);
	for (size_t at = least; status == PSA_SUCCESS && at <= length - macLength - 1; at++) {
		psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
		uint8_t digest[kMACMax];
		size_t written;
		uint8_t mask = maskEqual(at, textLength);
		status = psa_hash_clone(running, &operation);
		if (status == PSA_SUCCESS)
			status = psa_hash_finish(&operation, digest, sizeof(digest), &written);
		if (status != PSA_SUCCESS) {
			psa_hash_abort(&operation);
			break;
		}
		for (size_t i = 0; i < macLength; i++) {
			inner[i] |= mask & digest[i];
			received[i] |= mask & bytes[at + i];
		}
		status = psa_hash_update(running, bytes + at, 1);
	}
	return status;
}

psa_status_t macCheck(psa_algorithm_t hash, const uint8_t* key, uint8_t header[kMACHeader], const uint8_t* bytes,
	size_t length, int32_t* text)
{
	psa_hash_operation_t running = PSA_HASH_OPERATION_INIT, outer = PSA_HASH_OPERATION_INIT;
	size_t macLength = PSA_HASH_LENGTH(hash), written;
	uint8_t inner[kMACMax] = {0}, received[kMACMax] = {0}, expected[kMACMax];
	uint32_t padding, different = 0;
	*text = -1;
	if (length < macLength + 1)
		return PSA_SUCCESS;
	uint32_t good = checkPadding(bytes, length, macLength, &padding);
	uint32_t textLength = length - macLength - padding;
	size_t least = length - macLength > 256 ? length - macLength - 256 : 0;
	header[kMACHeader - 2] = textLength >> 8;
	header[kMACHeader - 1] = textLength;
	psa_status_t status = beginHash(&running, hash, key, 0x36);
	if (status == PSA_SUCCESS)
		status = psa_hash_update(&running, header, kMACHeader);
	if (status == PSA_SUCCESS)
		status = gather(&running, macLength, bytes, length, least, textLength, inner, received);
	if (status == PSA_SUCCESS)
		status = beginHash(&outer, hash, key, 0x5c);
	if (status == PSA_SUCCESS)
		status = psa_hash_update(&outer, inner, macLength);
	if (status == PSA_SUCCESS)
		status = psa_hash_finish(&outer, expected, sizeof(expected), &written);
	psa_hash_abort(&running);
	psa_hash_abort(&outer);
	if (status != PSA_SUCCESS)
		return status;
	for (size_t i = 0; i < macLength; i++)
		different |= expected[i] ^ received[i];
	good &= maskEqual(different, 0);
	*text = (int32_t)((textLength & good) | ~good);
	return PSA_SUCCESS;
}
