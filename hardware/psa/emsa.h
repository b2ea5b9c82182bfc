/*
	Encodings of a digest for RSA (RFC 8017 section 9), as long as the modulus. The digital-signature peripheral signs
	them (../ds/ds.c). rsa.c compares them with what a signature holds.
*/

#ifndef XS_TLS_EMSA_H
#define XS_TLS_EMSA_H

#include "binding.h"

/*
	EMSA-PKCS1-v1_5 (section 9.2) of a digest by SHA-256, -384 or -512. PSA_ERROR_INVALID_ARGUMENT if the modulus is too
	short for it, or for another hash.
*/
psa_status_t emsaPKCS1(psa_algorithm_t hash, const uint8_t* digest, uint8_t* out, size_t length);
/*
	EMSA-PSS (section 9.1.1) with MGF1 of the same hash, for a modulus whose first bit is set. The salt is as long as
	the digest (RFC 8446 section 4.2.3). A signer takes random bytes, never the same twice.
*/
psa_status_t emsaPSS(psa_algorithm_t hash, const uint8_t* digest, const uint8_t* salt, uint8_t* out, size_t length);
/*
	Takes the salt out of bytes that may be an EMSA-PSS encoding (section 9.1.2, steps 5 to 11), for emsaPSS to encode
	with. It checks nothing but the length.
*/
psa_status_t emsaSalt(psa_algorithm_t hash, const uint8_t* encoded, size_t length, uint8_t* salt);

#endif
