/*
	Verifying ECDSA on P-256 without heap; see p256.h. p256-m is included from where Mbed TLS's sources are: no code of
	it is here. Its names get a prefix, as Mbed TLS may be built with it, too.

	Its one option: a multiplication of 32 bits by 32 in one step, whose time may depend on the numbers. Espressif does
	not say that its chips' is constant. All numbers of a verification are public, so that this is right. It would be
	wrong for key agreement and signing, which stay with PSA Crypto (docs/decisions/p256.md).
*/

#include "p256.h"

#if XS_TLS_P256M

	#define MUL64_IS_CONSTANT_TIME
	#ifndef MBEDTLS_PSA_P256M_DRIVER_ENABLED
		#define MBEDTLS_PSA_P256M_DRIVER_ENABLED
	#endif
	#define p256_generate_random xs_tls_p256_generate_random
	#define p256_gen_keypair xs_tls_p256_gen_keypair
	#define p256_ecdh_shared_secret xs_tls_p256_ecdh_shared_secret
	#define p256_ecdsa_sign xs_tls_p256_ecdsa_sign
	#define p256_ecdsa_verify xs_tls_p256_ecdsa_verify
	#define p256_validate_pubkey xs_tls_p256_validate_pubkey
	#define p256_validate_privkey xs_tls_p256_validate_privkey
	#define p256_public_from_private xs_tls_p256_public_from_private
	#include "p256-m/p256-m.c"

enum { kUncompressed = 4 };

psa_status_t p256Verify(const uint8_t* key, const uint8_t* digest, size_t length, const uint8_t* signature)
{
	psa_status_t status = XS_TLS_COUNT_VERIFY(kKeyP256, 256, length);
	if (status != PSA_SUCCESS)
		return status;
	if (key[0] != kUncompressed || p256_ecdsa_verify(signature, key + 1, digest, length) != P256_SUCCESS)
		return PSA_ERROR_INVALID_SIGNATURE;
	return PSA_SUCCESS;
}

#endif
