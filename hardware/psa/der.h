/*
	DER (X.690 sections 8 and 10) as C reads it: definite lengths in their shortest form, every element inside the one
	that holds it. Script reads the rest of a certificate (modules/wire/der.ts). Names are read in C because a peer
	decides how many there are.
*/

#ifndef XS_TLS_DER_H
#define XS_TLS_DER_H

#include "binding.h"

/* Tag in modules/wire/der.ts. */
enum {
	kDERBoolean = 0x01,
	kDERInteger = 0x02,
	kDEROctetString = 0x04,
	kDERObjectIdentifier = 0x06,
	kDERSequence = 0x30
};

/* Bytes; `at` is the next to be read. */
typedef struct {
	const uint8_t* at;
	const uint8_t* end;
} Range;

/* The bytes that argument `index` and the next two name: a buffer, start and end. */
Range derArgument(xsMachine* the, xsIntegerValue index);

static inline size_t derLength(Range range)
{
	return range.end - range.at;
}

/* Takes the next element. False if it is malformed, or its tag has more than one byte. */
bool derTake(Range* from, uint8_t* tag, Range* content);
/* Takes the next element, which must have this tag. */
bool derTakeTag(Range* from, uint8_t tag, Range* content);

#endif
