/* Ed25519 by libsodium, for ed25519.ts. */

#include "../psa/binding.h"

/* Ed25519Length in ed25519.ts. */
enum { kLengthPublicKey = 32, kLengthSeed = 32, kLengthKeyPair = 64, kLengthSignature = 64 };

/* libsodium's (sodium/crypto_sign_ed25519.h): the SDK's build has no path to the header of a component. */
extern int crypto_sign_ed25519_verify_detached(const unsigned char signature[kLengthSignature],
	const unsigned char* message, unsigned long long length, const unsigned char publicKey[kLengthPublicKey]);
extern int crypto_sign_ed25519_detached(unsigned char signature[kLengthSignature], unsigned long long* written,
	const unsigned char* message, unsigned long long length, const unsigned char keyPair[kLengthKeyPair]);
extern int crypto_sign_ed25519_seed_keypair(unsigned char publicKey[kLengthPublicKey],
	unsigned char keyPair[kLengthKeyPair], const unsigned char seed[kLengthSeed]);

static void count(xsMachine* the, const char* name, size_t bytes)
{
	(void)bytes;
	psa_status_t status = XS_TLS_COUNT(name, bytes);
	if (status != PSA_SUCCESS)
		bindingThrow(the, name, status);
}

void xs_ed25519_verify(xsMachine* the)
{
	xsIntegerValue keyStart = bindingInteger(the, 1), keyEnd = bindingInteger(the, 2);
	xsIntegerValue dataStart = bindingInteger(the, 4), dataEnd = bindingInteger(the, 5);
	xsIntegerValue start = bindingInteger(the, 7), end = bindingInteger(the, 8);
	uint8_t* key = bindingRange(the, 0, keyStart, keyEnd, kRead);
	uint8_t* data = bindingRange(the, 3, dataStart, dataEnd, kRead);
	uint8_t* signature = bindingRange(the, 6, start, end, kRead);
	bool isRight = false;
	if (keyEnd - keyStart == kLengthPublicKey && end - start == kLengthSignature) {
		count(the, "Ed25519 verification", dataEnd - dataStart);
		isRight = crypto_sign_ed25519_verify_detached(signature, data, dataEnd - dataStart, key) == 0;
	}
	xsmcSetBoolean(xsResult, isRight);
}

void xs_ed25519_expand(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1);
	uint8_t publicKey[kLengthPublicKey];
	uint8_t* seed = bindingSpan(the, 0, start, kLengthSeed, kRead);
	uint8_t* out = bindingSpan(the, 2, 0, kLengthKeyPair, kWrite);
	count(the, "Ed25519 key pair", kLengthSeed);
	if (crypto_sign_ed25519_seed_keypair(publicKey, out, seed) != 0)
		bindingThrow(the, "an Ed25519 key", PSA_ERROR_GENERIC_ERROR);
}

void xs_ed25519_sign(xsMachine* the)
{
	size_t length;
	uint8_t* keyPair = bindingSpan(the, 0, 0, kLengthKeyPair, kRead);
	uint8_t* message = bindingBuffer(the, 1, kRead, &length);
	uint8_t* out = bindingSpan(the, 2, 0, kLengthSignature, kWrite);
	count(the, "Ed25519 signature", length);
	if (crypto_sign_ed25519_detached(out, NULL, message, length, keyPair) != 0)
		bindingThrow(the, "signing with Ed25519", PSA_ERROR_GENERIC_ERROR);
}
