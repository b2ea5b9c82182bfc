/*
	Diffie-Hellman in the groups of RFC 7919, for dhe.ts. PSA knows them in Mbed TLS 3.5 and later; else the big numbers
	of Mbed TLS 2.28 are used.
*/

#include "binding.h"

#ifdef PSA_WANT_ALG_FFDH
	#define USES_PSA 1
#elif defined(__has_include)
	#if __has_include("mbedtls/bignum.h")
		#define USES_BIGNUM 1
		#include "mbedtls/bignum.h"
	#endif
#endif

enum {
	kPrimeMax = 512,
	kTail = 3, /* bytes in which the primes differ from the digits that they share */
	kOnes = 8, /* bytes of ones at their end */
};

/*
	RFC 7919 appendix A: a prime of b bits is 2^b - 2^(b - 64) + (floor(2^(b - 130) e) + X) 2^64 - 1, so that all begin
	alike. These are the bytes of the longest, up to where its X shows.
*/
/* clang-format off */
static const uint8_t gDigits[kPrimeMax - kTail - kOnes] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xad, 0xf8, 0x54, 0x58, 0xa2, 0xbb, 0x4a, 0x9a,
	0xaf, 0xdc, 0x56, 0x20, 0x27, 0x3d, 0x3c, 0xf1, 0xd8, 0xb9, 0xc5, 0x83, 0xce, 0x2d, 0x36, 0x95,
	0xa9, 0xe1, 0x36, 0x41, 0x14, 0x64, 0x33, 0xfb, 0xcc, 0x93, 0x9d, 0xce, 0x24, 0x9b, 0x3e, 0xf9,
	0x7d, 0x2f, 0xe3, 0x63, 0x63, 0x0c, 0x75, 0xd8, 0xf6, 0x81, 0xb2, 0x02, 0xae, 0xc4, 0x61, 0x7a,
	0xd3, 0xdf, 0x1e, 0xd5, 0xd5, 0xfd, 0x65, 0x61, 0x24, 0x33, 0xf5, 0x1f, 0x5f, 0x06, 0x6e, 0xd0,
	0x85, 0x63, 0x65, 0x55, 0x3d, 0xed, 0x1a, 0xf3, 0xb5, 0x57, 0x13, 0x5e, 0x7f, 0x57, 0xc9, 0x35,
	0x98, 0x4f, 0x0c, 0x70, 0xe0, 0xe6, 0x8b, 0x77, 0xe2, 0xa6, 0x89, 0xda, 0xf3, 0xef, 0xe8, 0x72,
	0x1d, 0xf1, 0x58, 0xa1, 0x36, 0xad, 0xe7, 0x35, 0x30, 0xac, 0xca, 0x4f, 0x48, 0x3a, 0x79, 0x7a,
	0xbc, 0x0a, 0xb1, 0x82, 0xb3, 0x24, 0xfb, 0x61, 0xd1, 0x08, 0xa9, 0x4b, 0xb2, 0xc8, 0xe3, 0xfb,
	0xb9, 0x6a, 0xda, 0xb7, 0x60, 0xd7, 0xf4, 0x68, 0x1d, 0x4f, 0x42, 0xa3, 0xde, 0x39, 0x4d, 0xf4,
	0xae, 0x56, 0xed, 0xe7, 0x63, 0x72, 0xbb, 0x19, 0x0b, 0x07, 0xa7, 0xc8, 0xee, 0x0a, 0x6d, 0x70,
	0x9e, 0x02, 0xfc, 0xe1, 0xcd, 0xf7, 0xe2, 0xec, 0xc0, 0x34, 0x04, 0xcd, 0x28, 0x34, 0x2f, 0x61,
	0x91, 0x72, 0xfe, 0x9c, 0xe9, 0x85, 0x83, 0xff, 0x8e, 0x4f, 0x12, 0x32, 0xee, 0xf2, 0x81, 0x83,
	0xc3, 0xfe, 0x3b, 0x1b, 0x4c, 0x6f, 0xad, 0x73, 0x3b, 0xb5, 0xfc, 0xbc, 0x2e, 0xc2, 0x20, 0x05,
	0xc5, 0x8e, 0xf1, 0x83, 0x7d, 0x16, 0x83, 0xb2, 0xc6, 0xf3, 0x4a, 0x26, 0xc1, 0xb2, 0xef, 0xfa,
	0x88, 0x6b, 0x42, 0x38, 0x61, 0x1f, 0xcf, 0xdc, 0xde, 0x35, 0x5b, 0x3b, 0x65, 0x19, 0x03, 0x5b,
	0xbc, 0x34, 0xf4, 0xde, 0xf9, 0x9c, 0x02, 0x38, 0x61, 0xb4, 0x6f, 0xc9, 0xd6, 0xe6, 0xc9, 0x07,
	0x7a, 0xd9, 0x1d, 0x26, 0x91, 0xf7, 0xf7, 0xee, 0x59, 0x8c, 0xb0, 0xfa, 0xc1, 0x86, 0xd9, 0x1c,
	0xae, 0xfe, 0x13, 0x09, 0x85, 0x13, 0x92, 0x70, 0xb4, 0x13, 0x0c, 0x93, 0xbc, 0x43, 0x79, 0x44,
	0xf4, 0xfd, 0x44, 0x52, 0xe2, 0xd7, 0x4d, 0xd3, 0x64, 0xf2, 0xe2, 0x1e, 0x71, 0xf5, 0x4b, 0xff,
	0x5c, 0xae, 0x82, 0xab, 0x9c, 0x9d, 0xf6, 0x9e, 0xe8, 0x6d, 0x2b, 0xc5, 0x22, 0x36, 0x3a, 0x0d,
	0xab, 0xc5, 0x21, 0x97, 0x9b, 0x0d, 0xea, 0xda, 0x1d, 0xbf, 0x9a, 0x42, 0xd5, 0xc4, 0x48, 0x4e,
	0x0a, 0xbc, 0xd0, 0x6b, 0xfa, 0x53, 0xdd, 0xef, 0x3c, 0x1b, 0x20, 0xee, 0x3f, 0xd5, 0x9d, 0x7c,
	0x25, 0xe4, 0x1d, 0x2b, 0x66, 0x9e, 0x1e, 0xf1, 0x6e, 0x6f, 0x52, 0xc3, 0x16, 0x4d, 0xf4, 0xfb,
	0x79, 0x30, 0xe9, 0xe4, 0xe5, 0x88, 0x57, 0xb6, 0xac, 0x7d, 0x5f, 0x42, 0xd6, 0x9f, 0x6d, 0x18,
	0x77, 0x63, 0xcf, 0x1d, 0x55, 0x03, 0x40, 0x04, 0x87, 0xf5, 0x5b, 0xa5, 0x7e, 0x31, 0xcc, 0x7a,
	0x71, 0x35, 0xc8, 0x86, 0xef, 0xb4, 0x31, 0x8a, 0xed, 0x6a, 0x1e, 0x01, 0x2d, 0x9e, 0x68, 0x32,
	0xa9, 0x07, 0x60, 0x0a, 0x91, 0x81, 0x30, 0xc4, 0x6d, 0xc7, 0x78, 0xf9, 0x71, 0xad, 0x00, 0x38,
	0x09, 0x29, 0x99, 0xa3, 0x33, 0xcb, 0x8b, 0x7a, 0x1a, 0x1d, 0xb9, 0x3d, 0x71, 0x40, 0x00, 0x3c,
	0x2a, 0x4e, 0xce, 0xa9, 0xf9, 0x8d, 0x0a, 0xcc, 0x0a, 0x82, 0x91, 0xcd, 0xce, 0xc9, 0x7d, 0xcf,
	0x8e, 0xc9, 0xb5, 0x5a, 0x7f, 0x88, 0xa4, 0x6b, 0x4d, 0xb5, 0xa8, 0x51, 0xf4, 0x41, 0x82, 0xe1,
	0xc6, 0x8a, 0x00, 0x7e, 0x5e,
};
/* clang-format on */

