/*
	RSA's public operation by Montgomery's multiplication, and the comparison with what must have been signed;
	see rsa.h. The only cryptography that is our own: docs/decisions/rsa.md says why.

	Numbers are little-endian arrays of w 32-bit words, with R = 2^(32w); n is the modulus, which has k bytes, its first
	bit set.

	Why nothing overflows. W is 2^32.
	- Each step of a row adds a product of two words, a word and a carry below W. That is at most
	  (W-1)^2 + 2(W-1) = W^2 - 1, which 64 bits hold. The carry that it leaves is below W again.
	- multiply(t, a, b) with b < n keeps t < 2n. After a row, t becomes (t + x*b + u*n) / W with words x and u, which is
	  below (2n + (W-1)n + (W-1)n) / W = 2n. So what is above t's w words, `top`, is 0 or 1, and one subtraction brings
	  t below n. a may be any number of w words.
	- twice(a) with a < n gives 2a < 2n: one bit above w words, and one subtraction.
	- Every number that is an operand is below n. The signature is compared with n first. 2^(8k-1) is below n, as n is
	  odd and has that bit. All others are results of the two functions.

	Why it fits. Three numbers of w words: n, and two for multiply, which can't write over its operands. The signature
	needs no number. It is always the first operand: a row takes one word of it, and reads that big-endian from the
	signature itself. The last multiplication is by the signature, so that the result leaves Montgomery's form.
	Exponents with a third bit set, which nearly no key has, need the signature in that form between, and a fourth
	number. When all is done, n and one of the two make room for the result's bytes and for the expected ones. There is
	no other allocation, and no array on the stack but the salt.
*/

#include "rsa.h"
#include "emsa.h"
#include "der.h"

enum { kWordBits = 32, kWordBytes = 4 };

typedef struct {
	const uint32_t* words;
	size_t count;
	uint32_t factor; /* -1 / n modulo 2^32 */
} Modulus;

static size_t wordCount(const RSAKey* key)
{
	return (key->length + kWordBytes - 1) / kWordBytes;
}

/* Word i of a big-endian number. */
static uint32_t wordOf(const uint8_t* bytes, size_t length, size_t i)
{
	size_t end = length - kWordBytes * i;
	uint32_t word = 0;
	for (size_t at = end < kWordBytes ? 0 : end - kWordBytes; at < end; at++)
		word = word << 8 | bytes[at];
	return word;
}

static void store(uint8_t* bytes, size_t length, const uint32_t* words)
{
	for (size_t i = 0; i < length; i++)
		bytes[length - 1 - i] = (uint8_t)(words[i / kWordBytes] >> 8 * (i % kWordBytes));
}

static bool isBelow(const uint32_t* a, const Modulus* n)
{
	for (size_t i = n->count; i-- > 0;) {
		if (a[i] != n->words[i])
			return a[i] < n->words[i];
	}
	return false;
}

/* a -= n; a bit above a's words is lost with the borrow. */
static void subtract(uint32_t* a, const Modulus* n)
{
	uint32_t borrow = 0;
	for (size_t i = 0; i < n->count; i++) {
		uint64_t difference = (uint64_t)a[i] - n->words[i] - borrow;
		a[i] = (uint32_t)difference;
		borrow = (uint32_t)(difference >> kWordBits) & 1;
	}
}

/* a = 2a modulo n, for a < n. */
static void twice(uint32_t* a, const Modulus* n)
{
	uint32_t top = 0;
	for (size_t i = 0; i < n->count; i++) {
		uint32_t word = a[i];
		a[i] = word << 1 | top;
		top = word >> (kWordBits - 1);
	}
	if (top || !isBelow(a, n))
		subtract(a, n);
}

