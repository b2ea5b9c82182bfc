/*
	Mbed TLS 3.6 as ESP-IDF 6 configures its crypto without accelerators, for builds whose memory is counted (variants
	with "-device") and for the firmware. Random numbers come from outside: random.c here, board/entropy.c in the
	firmware. hardware/legacy adds finite-field Diffie-Hellman.
*/

#ifndef SIM_DEVICE_CONFIG_H
#define SIM_DEVICE_CONFIG_H

/* The chips multiply 32 bits by 32; the 64-bit build computes with limbs of the same size. */
#define MBEDTLS_HAVE_INT32

#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
#define MBEDTLS_NO_PLATFORM_ENTROPY
/*
 * Input and output stay where they are: ESP-IDF keeps this on from 6.0 on (its issue 18343). Without it each call
 * copies both.
 */
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS
/* Key slots come in slices of 16, allocated when they are needed. */
#define MBEDTLS_PSA_KEY_STORE_DYNAMIC

#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_CIPHER_C
#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_CIPHER_MODE_CTR
#define MBEDTLS_CIPHER_PADDING_PKCS7
#define MBEDTLS_GCM_C
#define MBEDTLS_CCM_C
#define MBEDTLS_CMAC_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C

#define MBEDTLS_MD_C
#define MBEDTLS_MD5_C
#define MBEDTLS_SHA1_C
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_HKDF_C
#define MBEDTLS_HMAC_DRBG_C

#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_NIST_OPTIM
/* ESP-IDF's defaults: no table of multiples of the base point, windows as the library has them. */
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_SECP521R1_ENABLED
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECDSA_DETERMINISTIC
#define MBEDTLS_DHM_C
#define MBEDTLS_RSA_C
#define MBEDTLS_GENPRIME
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
/* PSA reads and writes RSA keys with these. */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_WRITE_C

#endif
