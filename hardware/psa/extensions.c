/*
	The extensions of a certificate (RFC 5280 section 4.2), for extensions.ts. Script reads those that it knows, and
	each is there once at most; what a certificate has beside them takes no step of script.
*/

#include "der.h"

/* ExtensionList in ../extensions.ts. */
enum { kGood = 0, kListMalformed = 1, kTooMany = 2, kHasTwins = 3 };

/* Purpose in ../extensions.ts. */
enum { kPurposeMalformed = -1, kServer = 1, kOCSP = 2 };

static bool is(Range id, const char* bytes, size_t length)
{
	return (size_t)(id.end - id.at) == length && memcmp(id.at, bytes, length) == 0;
}

/* 2.5.29.x: what modules/x509/oids.ts has; 1.3.6.1.5.5.7.1.x: authorityInfoAccess, tlsFeature */
static bool isKnown(Range id)
{
	size_t length = id.end - id.at;
	if (length == 3 && id.at[0] == 0x55 && id.at[1] == 0x1d) {
		switch (id.at[2]) {
		case 14:
		case 15:
		case 17:
		case 19:
		case 30:
		case 32:
		case 33:
		case 35:
		case 36:
		case 37:
		case 54: return true;
		}
		return false;
	}
	return is(id, "\x2b\x06\x01\x05\x05\x07\x01\x01", 8) || is(id, "\x2b\x06\x01\x05\x05\x07\x01\x18", 8);
}

/* Takes an extension; its identifier, and what follows that. */
static bool takeExtension(Range* list, Range* id, Range* rest)
{
	return derTakeTag(list, kDERSequence, rest) && derTakeTag(rest, kDERObjectIdentifier, id);
}

void xs_extensions_check(xsMachine* the)
{
	xsIntegerValue most = bindingInteger(the, 3);
	Range whole = derArgument(the, 0), list = whole, id, other, rest;
	int result = kGood;
	for (xsIntegerValue count = 0; result == kGood && list.at < list.end; count++) {
		Range before = {whole.at, list.at};
		if (!takeExtension(&list, &id, &rest))
			result = kListMalformed;
		else if (count == most)
			result = kTooMany;
		while (result == kGood && before.at < before.end) {
			takeExtension(&before, &other, &rest);
			if (is(other, (const char*)id.at, id.end - id.at))
				result = kHasTwins;
		}
	}
	xsmcSetInteger(xsResult, result);
}

/* True if it is not critical, and well-formed but for what is in its value. */
static bool canSkip(Range rest)
{
	Range value;
	return derTakeTag(&rest, kDEROctetString, &value) && rest.at == rest.end;
}

void xs_extensions_next(xsMachine* the)
{
	Range list = derArgument(the, 0), id, rest;
	const uint8_t* bytes = list.at;
	const uint8_t* at = bytes;
	while (list.at < list.end && takeExtension(&list, &id, &rest) && !isKnown(id) && canSkip(rest))
		at = list.at;
	xsmcSetInteger(xsResult, bindingInteger(the, 1) + (xsIntegerValue)(at - bytes));
}

void xs_extensions_purposes(xsMachine* the)
{
	Range list = derArgument(the, 0), id;
	xsIntegerValue purposes = 0;
	while (list.at < list.end && purposes >= 0) {
		if (!derTakeTag(&list, kDERObjectIdentifier, &id))
			purposes = kPurposeMalformed;
		else if (is(id, "\x2b\x06\x01\x05\x05\x07\x03\x01", 8) || is(id, "\x55\x1d\x25\x00", 4))
			purposes |= kServer;
		else if (is(id, "\x2b\x06\x01\x05\x05\x07\x03\x09", 8))
			purposes |= kOCSP;
	}
	xsmcSetInteger(xsResult, purposes);
}
