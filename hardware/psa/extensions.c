/*
	The extensions of a certificate (RFC 5280 section 4.2), for extensions.ts. Script reads those that it knows, and
	each is there once at most; what a certificate has beside them takes no step of script.
*/

#include "der.h"

/* ExtensionList in ../extensions.ts. */
enum { kGood = 0, kListMalformed = 1, kTooMany = 2, kHasTwins = 3, kPoliciesMalformed = 4, kMapsAny = 5 };

/* Purpose in ../extensions.ts. */
enum { kPurposeMalformed = -1, kServer = 1, kOCSP = 2 };

static bool is(Range id, const char* bytes, size_t length)
{
	return (size_t)(id.end - id.at) == length && memcmp(id.at, bytes, length) == 0;
}

/* ExtensionID in modules/x509/extensions.ts. */
enum {
	kSubjectKeyIdentifier = 14,
	kKeyUsage = 15,
	kSubjectAltName = 17,
	kBasicConstraints = 19,
	kNameConstraints = 30,
	kCertificatePolicies = 32,
	kPolicyMappings = 33,
	kAuthorityKeyIdentifier = 35,
	kPolicyConstraints = 36,
	kExtKeyUsage = 37,
	kInhibitAnyPolicy = 54,
	kPKIX = 0x100,
	kAuthorityInfoAccess = 0x101,
	kTLSFeature = 0x118,
};

/* Returns the number of an identifier of 2.5.29.x or 1.3.6.1.5.5.7.1.x; 0 for others. */
static int extensionID(Range id)
{
	size_t length = id.end - id.at;
	if (length == 3 && id.at[0] == 0x55 && id.at[1] == 0x1d)
		return id.at[2];
	return length == 8 && memcmp(id.at, "\x2b\x06\x01\x05\x05\x07\x01", 7) == 0 ? kPKIX + id.at[7] : 0;
}

static bool isKnown(Range id)
{
	switch (extensionID(id)) {
	case kSubjectKeyIdentifier:
	case kKeyUsage:
	case kSubjectAltName:
	case kBasicConstraints:
	case kNameConstraints:
	case kCertificatePolicies:
	case kPolicyMappings:
	case kAuthorityKeyIdentifier:
	case kPolicyConstraints:
	case kExtKeyUsage:
	case kInhibitAnyPolicy:
	case kAuthorityInfoAccess:
	case kTLSFeature: return true;
	default: return false;
	}
}

/* Takes an extension; its identifier, and what follows that. */
static bool takeExtension(Range* list, Range* id, Range* rest)
{
	return derTakeTag(list, kDERSequence, rest) && derTakeTag(rest, kDERObjectIdentifier, id);
}

/* True for the content of an OBJECT IDENTIFIER (X.690 section 8.19.2): numbers that end, in their shortest form. */
static bool isIdentifier(Range id)
{
	bool isStart = true;
	for (const uint8_t* at = id.at; at < id.end; at++) {
		if (isStart && *at == 0x80)
			return false;
		isStart = *at < 0x80;
	}
	return isStart && id.at < id.end;
}

/* Enters a SEQUENCE that is not empty, and all there is. */
static bool enterOnly(Range from, Range* content)
{
	return derTakeTag(&from, kDERSequence, content) && from.at == from.end && content->at < content->end;
}

static bool takePolicy(Range* from, Range* id)
{
	return derTakeTag(from, kDERObjectIdentifier, id) && isIdentifier(*id);
}

/*
	The forms of CertificatePolicies and PolicyMappings (RFC 5280 sections 4.2.1.4, 4.2.1.5), also where no policy is
	required. Section 6.1.4 a: any policy is not mapped.
*/
static int checkPolicies(Range value, bool isMapping)
{
	Range list, item, id, other;
	if (!enterOnly(value, &list))
		return kPoliciesMalformed;
	while (list.at < list.end) {
		if (!derTakeTag(&list, kDERSequence, &item) || !takePolicy(&item, &id))
			return kPoliciesMalformed;
		if (isMapping) {
			if (!takePolicy(&item, &other) || item.at < item.end)
				return kPoliciesMalformed;
			if (is(id, "\x55\x1d\x20\x00", 4) || is(other, "\x55\x1d\x20\x00", 4))
				return kMapsAny;
		}
		else if (item.at < item.end && !enterOnly(item, &other))
			return kPoliciesMalformed;
	}
	return kGood;
}

/* What stands behind an extension's identifier, for those whose form is checked here. */
static int checkValue(Range id, Range rest)
{
	int number = extensionID(id);
	Range value;
	uint8_t tag;
	if (number != kCertificatePolicies && number != kPolicyMappings)
		return kGood;
	if (!derTake(&rest, &tag, &value))
		return kListMalformed;
	if (tag == kDERBoolean && !derTake(&rest, &tag, &value))
		return kListMalformed;
	return tag == kDEROctetString ? checkPolicies(value, number == kPolicyMappings) : kListMalformed;
}

void xs_extensions_check(xsMachine* the)
{
	xsIntegerValue most = bindingInteger(the, 3);
	Range whole = derArgument(the, 0), list = whole, id, other, rest;
	int result = kGood;
	for (xsIntegerValue count = 0; result == kGood && list.at < list.end; count++) {
		Range before = {whole.at, list.at};
		if (!takeExtension(&list, &id, &rest) || !isIdentifier(id))
			result = kListMalformed;
		else if (count == most)
			result = kTooMany;
		else
			result = checkValue(id, rest);
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
		if (!derTakeTag(&list, kDERObjectIdentifier, &id) || !isIdentifier(id))
			purposes = kPurposeMalformed;
		else if (is(id, "\x2b\x06\x01\x05\x05\x07\x03\x01", 8) || is(id, "\x55\x1d\x25\x00", 4))
			purposes |= kServer;
		else if (is(id, "\x2b\x06\x01\x05\x05\x07\x03\x09", 8))
			purposes |= kOCSP;
	}
	xsmcSetInteger(xsResult, purposes);
}
