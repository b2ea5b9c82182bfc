/*
	Verifying ECDSA on P-256 without heap, for signature.c, by p256-m, which comes with Mbed TLS. For chips without a
	unit for P-256. Not for secrets: see p256.c.
*/

#ifndef XS_TLS_P256_H
#define XS_TLS_P256_H

#include "binding.h"
#include "chip.h"
#include "mc.defines.h"

#if MODDEF_ECDSA_PSA
	#define XS_TLS_P256M 0
#elif defined(ESP_PLATFORM) && SOC_ECC_SUPPORTED
	#define XS_TLS_P256M 0
#elif defined(__has_include) && __has_include("p256-m/p256-m.c")
	#define XS_TLS_P256M 1
#elif defined(ESP_PLATFORM)
	#error \
		"p256-m is not in this ESP-IDF's Mbed TLS: update ESP-IDF, keep the C_FLAGS of hardware/esp32/manifest.json, or set \"defines\": { \"ecdsa\": { \"psa\": 1 } } in your manifest"
#else
	/* Mbed TLS is installed without its sources: PSA Crypto verifies */
	#define XS_TLS_P256M 0
#endif

#if XS_TLS_P256M
/*
	PSA_SUCCESS if the signature (r and s, 32 bytes each) is the key's (an uncompressed point, 65 bytes) over the
	digest. PSA_ERROR_INVALID_SIGNATURE if it is not, or the key is not a point of the curve. Any other status says why
	that could not be found out.
*/
psa_status_t p256Verify(const uint8_t* key, const uint8_t* digest, size_t length, const uint8_t* signature);
#endif

#endif
