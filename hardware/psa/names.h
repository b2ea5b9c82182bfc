/*
	Names of certificates (RFC 5280 section 4.1.2.4): their parts, and how they compare. names.c compares, namedigest.c
	hashes, general.c checks name constraints.
*/

#ifndef XS_TLS_NAMES_H
#define XS_TLS_NAMES_H

#include "der.h"

enum {
	kMaxAttributes = 8, /* in one SET */
	kMaxName = 4096,    /* bytes of content; a longer Name is compared byte by byte */
	kEnd = -1,          /* after the last character */
	kUTF8String = 0x0c,
};

/* How two names compare. Unsure: characters outside ASCII decide, for which a device lacks the tables of Unicode. */
typedef enum { kDifferent, kUnsure, kSame, kMalformed } Likeness;

/* An attribute of a Name: its type's OBJECT IDENTIFIER, and its value with the value's tag. */
typedef struct {
	Range type, value;
	uint8_t tag;
} Attribute;

/* A value that is being read character by character. */
typedef struct {
	Range rest;
	uint8_t tag;
	bool isStarted;
	bool skipsControls;
} Text;

/* How much of a Name is compared: all of it, or as many parts as `base` has. */
typedef enum { kWholeName, kPrefix } NameExtent;

/* Compares the content of two Names. Adds the bytes read to `work`. */
Likeness nameCompare(Range name, Range base, NameExtent extent, size_t* work);

/* Enters the Name `whole`. False if that is malformed, or not all of the bytes. */
bool nameEnter(Range* whole, Range* content);
/*
	Takes the attributes of the next RelativeDistinguishedName. Returns their number, or -1 if it is malformed or has
	too many.
*/
int nameTakeSet(Range* name, Attribute* list);
/* True if a value with this tag is text. */
bool nameIsText(uint8_t tag);
/* Starts reading the value of an attribute that is text. */
Text nameText(const Attribute* attribute);
/* Returns the next character with blanks folded, and letters of ASCII in lower case; kEnd after the last. */
int32_t nameNextCharacter(Text* text);
/*
	Returns how two texts sort. Tells if the first difference is one of ASCII's characters, or of the length. Adds the
	bytes read to `work`.
*/
int32_t nameCompareText(const Attribute* a, const Attribute* b, bool* isSure, size_t* work);

#endif
