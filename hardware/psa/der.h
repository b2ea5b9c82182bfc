/*
	DER (X.690 sections 8 and 10) as names.c and general.c read it: definite lengths in their shortest form, every element inside the one that
	holds it. Script reads the rest of a certificate (modules/x509/der.ts). These two are in C because a peer decides how many names there are.
*/

#ifndef XS_TLS_DER_H
#define XS_TLS_DER_H

#include "binding.h"

enum { kDEROctetString = 0x04, kDERObjectIdentifier = 0x06, kDERSequence = 0x30 };

/* Bytes of which `at` is the next to be read. */
typedef struct {
	const uint8_t* at;
	const uint8_t* end;
} Range;

/* The bytes that argument `index` and the next two name: a buffer, start and end. */
Range derArgument(xsMachine* the, xsIntegerValue index);

/* How two names compare. Unsure: characters outside ASCII decide, for which RFC 5280 wants tables of Unicode that a device does not have. */
typedef enum { kDifferent, kUnsure, kSame, kMalformed } Likeness;

/* Takes the next element; false if it is not well-formed, or its tag has more than one byte. */
bool derTake(Range* from, uint8_t* tag, Range* content);
/* The same for an element that must have this tag. */
bool derTakeTag(Range* from, uint8_t tag, Range* content);

/* Compares what is in two Names; with `isPrefix`, true for all names that start with the parts of `base`. Adds the bytes read to `work`. */
Likeness nameCompare(Range name, Range base, bool isPrefix, size_t* work);

#endif
