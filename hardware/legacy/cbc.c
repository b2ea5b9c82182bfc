/* Record protection with AES-CBC and HMAC, for cbc.ts. Whole records go to the cipher and the hash in one piece. */

#include "binding.h"
#include "mac.h"

enum {
	kBlock = 16,       /* of AES, and of the IV */
	kPaddingMax = 256, /* bytes of the longest padding, with the length of it */
};

typedef struct {
	uint64_t sequence; /* of the next record */
	psa_key_id_t cipherKey;
	psa_key_id_t macKey;
	psa_algorithm_t hash;
	uint32_t recordLimit;
	uint8_t macLength;
	bool encryptThenMac;
	uint8_t mac[kMACMax]; /* the MAC's key, for the check of what was decrypted */
} CBC;

static const char kName[] = "cipher";

/* MACOrder in cbc.ts. */
enum { kMacThenEncrypt = 0, kEncryptThenMac = 1 };

void xs_cbc_destructor(void* data)
{
	CBC* cbc = data;
	if (!cbc)
		return;
	psa_destroy_key(cbc->cipherKey);
	psa_destroy_key(cbc->macKey);
	bindingWipe(cbc, sizeof(CBC));
	c_free(cbc);
}

static CBC* thisCBC(xsMachine* the)
{
	return bindingThis(the, xs_cbc_destructor, kName);
}

static psa_status_t importKeys(CBC* cbc, const uint8_t* key, size_t length)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
	psa_set_key_algorithm(&attributes, PSA_ALG_CBC_NO_PADDING);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT);
	psa_status_t status = psa_import_key(&attributes, key, length, &cbc->cipherKey);
	if (status != PSA_SUCCESS)
		return status;
	attributes = psa_key_attributes_init();
	psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
	psa_set_key_algorithm(&attributes, PSA_ALG_HMAC(cbc->hash));
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
	return psa_import_key(&attributes, cbc->mac, cbc->macLength, &cbc->macKey);
}

/* An eighth argument is the first record's sequence number: only tests give one. */
void xs_cbc(xsMachine* the)
{
	bindingConstruct(the, xs_cbc_destructor, kName);
	psa_algorithm_t hash = bindingHash(the, 0);
	int order = bindingInteger(the, 1);
	xsIntegerValue keyStart = bindingInteger(the, 3), keyEnd = bindingInteger(the, 4),
				   macStart = bindingInteger(the, 5);
	uint32_t recordLimit = bindingUnsigned(the, 6);
	uint64_t first = bindingSequence(the, 7);
	xsIntegerValue macLength = PSA_HASH_LENGTH(hash), keyLength = keyEnd - keyStart;
	if (order != kMacThenEncrypt && order != kEncryptThenMac)
		xsRangeError("there is no order %d of MAC and cipher", order);
	if (macLength > kMACMax || (keyLength != 16 && keyLength != 32))
		xsRangeError("no suite has a MAC of %d bytes with a key of %d", (int)macLength, (int)keyLength);
	bindingStart(the);
	Secret* material = bindingSecret(the, 2);
	xsIntegerValue length = material->length;
	if (macStart > length - macLength || keyEnd > length)
		xsRangeError("the key material has only %d bytes", (int)length);
	CBC* cbc = c_calloc(1, sizeof(CBC));
	if (!cbc)
		bindingThrow(the, "cipher", PSA_ERROR_INSUFFICIENT_MEMORY);
	cbc->sequence = first;
	cbc->recordLimit = recordLimit;
	cbc->hash = hash;
	cbc->macLength = macLength;
	cbc->encryptThenMac = order == kEncryptThenMac;
	c_memcpy(cbc->mac, material->bytes + macStart, macLength);
	psa_status_t status = importKeys(cbc, material->bytes + keyStart, keyLength);
	if (status != PSA_SUCCESS) {
		xs_cbc_destructor(cbc);
		bindingThrow(the, "cipher", status);
	}
	xsmcSetHostData(xsThis, cbc);
}

void xs_cbc_close(xsMachine* the)
{
	bindingClose(the, xs_cbc_destructor, kName);
}

void xs_cbc_hidesType(xsMachine* the)
{
	thisCBC(the);
	xsmcSetBoolean(xsResult, false);
}