static const struct {
	uint16_t length;
	uint8_t tail[kTail];
} gPrimes[] = {
	{256, {0x28, 0x5c, 0x97}},
	{384, {0xc6, 0x2e, 0x37}},
	{512, {0x65, 0x5f, 0x6a}},
};

enum { kFirstGroup = 0x100, kGroups = sizeof(gPrimes) / sizeof(gPrimes[0]) };

static void makePrime(int index, uint8_t* prime)
{
	size_t digits = gPrimes[index].length - kTail - kOnes;
	c_memcpy(prime, gDigits, digits);
	c_memcpy(prime + digits, gPrimes[index].tail, kTail);
	c_memset(prime + digits + kTail, 0xff, kOnes);
}

void xs_dhe_groupOfPrime(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	uint8_t prime[kPrimeMax];
	uint8_t* bytes = bindingRange(the, 0, start, end, kRead);
	int group = 0;
	for (int i = 0; i < kGroups; i++) {
		if (end - start != gPrimes[i].length)
			continue;
		makePrime(i, prime);
		if (!c_memcmp(bytes, prime, gPrimes[i].length))
			group = kFirstGroup + i;
	}
	xsmcSetInteger(xsResult, group);
}

typedef struct {
	uint8_t index;
	uint16_t length; /* bytes of the prime */
#ifdef USES_PSA
	psa_key_id_t key;
#endif
#ifdef USES_BIGNUM
	mbedtls_mpi prime;
	mbedtls_mpi exponent;
#endif
} DHE;

