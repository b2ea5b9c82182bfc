/*
	The MAC of TLS 1.2's block ciphers (RFC 5246 section 6.2.3.1, 6.2.3.2), apart from script so that its instructions
	can be counted.
*/

#ifndef XS_TLS_LEGACY_MAC_H
#define XS_TLS_LEGACY_MAC_H

#include <stdint.h>
#include <stddef.h>

#include "psa/crypto.h"

enum {
	kMACMax = 48,       /* bytes of HMAC-SHA-384, the longest one that a suite has */
	kMACBlockMax = 128, /* bytes of the longest hash's block */
	kMACHeader = 13,    /* sequence number, type, version, length: what goes into the MAC before the plaintext */
};

/*
 * Checks padding and MAC of a record that was decrypted: `bytes[0..length)` is plaintext, MAC, padding. The header's
 * length field is filled in here. Sets `text` to the length of the plaintext, or to -1 if anything is wrong. The
 * instructions that run and the memory that is read depend on `length` alone: they don't tell what is wrong, or where.
 */
psa_status_t macCheck(psa_algorithm_t hash, const uint8_t* key, uint8_t header[kMACHeader], const uint8_t* bytes,
	size_t length, int32_t* text);

#endif
