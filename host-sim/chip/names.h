/* The accelerators' names, from PSA's algorithms and keys. */

#ifndef SIM_CHIP_NAMES_H
#define SIM_CHIP_NAMES_H

#define SIM_CHIP 1
#include "psa_count.h"

typedef struct {
	char text[40];
} Name;

Name nameOfHash(psa_algorithm_t algorithm);
Name nameOfMAC(psa_algorithm_t algorithm);
Name nameOfAEAD(psa_algorithm_t algorithm);
Name nameOfCipher(psa_algorithm_t algorithm);
/* "P-256", "X25519", "RSA 2048": what the arithmetic works on. */
Name nameOfKey(const psa_key_attributes_t* attributes);
/* What was done with a key that PSA holds: before its name, and after it. */
Name nameOfKeyUse(const char* before, mbedtls_svc_key_id_t key, const char* behind);
Name nameOfAgreement(mbedtls_svc_key_id_t key);
Name nameOfSignature(mbedtls_svc_key_id_t key, const char* use);
/* Verifying without a call of PSA, by KeyKind. */
Name nameOfVerification(int kind, size_t bits);

#endif
