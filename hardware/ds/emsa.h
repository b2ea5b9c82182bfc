/* How a digest is encoded before RSA signs it (RFC 8017 section 9), for ds.c: the peripheral does the arithmetic only. */

#ifndef XS_TLS_EMSA_H
#define XS_TLS_EMSA_H

#include "binding.h"

/*
	EMSA-PKCS1-v1_5 (section 9.2) of a digest by SHA-256, -384 or -512, as long as the modulus. PSA_ERROR_INVALID_ARGUMENT where the modulus is too
	short for it.
*/
psa_status_t emsaPKCS1(psa_algorithm_t hash, const uint8_t* digest, uint8_t* out, size_t length);
/*
	EMSA-PSS (section 9.1.1) with MGF1 of the same hash, for a modulus whose first bit is set. The salt is as long as the digest
	(RFC 8446 section 4.2.3), and random: never the same twice.
*/
psa_status_t emsaPSS(psa_algorithm_t hash, const uint8_t* digest, const uint8_t* salt, uint8_t* out, size_t length);

#endif
