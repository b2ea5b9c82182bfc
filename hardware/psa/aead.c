/*
	Record protection, for aead.ts: the nonce and the additional data are made here, from the sequence number and the
	record's header.
*/

#include "ccm.h"

enum {
	kIvMax = 12,
	kAdditionalMax = 13, /* bytes of TLS 1.2's additional data */
	kExplicit = 8,       /* bytes of the nonce that TLS 1.2's GCM and CCM send in the record */
};

typedef struct {
	uint64_t sequence; /* of the next record */
	psa_key_id_t key;
	psa_algorithm_t algorithm;
	uint32_t recordLimit;
	uint8_t iv[kIvMax];
	uint8_t tag; /* bytes */
	bool isCCM;  /* done by ccm.c; else by PSA's `algorithm` */
	bool tls12;
	bool explicitNonce;
} AEAD;

static const char kName[] = "cipher";

/* AEADAlgorithm in ../aead.ts. */
enum { kGCM = 1, kChaCha20Poly1305 = 2, kCCM = 3, kCCM8 = 4 };

/* RecordVersion in ../aead.ts. */
enum { kVersionTLS12 = 0x0303, kVersionTLS13 = 0x0304 };

void xs_aead_destructor(void* data)
{
	AEAD* aead = data;
	if (!aead)
		return;
	psa_destroy_key(aead->key);
	bindingWipe(aead, sizeof(AEAD));
	c_free(aead);
}

static AEAD* thisAEAD(xsMachine* the)
{
	return bindingThis(the, xs_aead_destructor, kName);
}

static psa_status_t importKey(AEAD* aead, int number, const uint8_t* key, size_t length)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	aead->tag = number == kCCM8 ? 8 : 16;
	switch (number) {
	case kGCM: aead->algorithm = PSA_ALG_GCM; break;
	case kChaCha20Poly1305: aead->algorithm = PSA_ALG_CHACHA20_POLY1305; break;
	case kCCM:
	case kCCM8: aead->isCCM = true; break;
	default: return PSA_ERROR_NOT_SUPPORTED;
	}
	if (aead->isCCM)
		attributes = ccmAttributes();
	else {
		psa_set_key_type(&attributes, number == kChaCha20Poly1305 ? PSA_KEY_TYPE_CHACHA20 : PSA_KEY_TYPE_AES);
		psa_set_key_algorithm(&attributes, aead->algorithm);
		psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT);
	}
	return psa_import_key(&attributes, key, length, &aead->key);
}

/* An eighth argument is the first record's sequence number: only the self-test and tests give one. */
void xs_aead(xsMachine* the)
{
	bindingConstruct(the, xs_aead_destructor, kName);
	int number = bindingInteger(the, 0), version = bindingInteger(the, 1);
	xsIntegerValue keyStart = bindingInteger(the, 3), keyEnd = bindingInteger(the, 4), ivStart = bindingInteger(the, 5);
	uint32_t recordLimit = bindingUnsigned(the, 6);
	uint64_t first = bindingSequence(the, 7);
	if (version != kVersionTLS12 && version != kVersionTLS13)
		xsRangeError("no version 0x%x protects records", version);
	bool tls12 = version == kVersionTLS12;
	bool explicitNonce = tls12 && number != kChaCha20Poly1305;
	xsIntegerValue ivLength = explicitNonce ? kIvMax - kExplicit : kIvMax;
	bindingStart(the);
	Secret* material = bindingSecret(the, 2);
	xsIntegerValue length = material->length;
	if (keyEnd > length || keyStart > keyEnd || ivStart > length - ivLength)
		xsRangeError("the key material has only %d bytes", (int)length);
	AEAD* aead = c_calloc(1, sizeof(AEAD));
	if (!aead)
		bindingThrow(the, "cipher", PSA_ERROR_INSUFFICIENT_MEMORY);
	aead->sequence = first;
	aead->recordLimit = recordLimit;
	aead->tls12 = tls12;
	aead->explicitNonce = explicitNonce;
	c_memcpy(aead->iv, material->bytes + ivStart, ivLength);
	psa_status_t status = importKey(aead, number, material->bytes + keyStart, keyEnd - keyStart);
	if (status != PSA_SUCCESS) {
		bindingWipe(aead, sizeof(AEAD));
		c_free(aead);
		bindingThrow(the, "cipher", status);
	}
	xsmcSetHostData(xsThis, aead);
}

void xs_aead_close(xsMachine* the)
{
	bindingClose(the, xs_aead_destructor, kName);
}

/* Bytes of the nonce that stands in the record. */
static xsIntegerValue explicitLength(const AEAD* aead)
{
	return aead->explicitNonce ? kExplicit : 0;
}

void xs_aead_hidesType(xsMachine* the)
{
	xsmcSetBoolean(xsResult, !thisAEAD(the)->tls12);
}

void xs_aead_explicit(xsMachine* the)
{
	xsmcSetInteger(xsResult, explicitLength(thisAEAD(the)));
}

void xs_aead_needsNewKey(xsMachine* the)
{
	AEAD* aead = thisAEAD(the);
	xsmcSetBoolean(xsResult, aead->sequence >= aead->recordLimit);
}