static const char kName[] = "key share";

#ifdef USES_PSA

static psa_status_t generate(DHE* dhe)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_DH_KEY_PAIR(PSA_DH_FAMILY_RFC7919));
	psa_set_key_bits(&attributes, 8 * dhe->length);
	psa_set_key_algorithm(&attributes, PSA_ALG_FFDH);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
	return psa_generate_key(&attributes, &dhe->key);
}

static psa_status_t writePublic(DHE* dhe, uint8_t* out)
{
	size_t written;
	return psa_export_public_key(dhe->key, out, dhe->length, &written);
}

/* `peer` is as long as the prime. */
static psa_status_t agree(DHE* dhe, const uint8_t* peer, uint8_t* shared)
{
	size_t written;
	return psa_raw_key_agreement(PSA_ALG_FFDH, dhe->key, peer, dhe->length, shared, dhe->length, &written);
}

static void wipe(DHE* dhe)
{
	psa_destroy_key(dhe->key);
}

#elif defined(USES_BIGNUM)

static psa_status_t statusOf(int error)
{
	return error == 0                           ? PSA_SUCCESS
		: error == MBEDTLS_ERR_MPI_ALLOC_FAILED ? PSA_ERROR_INSUFFICIENT_MEMORY
												: PSA_ERROR_GENERIC_ERROR;
}

/* Twice as many bits as the group has strength, and more: RFC 7919 section 5.2 wants 225, 275 and 325 at least. */
static psa_status_t generate(DHE* dhe)
{
	uint8_t prime[kPrimeMax], exponent[48];
	size_t length = 32 + 8 * dhe->index;
	mbedtls_mpi_init(&dhe->prime);
	mbedtls_mpi_init(&dhe->exponent);
	makePrime(dhe->index, prime);
	psa_status_t status = psa_generate_random(exponent, length);
	if (status == PSA_SUCCESS)
		status = statusOf(mbedtls_mpi_read_binary(&dhe->prime, prime, dhe->length));
	if (status == PSA_SUCCESS)
		status = statusOf(mbedtls_mpi_read_binary(&dhe->exponent, exponent, length));
	bindingWipe(exponent, sizeof(exponent));
	return status;
}

/* base to the power of the secret exponent, as long as the prime. */
static psa_status_t power(DHE* dhe, const uint8_t* base, size_t length, uint8_t* out)
{
	mbedtls_mpi number;
	mbedtls_mpi_init(&number);
	int error = mbedtls_mpi_read_binary(&number, base, length);
	if (!error)
		error = mbedtls_mpi_exp_mod(&number, &number, &dhe->exponent, &dhe->prime, NULL);
	if (!error)
		error = mbedtls_mpi_write_binary(&number, out, dhe->length);
	mbedtls_mpi_free(&number);
	return statusOf(error);
}

static psa_status_t writePublic(DHE* dhe, uint8_t* out)
{
	uint8_t generator = 2;
	return power(dhe, &generator, 1, out);
}

