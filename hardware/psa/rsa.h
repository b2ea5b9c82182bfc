/*
	Verifying RSA signatures (RFC 8017 sections 8.1.2 and 8.2.2) in one block of memory, for signature.c. Not
	constant-time: key, signature and message are public. Nothing here may be given a secret.
*/

#ifndef XS_TLS_RSA_H
#define XS_TLS_RSA_H

#include "binding.h"

enum {
	kRSABitsMin = 2048,
	kRSABitsMax = 4096,
	kRSAExponentBitsMax = 32,
};

/* A public key: the modulus, big-endian, without zeros in front, and the exponent. */
typedef struct {
	const uint8_t* modulus;
	size_t length; /* bytes of the modulus */
	uint32_t exponent;
} RSAKey;

/* The sizes that a key has, for errors. */
typedef struct {
	int modulusBits;
	int exponentBits;
} RSASize;

/* What a signature is over, and how it is encoded. */
typedef struct {
	int padding; /* kPaddingPKCS1 or kPaddingPSS */
	psa_algorithm_t hash;
	const uint8_t* digest;
} RSAMessage;

/*
	Reads an RSAPublicKey (RFC 8017 appendix A.1.1), strictly DER. PSA_ERROR_INVALID_ARGUMENT if it is none, or modulus
	or exponent are even, or the exponent is 1. PSA_ERROR_NOT_SUPPORTED if the modulus does not have 2048 to 4096 bits
	in steps of 8, or the exponent has more than 32.
*/
psa_status_t rsaReadKey(const uint8_t* bytes, size_t length, RSAKey* key, RSASize* size);
/*
 * Bytes of the block that rsaPublic works in: three numbers as long as the modulus in whole words, four for an unusual
 * exponent.
 */
size_t rsaBlockSize(const RSAKey* key);
/*
	RSAVP1 (section 5.2.2): the signature, as long as the modulus, to the power of the exponent, which is odd and not 1.
	The result is in the first `length` bytes of `block`. False if the signature is not below the modulus.
*/
bool rsaPublic(const RSAKey* key, const uint8_t* signature, uint32_t* block);
/*
	PSA_SUCCESS if the signature, as long as the modulus, is the key's; PSA_ERROR_INVALID_SIGNATURE if it is not. Any
	other status says why that could not be found out.
*/
psa_status_t rsaVerify(const RSAKey* key, const RSAMessage* message, const uint8_t* signature);

#endif