void xs_cbc_explicit(xsMachine* the)
{
	thisCBC(the);
	xsmcSetInteger(xsResult, kBlock);
}

void xs_cbc_needsNewKey(xsMachine* the)
{
	CBC* cbc = thisCBC(the);
	xsmcSetBoolean(xsResult, cbc->sequence >= cbc->recordLimit);
}

/* Bytes that are encrypted if the plaintext has so many: with the MAC, if it is inside, and the shortest padding. */
static size_t paddedLength(const CBC* cbc, size_t length)
{
	size_t inside = length + (cbc->encryptThenMac ? 0 : cbc->macLength);
	return (inside & ~(size_t)(kBlock - 1)) + kBlock;
}

void xs_cbc_sealedLength(xsMachine* the)
{
	CBC* cbc = thisCBC(the);
	xsIntegerValue length = bindingInteger(the, 0);
	if (length > kPlaintextMax)
		xsRangeError("no record has %d bytes", (int)length);
	xsmcSetInteger(xsResult, kBlock + paddedLength(cbc, length) + (cbc->encryptThenMac ? cbc->macLength : 0));
}

void xs_cbc_overhead(xsMachine* the)
{
	xsmcSetInteger(xsResult, kBlock + thisCBC(the)->macLength + kBlock);
}

void xs_cbc_receivedOverhead(xsMachine* the)
{
	xsmcSetInteger(xsResult, kBlock + thisCBC(the)->macLength + kPaddingMax);
}

/* What goes into the MAC before the plaintext: sequence number, type and version, and the length of what follows. */
static void makeHeader(const CBC* cbc, const uint8_t* record, size_t length, uint8_t* to)
{
	bindingPutSequence(to, cbc->sequence);
	c_memcpy(to + kSequence, record, 3);
	to[11] = length >> 8;
	to[12] = length;
}

/* Encrypts or decrypts whole blocks in place. */
static psa_status_t runCipher(CBC* cbc, bool isEncrypting, const uint8_t* iv, uint8_t* bytes, size_t length)
{
	psa_cipher_operation_t operation = PSA_CIPHER_OPERATION_INIT;
	uint8_t rest[kBlock];
	size_t written = 0, more = 0;
	psa_status_t status = isEncrypting ? psa_cipher_encrypt_setup(&operation, cbc->cipherKey, PSA_ALG_CBC_NO_PADDING)
									   : psa_cipher_decrypt_setup(&operation, cbc->cipherKey, PSA_ALG_CBC_NO_PADDING);
	if (status == PSA_SUCCESS)
		status = psa_cipher_set_iv(&operation, iv, kBlock);
	if (status == PSA_SUCCESS)
		status = psa_cipher_update(&operation, bytes, length, bytes, length, &written);
	if (status == PSA_SUCCESS)
		status = psa_cipher_finish(&operation, rest, sizeof(rest), &more);
	if (status != PSA_SUCCESS)
		psa_cipher_abort(&operation);
	else if (written != length || more)
		status = PSA_ERROR_CORRUPTION_DETECTED;
	return status;
}

/* The MAC over header and bytes. */
static psa_status_t runMAC(CBC* cbc, const uint8_t* header, const uint8_t* bytes, size_t length, uint8_t* mac)
{
	psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
	size_t written;
	psa_status_t status = psa_mac_sign_setup(&operation, cbc->macKey, PSA_ALG_HMAC(cbc->hash));
	if (status == PSA_SUCCESS)
		status = psa_mac_update(&operation, header, kMACHeader);
	if (status == PSA_SUCCESS)
		status = psa_mac_update(&operation, bytes, length);
	if (status == PSA_SUCCESS)
		status = psa_mac_sign_finish(&operation, mac, cbc->macLength, &written);
	if (status != PSA_SUCCESS)
		psa_mac_abort(&operation);
	return status;
}

/*
	Checks the MAC that stands at `mac`: not by PSA, as ESP-IDF's driver stops to compare at the first byte that
	differs.
*/
static psa_status_t checkMAC(CBC* cbc, const uint8_t* header, const uint8_t* bytes, size_t length, const uint8_t* mac)
{
	uint8_t right[kMACMax];
	psa_status_t status = runMAC(cbc, header, bytes, length, right);
	if (status == PSA_SUCCESS && !bindingEqual(right, mac, cbc->macLength))
		status = PSA_ERROR_INVALID_SIGNATURE;
	bindingWipe(right, sizeof(right));
	return status;
}