static psa_status_t agree(DHE* dhe, const uint8_t* peer, uint8_t* shared)
{
	return power(dhe, peer, dhe->length, shared);
}

static void wipe(DHE* dhe)
{
	mbedtls_mpi_free(&dhe->prime);
	mbedtls_mpi_free(&dhe->exponent);
}

#else

static psa_status_t generate(DHE* dhe)
{
	return PSA_ERROR_NOT_SUPPORTED;
}

static psa_status_t writePublic(DHE* dhe, uint8_t* out)
{
	return PSA_ERROR_NOT_SUPPORTED;
}

static psa_status_t agree(DHE* dhe, const uint8_t* peer, uint8_t* shared)
{
	return PSA_ERROR_NOT_SUPPORTED;
}

static void wipe(DHE* dhe) { }

#endif

void xs_dhe_destructor(void* data)
{
	DHE* dhe = data;
	if (!dhe)
		return;
	wipe(dhe);
	c_free(dhe);
}

static DHE* thisDHE(xsMachine* the)
{
	return bindingThis(the, xs_dhe_destructor, kName);
}

void xs_dhe(xsMachine* the)
{
	bindingConstruct(the, xs_dhe_destructor, kName);
	int index = bindingInteger(the, 0) - kFirstGroup;
	if (index < 0 || index >= kGroups)
		xsRangeError("group 0x%x is not one of RFC 7919's", index + kFirstGroup);
	bindingStart(the);
	DHE* dhe = c_calloc(1, sizeof(DHE));
	if (!dhe)
		bindingThrow(the, "key share", PSA_ERROR_INSUFFICIENT_MEMORY);
	dhe->index = index;
	dhe->length = gPrimes[index].length;
	psa_status_t status = generate(dhe);
	if (status != PSA_SUCCESS) {
		xs_dhe_destructor(dhe);
		bindingThrow(the, "finite-field Diffie-Hellman", status);
	}
	xsmcSetHostData(xsThis, dhe);
}

void xs_dhe_close(xsMachine* the)
{
	bindingClose(the, xs_dhe_destructor, kName);
}

void xs_dhe_publicLength(xsMachine* the)
{
	xsmcSetInteger(xsResult, thisDHE(the)->length);
}

void xs_dhe_publicKey(xsMachine* the)
{
	xsIntegerValue offset = bindingInteger(the, 1);
	DHE* dhe = thisDHE(the);
	uint8_t* out = bindingSpan(the, 0, offset, dhe->length, kWrite);
	psa_status_t status = writePublic(dhe, out);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "finite-field Diffie-Hellman", status);
}

/* 1 < key < prime - 1, for a key as long as the prime. */
static bool isInRange(DHE* dhe, const uint8_t* key)
{
	uint8_t limit[kPrimeMax];
	size_t last = dhe->length - 1, at = 0;
	makePrime(dhe->index, limit);
	limit[last]--;
	while (at < last && key[at] == 0)
		at++;
	return (at < last || key[last] > 1) && c_memcmp(key, limit, dhe->length) < 0;
}

void xs_dhe_agree(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	uint8_t key[kPrimeMax] = {0};
	size_t zeros = 0;
	DHE* dhe = thisDHE(the);
	Secret* shared = bindingSecret(the, 3);
	uint8_t* peer = bindingRange(the, 0, start, end, kRead);
	if (shared->length != dhe->length)
		xsRangeError("the value that is agreed has %d bytes", (int)dhe->length);
	xsmcSetBoolean(xsResult, false);
	if (end - start > dhe->length)
		return;
	c_memcpy(key + dhe->length - (end - start), peer, end - start);
	if (!isInRange(dhe, key))
		return;
	psa_status_t status = agree(dhe, key, shared->bytes);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "finite-field Diffie-Hellman", status);
	while (zeros + 1 < shared->length && !shared->bytes[zeros])
		zeros++;
	c_memmove(shared->bytes, shared->bytes + zeros, shared->length - zeros);
	bindingWipe(shared->bytes + shared->length - zeros, zeros);
	shared->length -= zeros;
	xsmcSetBoolean(xsResult, true);
}