/* A row: t = (t + word * b + u * n) / W, where u makes the lowest word 0. Takes and returns what is above t's words. */
static uint32_t addRow(uint32_t* t, uint32_t word, const uint32_t* b, const Modulus* n, uint32_t top)
{
	uint64_t sum = (uint64_t)word * b[0] + t[0];
	uint32_t u = (uint32_t)sum * n->factor;
	uint64_t reduced = (uint64_t)u * n->words[0] + (uint32_t)sum;
	for (size_t j = 1; j < n->count; j++) {
		sum = (uint64_t)word * b[j] + t[j] + (sum >> kWordBits);
		reduced = (uint64_t)u * n->words[j] + (uint32_t)sum + (reduced >> kWordBits);
		t[j - 1] = (uint32_t)reduced;
	}
	uint64_t last = (sum >> kWordBits) + (reduced >> kWordBits) + top;
	t[n->count - 1] = (uint32_t)last;
	return (uint32_t)(last >> kWordBits);
}

/* t = a * b / R modulo n, for b < n. t is neither a nor b. */
static void multiply(uint32_t* t, const uint32_t* a, const uint32_t* b, const Modulus* n)
{
	uint32_t top = 0;
	c_memset(t, 0, kWordBytes * n->count);
	for (size_t i = 0; i < n->count; i++)
		top = addRow(t, a[i], b, n, top);
	if (top || !isBelow(t, n))
		subtract(t, n);
}

/* The same for a big-endian a. */
static void multiplyBytes(uint32_t* t, const uint8_t* a, size_t length, const uint32_t* b, const Modulus* n)
{
	uint32_t top = 0;
	c_memset(t, 0, kWordBytes * n->count);
	for (size_t i = 0; i < n->count; i++)
		top = addRow(t, wordOf(a, length, i), b, n, top);
	if (top || !isBelow(t, n))
		subtract(t, n);
}

/* -1 / n modulo 2^32: each round doubles the bits that are right. An odd number starts with three. */
static uint32_t negativeInverse(uint32_t n)
{
	uint32_t inverse = n;
	for (int bits = 3; bits < kWordBits; bits *= 2)
		inverse *= 2 - n * inverse;
	return 0 - inverse;
}

static void swap(uint32_t** a, uint32_t** t)
{
	uint32_t* place = *t;
	*t = *a;
	*a = place;
}

/* *a = *a * b / R modulo n; *t is the other place, and they change. */
static void multiplyInto(uint32_t** a, uint32_t** t, const uint32_t* b, const Modulus* n)
{
	multiply(*t, *a, b, n);
	swap(a, t);
}

/*
	*a = R^2 modulo n. Doubling leads from 2^(8k-1) to R, which is Montgomery's form of 1. w more doublings give the
	form of 2^w. Five squarings make 2^(32w) of that, which is R.
*/
static void squareOfR(uint32_t** a, uint32_t** t, size_t bits, const Modulus* n)
{
	size_t doublings = kWordBits * n->count - (bits - 1) + n->count;
	c_memset(*a, 0, kWordBytes * n->count);
	(*a)[n->count - 1] = (uint32_t)1 << (bits - 1) % kWordBits;
	while (doublings--)
		twice(*a, n);
	for (int power = 1; power < kWordBits; power *= 2)
		multiplyInto(a, t, *a, n);
}

/*
 * True if the signature is multiplied in Montgomery's form, too: the exponent has bits between its first and its last.
 */
static bool needsBase(const RSAKey* key)
{
	return ((key->exponent - 1) & (key->exponent - 2)) != 0;
}

size_t rsaBlockSize(const RSAKey* key)
{
	return (needsBase(key) ? 4 : 3) * kWordBytes * wordCount(key);
}

