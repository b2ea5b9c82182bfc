/*
	What the bindings share: arguments from script, checked before use, PSA Crypto, and PSA's status in words. Each C
	file stands behind the TypeScript file of the same name one folder up, which documents its functions.

	A native gets each argument by one of the functions below, never by xsArg, which checks its index in debug builds
	only. They refuse what has the wrong type and convert nothing, so no script runs. A pointer to a buffer stays right
	until the native itself makes something in XS.
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
	kHashMax = 64,          /* bytes of the longest digest */
	kSequence = 8,          /* bytes of a record's sequence number */
	kPlaintextMax = 0xffff, /* more than a record's plaintext has, with type and padding */
	kSecretMax = 2560,      /* bytes of the longest secret: a private RSA key of 4096 bits in DER */
};

/* HashAlgorithm in ../hash.ts. */
enum { kHashSHA1 = 2, kHashSHA256 = 4, kHashSHA384 = 5, kHashSHA512 = 6 };

/* ProtocolLength in modules/wire/numbers.ts. */
enum { kRecordHeader = 5, kLengthX25519 = 32, kP256Point = 65, kP384Point = 97 };

/* KeyKind and Padding in ../signature.ts. */
enum { kKeyRSA = 1, kKeyP256 = 2, kKeyP384 = 3, kKeyP521 = 4, kKeyEd25519 = 5 };
enum { kPaddingPKCS1 = 1, kPaddingPSS = 2, kPaddingECDSA = 3, kPaddingEd25519 = 4 };

/* SignatureForm in ../signature.ts. */
enum {
	kFormPKCS1 = 1,
	kFormPSS = 2,
	kFormP256 = 3,
	kFormP384 = 4,
	kFormP521 = 5,
	kFormP256DER = 6,
	kFormP384DER = 7,
	kFormP521DER = 8,
};

/*
	Software outside of PSA Crypto (rsa.c, p256.c, ../mlkem). The simulator counts it like an accelerator, and
	makes it fail if a test asks for that. Verifying, by KeyKind; and other work, by its name.
*/
#ifndef XS_TLS_COUNT
	#define XS_TLS_COUNT_VERIFY(KIND, BITS, BYTES) PSA_SUCCESS
	#define XS_TLS_COUNT(NAME, BYTES) PSA_SUCCESS
#endif

/* Secret key material, outside the garbage-collected heap, which moves what it holds and does not wipe. */
typedef struct {
	uint32_t length;
	uint8_t bytes[];
} Secret;

void xs_secret_destructor(void* data);

/* Throws unless PSA Crypto is ready and its structures are those that this was compiled with. */
void bindingStart(xsMachine* the);
/*
	PSA Crypto is compiled elsewhere, with options that change the size of its structures; where they are larger there,
	it writes after ours. PSA_ERROR_CORRUPTION_DETECTED if that happens, seen by bytes after structures of the sizes
	given.
*/
psa_status_t bindingCheckLayout(size_t hashSize, size_t attributesSize);
/* Throws an error that says what was attempted and why PSA refused. */
void bindingThrow(xsMachine* the, const char* attempt, psa_status_t status);

/* What a native does with a buffer's bytes. */
typedef enum { kRead, kWrite } Access;

/* True if argument `index` was given and is not undefined. */
bool bindingIsGiven(xsMachine* the, xsIntegerValue index);
/* A whole number from 0 to 2^31 - 1: an offset, a length, an enum's number. */
xsIntegerValue bindingInteger(xsMachine* the, xsIntegerValue index);
/* A whole number from 0 to 2^32 - 1. */
uint32_t bindingUnsigned(xsMachine* the, xsIntegerValue index);
/* The sequence number that a cipher starts with: 0 if the argument is not given. */
uint64_t bindingSequence(xsMachine* the, xsIntegerValue index);
/* True for what script takes for true. */
bool bindingBoolean(xsMachine* the, xsIntegerValue index);
/* The characters of a string, with a 0 after them. As a buffer's, they stay until the native makes something in XS. */
const char* bindingString(xsMachine* the, xsIntegerValue index);
/* Copies a string, with a 0 after it. Throws RangeError if it is longer than `size` - 1 bytes. */
void bindingText(xsMachine* the, xsIntegerValue index, char* text, size_t size);
/* PSA's name for one of TLS's hash functions, by its number in HashAlgorithm. */
psa_algorithm_t bindingHash(xsMachine* the, xsIntegerValue index);
psa_algorithm_t bindingHashOf(xsMachine* the, xsIntegerValue number);

/* True for an ArrayBuffer and for a host object that is a buffer. A property byteLength does not make a buffer. */
bool bindingIsBuffer(xsMachine* the, xsIntegerValue index);
/*
	Bytes start..end of an ArrayBuffer or a view whose items have one byte. Throws RangeError if they are not all there.
*/
uint8_t* bindingRange(xsMachine* the, xsIntegerValue index, xsIntegerValue start, xsIntegerValue end, Access access);
/* The same for `length` bytes at `start`. */
uint8_t* bindingSpan(xsMachine* the, xsIntegerValue index, xsIntegerValue start, xsIntegerValue length, Access access);
/* All bytes of such a buffer. */
uint8_t* bindingBuffer(xsMachine* the, xsIntegerValue index, Access access, size_t* length);

/*
	Begins a constructor. Throws TypeError if `this` is not a new object of the class whose destructor this is, as with
	another class's new.target.
*/
void bindingConstruct(xsMachine* the, xsDestructor destructor, const char* name);
/* The data of `this`. Throws TypeError if it is not of the class, Error if it is closed. */
void* bindingThis(xsMachine* the, xsDestructor destructor, const char* name);
/* Frees the data of `this` by the destructor. */
void bindingClose(xsMachine* the, xsDestructor destructor, const char* name);
/* The Secret that is an argument, or `this`. */
Secret* bindingSecret(xsMachine* the, xsIntegerValue index);
Secret* bindingThisSecret(xsMachine* the);

/* Throws if no number is left (RFC 8446 section 5.3). */
void bindingCheckSequence(xsMachine* the, uint64_t sequence);
void bindingPutSequence(uint8_t* to, uint64_t sequence);
/* Overwrites bytes in a way that the compiler keeps. */
void bindingWipe(void* bytes, size_t length);
/* True if all bytes are the same, in a time that depends on their number alone. */
bool bindingEqual(const uint8_t* a, const uint8_t* b, size_t length);
/* HMAC in one go with a key in the clear. */
psa_status_t bindingHMAC(
	psa_algorithm_t hash, const uint8_t* key, size_t keyLength, const uint8_t* data, size_t dataLength, uint8_t* out);

#endif