void xs_cbc_seal(xsMachine* the)
{
	xsIntegerValue record = bindingInteger(the, 1), end = bindingInteger(the, 2);
	uint8_t header[kMACHeader];
	CBC* cbc = thisCBC(the);
	bindingCheckSequence(the, cbc->sequence);
	if (end < record || end - record < kRecordHeader + kBlock || end > INT32_MAX - kMACMax - kBlock)
		xsRangeError("the record has no room for its header");
	size_t length = end - record - kRecordHeader - kBlock;
	size_t inside = length + (cbc->encryptThenMac ? 0 : cbc->macLength);
	size_t padded = paddedLength(cbc, length);
	size_t whole = kRecordHeader + kBlock + padded + (cbc->encryptThenMac ? cbc->macLength : 0);
	uint8_t* bytes = bindingSpan(the, 0, record, whole, kWrite);
	uint8_t* iv = bytes + kRecordHeader;
	uint8_t* text = iv + kBlock;
	psa_status_t status = psa_generate_random(iv, kBlock);
	if (status == PSA_SUCCESS && !cbc->encryptThenMac) {
		makeHeader(cbc, bytes, length, header);
		status = runMAC(cbc, header, text, length, text + length);
	}
	if (status == PSA_SUCCESS) {
		c_memset(text + inside, (int)(padded - inside - 1), padded - inside);
		status = runCipher(cbc, true, iv, text, padded);
	}
	if (status == PSA_SUCCESS && cbc->encryptThenMac) {
		makeHeader(cbc, bytes, kBlock + padded, header);
		status = runMAC(cbc, header, iv, kBlock + padded, text + padded);
	}
	/* a number is used once, also if the driver failed halfway */
	cbc->sequence++;
	if (status != PSA_SUCCESS)
		bindingThrow(the, "encrypting a record", status);
	xsmcSetInteger(xsResult, record + (xsIntegerValue)whole);
}

/* Padding of what the MAC has already vouched for: the length of the plaintext, or -1. */
static int32_t textLength(const uint8_t* text, size_t length)
{
	size_t padding = (size_t)text[length - 1] + 1;
	if (padding > length)
		return -1;
	for (size_t i = 2; i <= padding; i++)
		if (text[length - i] != padding - 1)
			return -1;
	return (int32_t)(length - padding);
}

void xs_cbc_open(xsMachine* the)
{
	xsIntegerValue record = bindingInteger(the, 1), end = bindingInteger(the, 2);
	uint8_t header[kMACHeader];
	int32_t length = -1;
	CBC* cbc = thisCBC(the);
	bindingCheckSequence(the, cbc->sequence);
	uint8_t* bytes = bindingRange(the, 0, record, end, kWrite);
	uint8_t* iv = bytes + kRecordHeader;
	uint8_t* text = iv + kBlock;
	xsIntegerValue padded = end - record - kRecordHeader - kBlock - (cbc->encryptThenMac ? cbc->macLength : 0);
	psa_status_t status = PSA_SUCCESS;
	if (padded >= kBlock && padded % kBlock == 0) {
		if (cbc->encryptThenMac) {
			makeHeader(cbc, bytes, kBlock + padded, header);
			status = checkMAC(cbc, header, iv, kBlock + padded, text + padded);
		}
		if (status == PSA_SUCCESS)
			status = runCipher(cbc, false, iv, text, padded);
		if (status == PSA_SUCCESS) {
			if (cbc->encryptThenMac)
				length = textLength(text, padded);
			else {
				makeHeader(cbc, bytes, 0, header);
				status = macCheck(cbc->hash, cbc->mac, header, text, padded, &length);
			}
		}
	}
	if (status != PSA_SUCCESS && status != PSA_ERROR_INVALID_SIGNATURE)
		bindingThrow(the, "decrypting a record", status);
	if (length >= 0)
		cbc->sequence++;
	else if (padded > 0)
		c_memset(text, 0, padded);
	xsmcSetInteger(xsResult, length < 0 ? -1 : record + kRecordHeader + kBlock + length);
}