bool rsaPublic(const RSAKey* key, const uint8_t* signature, uint32_t* block)
{
	size_t count = wordCount(key), length = key->length;
	uint32_t *power = block + count, *other = power + count, *base = other + count;
	if (c_memcmp(signature, key->modulus, length) >= 0)
		return false;
	for (size_t i = 0; i < count; i++)
		block[i] = wordOf(key->modulus, length, i);
	Modulus n = {block, count, negativeInverse(block[0])};
	squareOfR(&power, &other, 8 * length, &n);
	multiplyBytes(other, signature, length, power, &n);
	swap(&power, &other);
	if (needsBase(key))
		c_memcpy(base, power, kWordBytes * count);
	int bit = kRSAExponentBitsMax - 1;
	while (!(key->exponent >> bit & 1))
		bit--;
	while (bit-- > 1) {
		multiplyInto(&power, &other, power, &n);
		if (key->exponent >> bit & 1)
			multiplyInto(&power, &other, base, &n);
	}
	/* the last bit, which an odd exponent has */
	multiplyInto(&power, &other, power, &n);
	multiplyBytes(other, signature, length, power, &n);
	store((uint8_t*)block, length, other);
	return true;
}

/* A positive INTEGER, without the zero that may stand in front. */
static bool takePositive(Range* from, Range* number)
{
	if (!derTakeTag(from, kDERInteger, number) || number->at == number->end || *number->at >= 0x80)
		return false;
	if (*number->at)
		return true;
	number->at++;
	return number->at < number->end && *number->at >= 0x80;
}

static int bitLength(Range number)
{
	int bits = 8 * (int)(number.end - number.at);
	for (uint8_t first = *number.at; !(first & 0x80); first <<= 1)
		bits--;
	return bits;
}

psa_status_t rsaReadKey(const uint8_t* bytes, size_t length, RSAKey* key, RSASize* size)
{
	Range all = {bytes, bytes + length}, content, modulus, exponent;
	if (!derTakeTag(&all, kDERSequence, &content) || all.at < all.end || !takePositive(&content, &modulus)
		|| !takePositive(&content, &exponent) || content.at < content.end)
		return PSA_ERROR_INVALID_ARGUMENT;
	*size = (RSASize) {bitLength(modulus), bitLength(exponent)};
	if (!(modulus.end[-1] & 1) || !(exponent.end[-1] & 1) || size->exponentBits == 1)
		return PSA_ERROR_INVALID_ARGUMENT;
	if (size->modulusBits < kRSABitsMin || size->modulusBits > kRSABitsMax || size->modulusBits % 8
		|| size->exponentBits > kRSAExponentBitsMax)
		return PSA_ERROR_NOT_SUPPORTED;
	*key = (RSAKey) {modulus.at, modulus.end - modulus.at, 0};
	while (exponent.at < exponent.end)
		key->exponent = key->exponent << 8 | *exponent.at++;
	return PSA_SUCCESS;
}

/* Encodes the digest as it must be in `encoded`, which tells the salt. */
static psa_status_t encodeLike(const uint8_t* encoded, const RSAMessage* message, uint8_t* out, size_t length)
{
	uint8_t salt[kHashMax];
	if (message->padding == kPaddingPKCS1)
		return emsaPKCS1(message->hash, message->digest, out, length);
	psa_status_t status = emsaSalt(message->hash, encoded, length, salt);
	return status == PSA_SUCCESS ? emsaPSS(message->hash, message->digest, salt, out, length) : status;
}

psa_status_t rsaVerify(const RSAKey* key, const RSAMessage* message, const uint8_t* signature)
{
	psa_status_t status = XS_TLS_COUNT_VERIFY(kKeyRSA, 8 * key->length, PSA_HASH_LENGTH(message->hash));
	if (status != PSA_SUCCESS)
		return status;
	size_t count = wordCount(key);
	uint32_t* block = c_malloc(rsaBlockSize(key));
	if (!block)
		return PSA_ERROR_INSUFFICIENT_MEMORY;
	uint8_t *encoded = (uint8_t*)block, *expected = (uint8_t*)(block + count);
	status = PSA_ERROR_INVALID_SIGNATURE;
	if (rsaPublic(key, signature, block)) {
		status = encodeLike(encoded, message, expected, key->length);
		if (status == PSA_SUCCESS && c_memcmp(encoded, expected, key->length) != 0)
			status = PSA_ERROR_INVALID_SIGNATURE;
	}
	c_free(block);
	return status;
}