void xs_aead_sealedLength(xsMachine* the)
{
	AEAD* aead = thisAEAD(the);
	xsIntegerValue length = bindingInteger(the, 0);
	if (length > kPlaintextMax)
		xsRangeError("no record has %d bytes", (int)length);
	xsmcSetInteger(xsResult, explicitLength(aead) + length + aead->tag);
}

void xs_aead_overhead(xsMachine* the)
{
	AEAD* aead = thisAEAD(the);
	xsmcSetInteger(xsResult, explicitLength(aead) + aead->tag);
}

/* RFC 8446 section 5.3, RFC 7905 section 2; with an explicit part RFC 5288 section 3. */
static void makeNonce(const AEAD* aead, const uint8_t* explicitPart, uint8_t* nonce)
{
	uint8_t sequence[kSequence];
	c_memcpy(nonce, aead->iv, kIvMax);
	if (aead->explicitNonce) {
		c_memcpy(nonce + kIvMax - kExplicit, explicitPart, kExplicit);
		return;
	}
	bindingPutSequence(sequence, aead->sequence);
	for (int i = 0; i < kSequence; i++)
		nonce[kIvMax - kSequence + i] ^= sequence[i];
}

/*
	RFC 8446 section 5.2: the header as sent. RFC 5246 section 6.2.3.3: sequence number, type, version, length of the
	plaintext.
*/
static size_t makeAdditional(const AEAD* aead, const uint8_t* header, size_t length, uint8_t* to)
{
	if (!aead->tls12) {
		c_memcpy(to, header, kRecordHeader);
		return kRecordHeader;
	}
	bindingPutSequence(to, aead->sequence);
	c_memcpy(to + kSequence, header, 3);
	to[11] = length >> 8;
	to[12] = length;
	return kAdditionalMax;
}

/*
	What a record's encryption takes beside its plaintext, for PSA as for CCM. The caller owns `nonce` and `additional`:
	kIvMax and kAdditionalMax bytes.
*/
static CCM inputsOf(const AEAD* aead, const uint8_t* header, size_t length, uint8_t* nonce, uint8_t* additional)
{
	makeNonce(aead, header + kRecordHeader, nonce);
	return (CCM) {
		.key = aead->key,
		.tagLength = aead->tag,
		.nonce = nonce,
		.nonceLength = kIvMax,
		.additional = additional,
		.additionalLength = makeAdditional(aead, header, length, additional),
	};
}

void xs_aead_seal(xsMachine* the)
{
	xsIntegerValue record = bindingInteger(the, 1), end = bindingInteger(the, 2);
	uint8_t nonce[kIvMax], additional[kAdditionalMax];
	size_t written;
	AEAD* aead = thisAEAD(the);
	bindingCheckSequence(the, aead->sequence);
	xsIntegerValue prefix = kRecordHeader + explicitLength(aead);
	if (end < record || end - record < prefix || end > INT32_MAX - aead->tag)
		xsRangeError("the record has no room for its header");
	uint8_t* header = bindingRange(the, 0, record, end + aead->tag, kWrite);
	uint8_t* text = header + prefix;
	size_t length = end - record - prefix;
	if (aead->explicitNonce)
		bindingPutSequence(header + kRecordHeader, aead->sequence);
	CCM ccm = inputsOf(aead, header, length, nonce, additional);
	psa_status_t status = aead->isCCM ? ccmSeal(&ccm, text, length, text + length)
									  : psa_aead_encrypt(aead->key, aead->algorithm, nonce, kIvMax, additional,
										  ccm.additionalLength, text, length, text, length + aead->tag, &written);
	/* a number is used once, also if the driver failed halfway */
	aead->sequence++;
	if (status != PSA_SUCCESS)
		bindingThrow(the, "encrypting a record", status);
	xsmcSetInteger(xsResult, end + aead->tag);
}

void xs_aead_open(xsMachine* the)
{
	xsIntegerValue record = bindingInteger(the, 1), end = bindingInteger(the, 2);
	uint8_t nonce[kIvMax], additional[kAdditionalMax];
	size_t written;
	AEAD* aead = thisAEAD(the);
	bindingCheckSequence(the, aead->sequence);
	xsIntegerValue prefix = kRecordHeader + explicitLength(aead);
	uint8_t* header = bindingRange(the, 0, record, end, kWrite);
	if (end - record < prefix + aead->tag) {
		xsmcSetInteger(xsResult, -1);
		return;
	}
	uint8_t* text = header + prefix;
	size_t length = end - record - prefix - aead->tag;
	CCM ccm = inputsOf(aead, header, length, nonce, additional);
	psa_status_t status = aead->isCCM ? ccmOpen(&ccm, text, length, text + length)
									  : psa_aead_decrypt(aead->key, aead->algorithm, nonce, kIvMax, additional,
										  ccm.additionalLength, text, length + aead->tag, text, length, &written);
	if (status == PSA_ERROR_INVALID_SIGNATURE)
		xsmcSetInteger(xsResult, -1);
	else if (status != PSA_SUCCESS)
		bindingThrow(the, "decrypting a record", status);
	else {
		aead->sequence++;
		xsmcSetInteger(xsResult, end - aead->tag);
	}
}
