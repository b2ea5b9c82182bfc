/*
	RSA's public operation of hardware/psa/rsa.c beside that of Mbed TLS, which PSA Crypto calls, for main.ts. Many
	inputs are made here, and script gives verdicts on signatures.
*/

#include "rsa.h"
#include <mbedtls/bignum.h>

enum {
	kNumberMax = kRSABitsMax / 8,
	kPerModulus = 16, /* inputs with one modulus: Mbed TLS keeps what it computes of it */
	kGuard = 16,
	kUntouched = 0xa5,
};

typedef struct {
	uint64_t random;
	size_t length;
	uint8_t modulus[kNumberMax];
	uint8_t base[kNumberMax];
	uint32_t exponent;
	mbedtls_mpi n, x, e, y, rr;
	int accepted;
} Inputs;

/* xorshift64* */
static uint32_t draw(Inputs* inputs)
{
	inputs->random ^= inputs->random >> 12;
	inputs->random ^= inputs->random << 25;
	inputs->random ^= inputs->random >> 27;
	return (uint32_t)(inputs->random * 0x2545f4914f6cdd1d >> 32);
}

/* Words in which carries begin and end. */
static uint32_t drawWord(Inputs* inputs)
{
	static const uint32_t words[] = {0, 1, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff};
	uint32_t choice = draw(inputs) % 12;
	return choice < 8 ? words[choice] : draw(inputs);
}

/* All zeros, all ones, words from the list, random words. */
static void drawNumber(Inputs* inputs, uint8_t* bytes)
{
	uint32_t kind = draw(inputs) % 8;
	for (size_t i = 0; i < inputs->length; i += 4) {
		uint32_t word = kind == 0 ? 0 : kind == 1 ? UINT32_MAX : kind < 5 ? drawWord(inputs) : draw(inputs);
		/* words of numbers begin at the last byte */
		for (size_t j = 0; j < 4 && i + j < inputs->length; j++)
			bytes[inputs->length - 1 - i - j] = (uint8_t)(word >> 8 * j);
	}
}

static void drawModulus(Inputs* inputs, size_t shortest, size_t longest)
{
	inputs->length = shortest + draw(inputs) % (longest - shortest + 1);
	drawNumber(inputs, inputs->modulus);
	inputs->modulus[0] |= 0x80;
	inputs->modulus[inputs->length - 1] |= 1;
	mbedtls_mpi_free(&inputs->rr);
	mbedtls_mpi_init(&inputs->rr);
	mbedtls_mpi_read_binary(&inputs->n, inputs->modulus, inputs->length);
}

/* 0, 1, n - 1, n, n + 1 and their like, and numbers of the kinds above. */
static void drawBase(Inputs* inputs, int index)
{
	static const int fromModulus[] = {-2, -1, 0, 1};
	mbedtls_mpi number;
	mbedtls_mpi_init(&number);
	if (index < 3)
		mbedtls_mpi_lset(&number, index);
	else if (index < 7)
		mbedtls_mpi_add_int(&number, &inputs->n, fromModulus[index - 3]);
	if (index >= 7 || mbedtls_mpi_write_binary(&number, inputs->base, inputs->length) != 0)
		drawNumber(inputs, inputs->base);
	mbedtls_mpi_free(&number);
	if (index > 10)
		inputs->base[0] &= 0x7f;
	mbedtls_mpi_read_binary(&inputs->x, inputs->base, inputs->length);
}

static void drawExponent(Inputs* inputs)
{
	static const uint32_t exponents[] = {3, 17, 65537, 3, 5, 17, 257, 65537, 0x7fffffff, 0x80000001, 0xffffffff};
	uint32_t choice = draw(inputs) % 12;
	inputs->exponent = choice < 11 ? exponents[choice] : draw(inputs) | 3;
	const uint8_t bytes[] = {(uint8_t)(inputs->exponent >> 24), (uint8_t)(inputs->exponent >> 16),
		(uint8_t)(inputs->exponent >> 8), (uint8_t)inputs->exponent};
	mbedtls_mpi_read_binary(&inputs->e, bytes, sizeof(bytes));
}

