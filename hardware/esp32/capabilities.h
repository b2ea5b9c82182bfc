/*
	The accelerators of this ESP32 chip, from ESP-IDF's options and capabilities (README.md has the table). Refuses to
	compile where record crypto and transcript hashes would run in software, or if PSA's structures would not be
	ESP-IDF's.
*/

#ifndef XS_TLS_ESP32_CAPABILITIES_H
#define XS_TLS_ESP32_CAPABILITIES_H

#include "sdkconfig.h"
#include "soc/soc_caps.h"
#include "psa/crypto.h"

#if !CONFIG_MBEDTLS_HARDWARE_AES
	#error "CONFIG_MBEDTLS_HARDWARE_AES is off: records would be encrypted in software. See hardware/README.md"
#endif
#if !CONFIG_MBEDTLS_HARDWARE_SHA
	#error "CONFIG_MBEDTLS_HARDWARE_SHA is off: transcripts would be hashed in software. See hardware/README.md"
#endif
#if !CONFIG_MBEDTLS_HARDWARE_MPI
	#error "CONFIG_MBEDTLS_HARDWARE_MPI is off: RSA would run in software, for seconds. See hardware/README.md"
#endif
#if SOC_ECC_SUPPORTED && !CONFIG_MBEDTLS_HARDWARE_ECC
	#error "CONFIG_MBEDTLS_HARDWARE_ECC is off, though this chip has a unit for P-256. See hardware/README.md"
#endif
#if CONFIG_MBEDTLS_HARDWARE_ECC && !CONFIG_MBEDTLS_ECC_OTHER_CURVES_SOFT_FALLBACK
	#error "CONFIG_MBEDTLS_ECC_OTHER_CURVES_SOFT_FALLBACK is off: X25519 and P-384 would fail. See hardware/README.md"
#endif
#if !CONFIG_MBEDTLS_CIPHER_MODE_CBC || !CONFIG_MBEDTLS_CIPHER_MODE_CTR
	#error "CONFIG_MBEDTLS_CIPHER_MODE_CBC or ..._CTR is off: AES-CCM is made of both. See hardware/README.md"
#endif
#if !CONFIG_MBEDTLS_GCM_C || !CONFIG_MBEDTLS_SHA256_C || !CONFIG_MBEDTLS_SHA384_C || !CONFIG_MBEDTLS_ECDSA_C \
	|| !CONFIG_MBEDTLS_RSA_C
	#error "an algorithm that every TLS 1.3 client needs is off in ESP-IDF's options. See hardware/README.md"
#endif

/*
	ESP-IDF compiles PSA Crypto with its own configuration, in which its drivers enlarge the operations' structures.
	Without it here, PSA would write after ours. The macros exist only if that configuration was read; binding.c checks
	the sizes when it starts.
*/
#if !defined(ESP_CONFIG_H)
	#error "ESP-IDF's configuration of Mbed TLS was not read: the C_FLAGS of hardware/esp32/manifest.json are missing"
#endif
#if defined(TF_PSA_CRYPTO_VERSION_MAJOR) && (!defined(ESP_SHA_DRIVER_ENABLED) || !defined(ESP_AES_DRIVER_ENABLED))
	#error \
		"PSA Crypto was configured without ESP-IDF's drivers: the C_FLAGS of hardware/esp32/manifest.json are missing"
#endif
/*
	The driver keeps a hash's state on its own heap: here are a pointer and a kind, or the largest of the software
	hashes.
*/
_Static_assert(
	sizeof(psa_hash_operation_t) >= 2 * sizeof(void*), "psa_hash_operation_t has no room for ESP-IDF's driver");

#if SOC_ECC_SUPPORTED
	#define XS_TLS_CHIP_P256 kChipP256
#else
	#define XS_TLS_CHIP_P256 0
#endif
#if SOC_ECC_SUPPORTED && SOC_ECC_SUPPORT_CURVE_P384
	#define XS_TLS_CHIP_P384 kChipP384
#else
	#define XS_TLS_CHIP_P384 0
#endif
#if SOC_SHA_SUPPORT_SHA512
	#define XS_TLS_CHIP_SHA512 kChipSHA512
#else
	#define XS_TLS_CHIP_SHA512 0
#endif
#if CONFIG_MBEDTLS_HARDWARE_GCM
	#define XS_TLS_CHIP_GCM kChipGCM
#else
	#define XS_TLS_CHIP_GCM 0
#endif
#if CONFIG_MBEDTLS_CHACHAPOLY_C
	#define XS_TLS_CHIP_CHACHA kChipChaCha20Poly1305
#else
	#define XS_TLS_CHIP_CHACHA 0
#endif
#if SOC_RSA_MAX_BIT_LEN >= 4096 || CONFIG_MBEDTLS_LARGE_KEY_SOFTWARE_MPI
	#define XS_TLS_CHIP_RSA4096 kChipRSA4096
#else
	#define XS_TLS_CHIP_RSA4096 0
#endif

#if CONFIG_MBEDTLS_ECP_DP_SECP521R1_ENABLED
	#define XS_TLS_CHIP_P521 kChipP521
#else
	#define XS_TLS_CHIP_P521 0
#endif

#define XS_TLS_CHIP                                                                                  \
	(XS_TLS_CHIP_P256 | XS_TLS_CHIP_P384 | XS_TLS_CHIP_SHA512 | XS_TLS_CHIP_GCM | XS_TLS_CHIP_CHACHA \
		| XS_TLS_CHIP_RSA4096 | XS_TLS_CHIP_P521)

#endif
