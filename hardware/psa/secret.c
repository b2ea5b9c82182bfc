/* Secrets and what is derived from them, for secret.ts. */

#include "binding.h"

void xs_secret_destructor(void* data)
{
	Secret* secret = data;
	if (!secret)
		return;
	bindingWipe(secret, sizeof(Secret) + secret->length);
	c_free(secret);
}

void xs_secret(xsMachine* the)
{
	bindingConstruct(the, xs_secret_destructor, "secret");
	xsIntegerValue length = bindingInteger(the, 0);
	if (length > kSecretMax)
		xsRangeError("a secret has 0 to %d bytes, not %d", (int)kSecretMax, (int)length);
	bindingStart(the);
	Secret* secret = c_calloc(1, sizeof(Secret) + length);
	if (!secret)
		bindingThrow(the, "secret", PSA_ERROR_INSUFFICIENT_MEMORY);
	secret->length = length;
	xsmcSetHostData(xsThis, secret);
}

void xs_secret_close(xsMachine* the)
{
	bindingClose(the, xs_secret_destructor, "secret");
}

void xs_secret_length(xsMachine* the)
{
	xsmcSetInteger(xsResult, bindingThisSecret(the)->length);
}

void xs_secret_import(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1);
	Secret* secret = bindingThisSecret(the);
	uint8_t* bytes = bindingSpan(the, 0, start, secret->length, kRead);
	c_memcpy(secret->bytes, bytes, secret->length);
}

void xs_secret_export(xsMachine* the)
{
	xsIntegerValue offset = bindingInteger(the, 1);
	Secret* secret = bindingThisSecret(the);
	uint8_t* out = bindingSpan(the, 0, offset, secret->length, kWrite);
	c_memcpy(out, secret->bytes, secret->length);
}

/* HKDF-Extract (RFC 5869 section 2.2): this = HMAC(salt, input); no salt is a string of zeros. */
void xs_secret_extract(xsMachine* the)
{
	psa_algorithm_t hash = bindingHash(the, 0);
	uint8_t zeros[kHashMax] = {0};
	Secret* salt = bindingIsGiven(the, 1) ? bindingSecret(the, 1) : NULL;
	Secret* input = bindingSecret(the, 2);
	Secret* secret = bindingThisSecret(the);
	if (secret->length != PSA_HASH_LENGTH(hash))
		xsRangeError("an extracted secret has %d bytes", (int)PSA_HASH_LENGTH(hash));
	psa_status_t status = bindingHMAC(hash, salt ? salt->bytes : zeros, salt ? salt->length : secret->length,
		input->bytes, input->length, secret->bytes);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "HKDF-Extract", status);
}

/* HKDF-Expand (RFC 5869 section 2.3). `info` has room for the block before it and the counter after it. */
static psa_status_t expand(
	psa_algorithm_t hash, const Secret* from, uint8_t* info, size_t infoLength, uint8_t* out, size_t length)
{
	size_t size = PSA_HASH_LENGTH(hash), done = 0;
	uint8_t* block = info - size;
	psa_status_t status = PSA_SUCCESS;
	for (uint8_t counter = 1; done < length && status == PSA_SUCCESS; counter++) {
		uint8_t next[kHashMax];
		info[infoLength] = counter;
		status = counter == 1 ? bindingHMAC(hash, from->bytes, from->length, info, infoLength + 1, next)
							  : bindingHMAC(hash, from->bytes, from->length, block, size + infoLength + 1, next);
		size_t count = length - done < size ? length - done : size;
		if (status == PSA_SUCCESS) {
			c_memcpy(block, next, size);
			c_memcpy(out + done, next, count);
		}
		bindingWipe(next, sizeof(next));
		done += count;
	}
	return status;
}

