/*
	What the bindings in this folder share: PSA Crypto, arguments from script checked before use, and PSA's status in words.
	Each C file stands behind the TypeScript file of the same name one folder up, which documents its functions.

	The order inside every function is the same: integers first (converting a value may run script), then sizes, native data
	and buffer pointers last, because anything that runs or allocates in XS may move a buffer.
*/

#ifndef XS_TLS_BINDING_H
#define XS_TLS_BINDING_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "xsmc.h"
#include "xsHost.h"
#include "psa/crypto.h"

enum {
	kHashMax = 64,		/* octets of the longest digest */
	kSequence = 8,		/* octets of a record's sequence number */
	kSecretMax = 2560,	/* bytes of the longest secret: a private RSA key of 4096 bits in DER */
};

/* Secret key material, outside the garbage-collected heap, which moves what it holds and does not wipe. */
typedef struct {
	uint32_t length;
	uint8_t bytes[];
} Secret;

void xs_secret_destructor(void* data);

/* Throws unless PSA Crypto is ready and its structures are those that this was compiled with. */
void bindingStart(xsMachine* the);
/*
	PSA Crypto is compiled elsewhere, with options that change the size of its structures; where they are larger there, it writes behind
	ours. False where that happens, seen by octets behind structures of the sizes given.
*/
bool bindingLayoutFits(size_t hashSize, size_t attributesSize);
/* Throws an error that says what was attempted and why PSA refused. */
void bindingThrow(xsMachine* the, const char* attempt, psa_status_t status);
/* The octets start..end of an ArrayBuffer or Uint8Array; throws RangeError where they are not all there. Valid until XS runs or allocates. */
uint8_t* bindingBytes(xsMachine* the, xsSlot* slot, xsIntegerValue start, xsIntegerValue end, bool writable);
/* The same for `length` octets from `start` on. */
uint8_t* bindingSpan(xsMachine* the, xsSlot* slot, xsIntegerValue start, xsIntegerValue length, bool writable);
/* The Secret in a slot; throws where it is none, or closed. */
Secret* bindingSecret(xsMachine* the, xsSlot* slot);
/* PSA's name for one of TLS's hash functions (RFC 5246 section 7.4.1.4.1); throws RangeError for others. */
psa_algorithm_t bindingHash(xsMachine* the, xsIntegerValue number);
/* A whole number from 0 to 2^32 - 1, which is more than an xsIntegerValue holds; throws RangeError for others. */
uint32_t bindingUnsigned(xsMachine* the, xsSlot* slot);
/* The sequence number that a cipher starts with: argument `index`, or 0 where there is none. */
uint64_t bindingSequence(xsMachine* the, xsIntegerValue index);
/* Throws where no number is left (RFC 8446 section 5.3). */
void bindingCheckSequence(xsMachine* the, uint64_t sequence);
void bindingPutSequence(uint8_t* to, uint64_t sequence);
/* Overwrites octets in a way that the compiler keeps. */
void bindingWipe(void* bytes, size_t length);
/* True where all octets are the same, in a time that depends on their number alone. */
bool bindingEqual(const uint8_t* a, const uint8_t* b, size_t length);
/* HMAC in one go with a key in the clear. */
psa_status_t bindingHMAC(psa_algorithm_t hash, const uint8_t* key, size_t keyLength, const uint8_t* data, size_t dataLength, uint8_t* out);

#endif
