/*
	The part of libsodium that Ed25519 needs, for the simulator and the firmware. It is included from Debian's source
	package: no code of it is here. On a device the component espressif/libsodium has all of it, on Linux the system's
	library.
*/

#if defined(__has_include) && __has_include("crypto_sign/ed25519/ref10/open.c")

	#include <stdlib.h>
	#include "../psa/binding.h"

	/* what libsodium's own build defines */
	#define CONFIGURED 1

	/* ../mlkem has the same functions for its own part of libsodium */
	#define sodium_memzero ed25519_memzero
	#define sodium_memcmp ed25519_memcmp
	#define sodium_is_zero ed25519_is_zero
	#define randombytes_buf ed25519_randombytes

	#include "crypto_core/ed25519/ref10/ed25519_ref10.c"
	#include "crypto_hash/sha512/cp/hash_sha512_cp.c"
	#include "crypto_sign/ed25519/ref10/keypair.c"
	#include "crypto_sign/ed25519/ref10/open.c"
	#include "crypto_sign/ed25519/ref10/sign.c"

/* What these files call in the rest of libsodium. */
void sodium_memzero(void* const bytes, const size_t length)
{
	bindingWipe(bytes, length);
}

int sodium_memcmp(const void* const a, const void* const b, size_t length)
{
	return bindingEqual(a, b, length) ? 0 : -1;
}

int sodium_is_zero(const unsigned char* bytes, const size_t length)
{
	unsigned char all = 0;
	for (size_t i = 0; i < length; i++)
		all |= bytes[i];
	return all == 0;
}

int crypto_verify_32(const unsigned char* a, const unsigned char* b)
{
	return bindingEqual(a, b, 32) ? 0 : -1;
}

void randombytes_buf(void* const bytes, const size_t length)
{
	/* only functions that make their own random numbers call it, and no one calls those */
	(void)bytes;
	(void)length;
	abort();
}

#elif !defined(ESP_PLATFORM) && !defined(__linux__)
	#error \
		"libsodium's sources are missing: hardware/ed25519 is for ESP32 chips, Linux with libsodium, and the simulator"
#endif