/* True where both accept the input or not, and their results are the same. Nothing after the block may change. */
static bool isSame(Inputs* inputs)
{
	uint8_t expected[kNumberMax];
	RSAKey key = {inputs->modulus, inputs->length, inputs->exponent};
	size_t size = rsaBlockSize(&key);
	uint8_t* block = c_malloc(size + kGuard);
	if (!block)
		return false;
	c_memset(block, kUntouched, size + kGuard);
	bool isRight = rsaPublic(&key, inputs->base, (uint32_t*)block);
	bool isExpected = mbedtls_mpi_cmp_mpi(&inputs->x, &inputs->n) < 0;
	bool same = isRight == isExpected;
	inputs->accepted += isRight;
	if (same && isRight)
		same = mbedtls_mpi_exp_mod(&inputs->y, &inputs->x, &inputs->e, &inputs->n, &inputs->rr) == 0
			&& mbedtls_mpi_write_binary(&inputs->y, expected, inputs->length) == 0
			&& c_memcmp(expected, block, inputs->length) == 0;
	for (size_t i = 0; i < kGuard; i++)
		same = same && block[size + i] == kUntouched;
	c_free(block);
	return same;
}

/*
 * (seed, inputs, bytes of the shortest and of the longest modulus): returns how many inputs were accepted. Throws at
 * the first difference.
 */
void test_rsa_powers(xsMachine* the)
{
	Inputs inputs = {.random = bindingInteger(the, 0) + 1};
	xsIntegerValue count = bindingInteger(the, 1), shortest = bindingInteger(the, 2), longest = bindingInteger(the, 3);
	xsIntegerValue done = 0;
	mbedtls_mpi* numbers[] = {&inputs.n, &inputs.x, &inputs.e, &inputs.y, &inputs.rr};
	if (shortest < 1 || longest < shortest || longest > kNumberMax)
		xsRangeError("no such moduli");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		mbedtls_mpi_init(numbers[i]);
	bool same = true;
	while (done < count && same) {
		if (done % kPerModulus == 0)
			drawModulus(&inputs, shortest, longest);
		drawBase(&inputs, done % kPerModulus);
		drawExponent(&inputs);
		same = isSame(&inputs);
		done += same;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		mbedtls_mpi_free(numbers[i]);
	if (!same)
		xsUnknownError(
			"input %d differs: a modulus of %d bytes, exponent %u", done, (int)inputs.length, inputs.exponent);
	xsmcSetInteger(xsResult, inputs.accepted);
}

static psa_status_t verifyByPSA(const RSAMessage* message, const uint8_t* parts[2], const size_t lengths[2])
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id = 0;
	psa_algorithm_t algorithm =
		message->padding == kPaddingPSS ? PSA_ALG_RSA_PSS(message->hash) : PSA_ALG_RSA_PKCS1V15_SIGN(message->hash);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_RSA_PUBLIC_KEY);
	psa_set_key_algorithm(&attributes, algorithm);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
	psa_status_t status = psa_import_key(&attributes, parts[0], lengths[0], &id);
	if (status != PSA_SUCCESS)
		return status;
	status = psa_verify_hash(id, algorithm, message->digest, PSA_HASH_LENGTH(message->hash), parts[1], lengths[1]);
	psa_destroy_key(id);
	return status;
}

/* (padding, hash, digest, key, signature, by PSA or by rsa.c): returns PSA's status. */
void test_rsa_verify(xsMachine* the)
{
	RSAMessage message = {.padding = bindingInteger(the, 0), .hash = bindingHash(the, 1)};
	bool byPSA = bindingBoolean(the, 5);
	const uint8_t* parts[2];
	size_t lengths[2];
	bindingStart(the);
	message.digest = bindingSpan(the, 2, 0, PSA_HASH_LENGTH(message.hash), kRead);
	for (int i = 0; i < 2; i++)
		parts[i] = bindingBuffer(the, 3 + i, kRead, &lengths[i]);
	RSAKey key;
	RSASize size;
	psa_status_t status;
	if (byPSA)
		status = verifyByPSA(&message, parts, lengths);
	else {
		status = rsaReadKey(parts[0], lengths[0], &key, &size);
		if (status == PSA_SUCCESS)
			status = lengths[1] == key.length ? rsaVerify(&key, &message, parts[1]) : PSA_ERROR_INVALID_SIGNATURE;
	}
	xsmcSetInteger(xsResult, status);
}
