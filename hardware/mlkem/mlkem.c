/*
	ML-KEM-768 by libsodium, for mlkem.ts. libsodium takes 18 KB of stack and more, and a private key of 2,400 bytes.
	Both lie in one block, which is allocated for a call and wiped.
*/

#include "stack.h"

/* MLKEMLength in mlkem.ts. */
enum { kLengthPublicKey = 1184, kLengthCiphertext = 1088, kLengthShared = 32, kLengthSeed = 64 };

/*
	Measured on rv32 (gcc -Og, -O2, -Os): 11.1 KB for a key pair, 15.3 to 18.1 for decapsulation. On i386, which has the
	fewest registers: 15.8 and 22.9. Xtensa's frames, as gcc reports them, sum up to 17.4 to 20.2 KB. The rest is for
	interrupts. stackRun sees when it was not enough.
*/
#ifdef __riscv
enum { kStack = 19 * 1024 };
#else
enum { kStack = 24 * 1024 };
#endif

enum { kPrivateKey = 2400 };

/* libsodium's (sodium/crypto_kem_mlkem768.h): the SDK's build has no path to the header of a component. */
extern int crypto_kem_mlkem768_seed_keypair(unsigned char publicKey[kLengthPublicKey],
	unsigned char privateKey[kPrivateKey], const unsigned char seed[kLengthSeed]);
extern int crypto_kem_mlkem768_dec(unsigned char shared[kLengthShared],
	const unsigned char ciphertext[kLengthCiphertext], const unsigned char privateKey[kPrivateKey]);

typedef struct {
	uint8_t seed[kLengthSeed];
} KeyPair;

static const char kName[] = "ML-KEM key pair";

/* A call: the stack comes first, aligned as malloc aligns. */
typedef struct {
	uint8_t stack[kStack];
	const uint8_t* seed;
	uint8_t* publicKey;
	const uint8_t* ciphertext;
	uint8_t* shared;
	uint8_t privateKey[kPrivateKey];
	int result;
} Work;

_Static_assert(kStack % 16 == 0 && kLengthPublicKey % 16 == 0, "stacks are aligned");

void xs_mlkem_destructor(void* data)
{
	if (!data)
		return;
	bindingWipe(data, sizeof(KeyPair));
	c_free(data);
}

static void makeKeyPair(void* data)
{
	Work* work = data;
	work->result = crypto_kem_mlkem768_seed_keypair(work->publicKey, work->privateKey, work->seed);
}

static void decapsulate(void* data)
{
	Work* work = data;
	work->result = crypto_kem_mlkem768_dec(work->shared, work->ciphertext, work->privateKey);
}

static psa_status_t run(Work* work, uint8_t* stack, size_t size, void (*function)(void*))
{
	psa_status_t status = stackRun(stack, size, function, work);
	return status == PSA_SUCCESS && work->result != 0 ? PSA_ERROR_GENERIC_ERROR : status;
}

/* The key pair of the seed. */
static psa_status_t expandSeed(Work* work, uint8_t* stack, size_t size)
{
	psa_status_t status = XS_TLS_COUNT("ML-KEM-768 key pair", kLengthPublicKey);
	return status == PSA_SUCCESS ? run(work, stack, size, makeKeyPair) : status;
}

/* An argument is the seed: only tests give one. */
void xs_mlkem(xsMachine* the)
{
	bindingConstruct(the, xs_mlkem_destructor, kName);
	size_t length = kLengthSeed;
	bindingStart(the);
	uint8_t* seed = bindingIsGiven(the, 0) ? bindingBuffer(the, 0, kRead, &length) : NULL;
	if (length != kLengthSeed)
		xsRangeError("a seed has %d bytes, not %d", (int)kLengthSeed, (int)length);
	KeyPair* pair = c_malloc(sizeof(KeyPair));
	if (!pair)
		bindingThrow(the, kName, PSA_ERROR_INSUFFICIENT_MEMORY);
	psa_status_t status = PSA_SUCCESS;
	if (seed)
		c_memcpy(pair->seed, seed, kLengthSeed);
	else
		status = psa_generate_random(pair->seed, kLengthSeed);
	if (status != PSA_SUCCESS) {
		xs_mlkem_destructor(pair);
		bindingThrow(the, kName, status);
	}
	xsmcSetHostData(xsThis, pair);
}

static void endWork(Work* work)
{
	bindingWipe(work, sizeof(Work));
	c_free(work);
}

void xs_mlkem_publicKey(xsMachine* the)
{
	xsIntegerValue offset = bindingInteger(the, 1);
	KeyPair* pair = bindingThis(the, xs_mlkem_destructor, kName);
	uint8_t* out = bindingSpan(the, 0, offset, kLengthPublicKey, kWrite);
	Work* work = c_malloc(sizeof(Work));
	if (!work)
		bindingThrow(the, "ML-KEM's stack", PSA_ERROR_INSUFFICIENT_MEMORY);
	work->seed = pair->seed;
	work->publicKey = out;
	psa_status_t status = expandSeed(work, work->stack, kStack);
	endWork(work);
	if (status != PSA_SUCCESS)
		bindingThrow(the, kName, status);
}

void xs_mlkem_decapsulate(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	KeyPair* pair = bindingThis(the, xs_mlkem_destructor, kName);
	Secret* other = bindingSecret(the, 3);
	Secret* shared = bindingSecret(the, 4);
	uint8_t* ciphertext = bindingRange(the, 0, start, end, kRead);
	if (shared == other || shared->length != kLengthShared + other->length)
		xsRangeError("a shared secret of %d bytes has no room for both", (int)shared->length);
	xsmcSetBoolean(xsResult, end - start == kLengthCiphertext);
	if (end - start != kLengthCiphertext)
		return;
	Work* work = c_malloc(sizeof(Work));
	if (!work)
		bindingThrow(the, "ML-KEM's stack", PSA_ERROR_INSUFFICIENT_MEMORY);
	work->seed = pair->seed;
	/* a key pair takes less stack: its public key, which is in the private key, too, has the rest */
	work->publicKey = work->stack;
	work->ciphertext = ciphertext;
	work->shared = shared->bytes;
	psa_status_t status = expandSeed(work, work->stack + kLengthPublicKey, kStack - kLengthPublicKey);
	if (status == PSA_SUCCESS)
		status = XS_TLS_COUNT("ML-KEM-768 decapsulation", kLengthCiphertext);
	if (status == PSA_SUCCESS)
		status = run(work, work->stack, kStack, decapsulate);
	endWork(work);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "ML-KEM", status);
	c_memcpy(shared->bytes + kLengthShared, other->bytes, other->length);
}

void xs_mlkem_close(xsMachine* the)
{
	bindingClose(the, xs_mlkem_destructor, kName);
}
