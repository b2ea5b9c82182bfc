/*
	AES-CCM (RFC 3610, NIST SP 800-38C), for aead.c: made of AES in CBC and in counter mode, so that the accelerator
	takes whole buffers.
*/

#ifndef XS_TLS_CCM_H
#define XS_TLS_CCM_H

#include "binding.h"

typedef struct {
	psa_key_id_t key; /* made with ccmAttributes */
	size_t tagLength; /* bytes, RFC 3610's M: 4, 6, ... 16 */
	const uint8_t* nonce;
	size_t nonceLength; /* bytes, RFC 3610's 15-L: 7 to 13 */
	const uint8_t* additional;
	size_t additionalLength; /* bytes, less than 0xff00 */
} CCM;

/* What a key needs to be used here: AES in two modes, both to encrypt only. */
psa_key_attributes_t ccmAttributes(void);
/* Encrypts `length` bytes in place and writes the tag. PSA_ERROR_INVALID_ARGUMENT if RFC 3610 has no such lengths. */
psa_status_t ccmSeal(const CCM* ccm, uint8_t* text, size_t length, uint8_t* tag);
/*
	Decrypts `length` bytes in place. PSA_ERROR_INVALID_SIGNATURE if the tag is not theirs; the text is wiped whenever
	the status is not PSA_SUCCESS. The tag is compared in constant time.
*/
psa_status_t ccmOpen(const CCM* ccm, uint8_t* text, size_t length, const uint8_t* tag);

#endif
