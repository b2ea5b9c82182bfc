/*
	The part of libsodium that ML-KEM-768 needs, for the simulator and the firmware. It is included from Debian's source
	package: no code of it is here. On a device the component espressif/libsodium has all of it, on Linux the system's
	library.
*/

#if defined(__has_include) && __has_include("crypto_kem/mlkem768/ref/kem_mlkem768_ref.c")

	#include <stdlib.h>
	#include "../psa/binding.h"

	/* what libsodium's own build defines */
	#define CONFIGURED 1

	#include "crypto_core/keccak1600/ref/keccak1600_ref.c"
	#include "crypto_core/keccak1600/keccak1600.c"
	#include "crypto_hash/sha3/hash_sha3.c"
	#include "crypto_xof/shake128/ref/shake128_ref.c"
	#include "crypto_xof/shake128/xof_shake128.c"
	#include "crypto_xof/shake256/ref/shake256_ref.c"
	#include "crypto_xof/shake256/xof_shake256.c"
	#include "crypto_kem/mlkem768/ref/kem_mlkem768_ref.c"
	#include "crypto_kem/mlkem768/kem_mlkem768.c"

/* What these files call in the rest of libsodium. */
void sodium_memzero(void* const bytes, const size_t length)
{
	bindingWipe(bytes, length);
}

int sodium_memcmp(const void* const a, const void* const b, size_t length)
{
	return bindingEqual(a, b, length) ? 0 : -1;
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
		"libsodium's sources are missing: hardware/mlkem is for ESP32 chips, Linux with libsodium 1.0.22, and the simulator"
#endif