/* HKDF-Expand-Label (RFC 8446 section 7.1) into this[outStart..outEnd). */
void xs_secret_expandLabel(xsMachine* the)
{
	enum { kPrefix = 6, kLabelMax = 12, kContextMax = 255 };
	uint8_t work[kHashMax + 2 + 1 + kPrefix + kLabelMax + 1 + kContextMax + 1];
	uint8_t* info = work + kHashMax;
	char label[kLabelMax + 1];
	psa_algorithm_t hash = bindingHash(the, 0);
	xsIntegerValue start = bindingInteger(the, 4), end = bindingInteger(the, 5);
	xsIntegerValue outStart = bindingInteger(the, 6), outEnd = bindingInteger(the, 7), length = outEnd - outStart;
	bindingText(the, 2, label, sizeof(label));
	Secret* from = bindingSecret(the, 1);
	Secret* secret = bindingThisSecret(the);
	if (from == secret || outStart > outEnd || outEnd > (xsIntegerValue)secret->length)
		xsRangeError("no room for %d bytes at %d", (int)length, (int)outStart);
	if (length > 255 * (xsIntegerValue)PSA_HASH_LENGTH(hash) || end < start || end - start > kContextMax)
		xsRangeError("HKDF-Expand-Label: too long");
	uint8_t none[kHashMax];
	size_t labelLength = c_strlen(label), n = 0, contextLength = (size_t)(end - start);
	uint8_t* context = none;
	psa_status_t status = PSA_SUCCESS;
	if (bindingIsGiven(the, 3))
		context = bindingRange(the, 3, start, end, kRead);
	else
		status = psa_hash_compute(hash, (const uint8_t*)"", 0, none, sizeof(none), &contextLength);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "hash", status);
	info[n++] = length >> 8;
	info[n++] = length;
	info[n++] = kPrefix + labelLength;
	c_memcpy(info + n, "tls13 ", kPrefix);
	c_memcpy(info + n + kPrefix, label, labelLength);
	n += kPrefix + labelLength;
	info[n++] = contextLength;
	c_memcpy(info + n, context, contextLength);
	n += contextLength;
	status = expand(hash, from, info, n, secret->bytes + outStart, length);
	bindingWipe(work, sizeof(work));
	if (status != PSA_SUCCESS)
		bindingThrow(the, "HKDF-Expand-Label", status);
}

/*
	P_hash (RFC 5246 section 5). `work` holds label and seed after kHashMax bytes, where A(i) is put right in front of
	them.
*/
static psa_status_t expand12(
	psa_algorithm_t hash, const Secret* from, uint8_t* work, size_t seedLength, uint8_t* out, size_t length)
{
	size_t size = PSA_HASH_LENGTH(hash);
	uint8_t* chain = work + kHashMax - size;
	uint8_t next[kHashMax];
	psa_status_t status = bindingHMAC(hash, from->bytes, from->length, work + kHashMax, seedLength, next);
	for (size_t done = 0; done < length && status == PSA_SUCCESS;) {
		size_t count = length - done < size ? length - done : size;
		c_memcpy(chain, next, size);
		status = bindingHMAC(hash, from->bytes, from->length, chain, size + seedLength, next);
		if (status == PSA_SUCCESS)
			c_memcpy(out + done, next, count);
		done += count;
		if (done < length && status == PSA_SUCCESS)
			status = bindingHMAC(hash, from->bytes, from->length, chain, size, next);
	}
	bindingWipe(next, sizeof(next));
	return status;
}

/* TLS 1.2's PRF (RFC 5246 section 5) into all of this. */
void xs_secret_prf(xsMachine* the)
{
	enum { kLabelMax = 24, kSeedMax = 64 };
	uint8_t work[kHashMax + kLabelMax + kSeedMax];
	char label[kLabelMax + 1];
	psa_algorithm_t hash = bindingHash(the, 0);
	xsIntegerValue start = bindingInteger(the, 4), end = bindingInteger(the, 5);
	bindingText(the, 2, label, sizeof(label));
	Secret* from = bindingSecret(the, 1);
	Secret* secret = bindingThisSecret(the);
	uint8_t* seed = bindingRange(the, 3, start, end, kRead);
	size_t labelLength = c_strlen(label);
	if (from == secret || end - start > kSeedMax)
		xsRangeError("PRF: a seed of %d bytes, or a secret from itself", (int)(end - start));
	c_memcpy(work + kHashMax, label, labelLength);
	c_memcpy(work + kHashMax + labelLength, seed, end - start);
	psa_status_t status = expand12(hash, from, work, labelLength + end - start, secret->bytes, secret->length);
	bindingWipe(work, sizeof(work));
	if (status != PSA_SUCCESS)
		bindingThrow(the, "PRF", status);
}

/* HMAC of buffer[start..end) with this as the key, to out at offset. */
void xs_secret_hmac(xsMachine* the)
{
	psa_algorithm_t hash = bindingHash(the, 0);
	xsIntegerValue start = bindingInteger(the, 2), end = bindingInteger(the, 3), offset = bindingInteger(the, 5);
	Secret* secret = bindingThisSecret(the);
	uint8_t* bytes = bindingRange(the, 1, start, end, kRead);
	uint8_t* out = bindingSpan(the, 4, offset, PSA_HASH_LENGTH(hash), kWrite);
	uint8_t result[kHashMax]; /* out may be where the input lies */
	psa_status_t status = bindingHMAC(hash, secret->bytes, secret->length, bytes, end - start, result);
	if (status == PSA_SUCCESS)
		c_memcpy(out, result, PSA_HASH_LENGTH(hash));
	bindingWipe(result, sizeof(result));
	if (status != PSA_SUCCESS)
		bindingThrow(the, "HMAC", status);
}
