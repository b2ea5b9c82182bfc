/*
	AES-CCM of two passes over the plaintext; see ccm.h. PSA has CCM, but no driver of ESP-IDF 6.0 does: there it runs
	in software, or is missing. AES in CBC mode makes the MAC (RFC 3610 section 2.2). Only the last block of its output
	is used, so the output goes to one piece of the C stack again and again. AES in counter mode encrypts plaintext and
	tag (section 2.3) where they lie.
*/

#include "ccm.h"

enum {
	kBlock = 16,
	/*
		Bytes that go to the accelerator at once for the MAC. ESP-IDF's driver waits for an interrupt above 2,000, which
		takes longer than 1,024 bytes do; the device's C stack has 10 KB.
	*/
	kPiece = 1024,
	kNonceMin = 7,
	kNonceMax = 13,
	kAdditionalEnd = 0xff00, /* from here on its length has another form */
};

typedef struct {
	psa_cipher_operation_t operation;
	size_t used;
	uint8_t piece[kPiece];
} CBCMAC;

psa_key_attributes_t ccmAttributes(void)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
	psa_set_key_algorithm(&attributes, PSA_ALG_CBC_NO_PADDING);
	/* Mbed TLS lets a key have two algorithms: one slot, not two */
	psa_set_key_enrollment_algorithm(&attributes, PSA_ALG_CTR);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT);
	return attributes;
}

static bool isValid(const CCM* ccm, size_t length)
{
	if (ccm->nonceLength < kNonceMin || ccm->nonceLength > kNonceMax || ccm->additionalLength >= kAdditionalEnd)
		return false;
	if (ccm->tagLength < 4 || ccm->tagLength > kBlock || ccm->tagLength % 2)
		return false;
	size_t lengthBytes = 15 - ccm->nonceLength;
	return lengthBytes >= sizeof(length) || length >> (8 * lengthBytes) == 0;
}

/* B_0 and A_i start alike: flags, nonce, and a number in the bytes that are left. */
static void putBlock(uint8_t* block, uint8_t flags, const CCM* ccm, size_t number)
{
	block[0] = flags | (uint8_t)(14 - ccm->nonceLength);
	c_memcpy(block + 1, ccm->nonce, ccm->nonceLength);
	for (size_t i = kBlock - 1; i > ccm->nonceLength; i--, number >>= 8)
		block[i] = (uint8_t)number;
}

static psa_status_t macRun(CBCMAC* mac)
{
	size_t written = 0;
	psa_status_t status = psa_cipher_update(&mac->operation, mac->piece, mac->used, mac->piece, mac->used, &written);
	return status == PSA_SUCCESS && written != mac->used ? PSA_ERROR_CORRUPTION_DETECTED : status;
}

/*
	Lays bytes into the piece. One that is full goes to the accelerator when more comes, so that the last one is there
	at the end.
*/
static psa_status_t macAdd(CBCMAC* mac, const uint8_t* bytes, size_t length)
{
	while (length > 0) {
		if (mac->used == kPiece) {
			psa_status_t status = macRun(mac);
			if (status != PSA_SUCCESS)
				return status;
			mac->used = 0;
		}
		size_t count = length < kPiece - mac->used ? length : kPiece - mac->used;
		c_memcpy(mac->piece + mac->used, bytes, count);
		mac->used += count;
		bytes += count;
		length -= count;
	}
	return PSA_SUCCESS;
}

static void macPad(CBCMAC* mac)
{
	while (mac->used % kBlock)
		mac->piece[mac->used++] = 0;
}

/*
	The blocks B_0, B_1, ... in their order, through CBC from an IV of zeros; the tag is the first bytes of the last CBC
	block (T).
*/
static psa_status_t macBlocks(CBCMAC* mac, const CCM* ccm, const uint8_t* text, size_t length, uint8_t* whole)
{
	static const uint8_t zeros[kBlock];
	uint8_t first[kBlock + 2];
	size_t count = kBlock, ignored;
	putBlock(first, (uint8_t)((ccm->additionalLength > 0 ? 0x40 : 0) | (ccm->tagLength - 2) / 2 << 3), ccm, length);
	if (ccm->additionalLength > 0) {
		first[count++] = (uint8_t)(ccm->additionalLength >> 8);
		first[count++] = (uint8_t)ccm->additionalLength;
	}
	psa_status_t status = psa_cipher_encrypt_setup(&mac->operation, ccm->key, PSA_ALG_CBC_NO_PADDING);
	if (status == PSA_SUCCESS)
		status = psa_cipher_set_iv(&mac->operation, zeros, kBlock);
	if (status == PSA_SUCCESS)
		status = macAdd(mac, first, count);
	if (status == PSA_SUCCESS)
		status = macAdd(mac, ccm->additional, ccm->additionalLength);
	macPad(mac);
	if (status == PSA_SUCCESS)
		status = macAdd(mac, text, length);
	macPad(mac);
	if (status == PSA_SUCCESS)
		status = macRun(mac);
	if (status == PSA_SUCCESS) {
		c_memcpy(whole, mac->piece + mac->used - kBlock, kBlock);
		status = psa_cipher_finish(&mac->operation, first, kBlock, &ignored);
	}
	return status;
}

static psa_status_t makeMAC(const CCM* ccm, const uint8_t* text, size_t length, uint8_t* whole)
{
	CBCMAC mac;
	mac.operation = psa_cipher_operation_init();
	mac.used = 0;
	psa_status_t status = macBlocks(&mac, ccm, text, length, whole);
	if (status != PSA_SUCCESS)
		psa_cipher_abort(&mac.operation);
	bindingWipe(mac.piece, kPiece);
	return status;
}

static psa_status_t updateCounter(psa_cipher_operation_t* operation, const uint8_t* from, size_t length, uint8_t* to)
{
	size_t written = 0;
	psa_status_t status = psa_cipher_update(operation, from, length, to, length, &written);
	return status == PSA_SUCCESS && written != length ? PSA_ERROR_CORRUPTION_DETECTED : status;
}

/*
	Encrypts or decrypts the block that has the MAC with S_0, and the plaintext with S_1, S_2, ... The counter never
	passes its bytes: that would take more plaintext than isValid lets through. Mbed TLS takes nothing but whole blocks
	in place, so the plaintext's end goes through a block.
*/
static psa_status_t runCounter(const CCM* ccm, uint8_t* macBlock, uint8_t* text, size_t length)
{
	psa_cipher_operation_t operation = psa_cipher_operation_init();
	uint8_t block[kBlock];
	size_t rest = length % kBlock, ignored;
	putBlock(block, 0, ccm, 0);
	psa_status_t status = psa_cipher_encrypt_setup(&operation, ccm->key, PSA_ALG_CTR);
	if (status == PSA_SUCCESS)
		status = psa_cipher_set_iv(&operation, block, kBlock);
	if (status == PSA_SUCCESS)
		status = updateCounter(&operation, macBlock, kBlock, macBlock);
	if (status == PSA_SUCCESS && length > rest)
		status = updateCounter(&operation, text, length - rest, text);
	if (status == PSA_SUCCESS && rest > 0) {
		c_memcpy(block, text + length - rest, rest);
		status = updateCounter(&operation, block, rest, text + length - rest);
	}
	if (status == PSA_SUCCESS)
		status = psa_cipher_finish(&operation, block, kBlock, &ignored);
	if (status != PSA_SUCCESS)
		psa_cipher_abort(&operation);
	bindingWipe(block, kBlock);
	return status;
}

psa_status_t ccmSeal(const CCM* ccm, uint8_t* text, size_t length, uint8_t* tag)
{
	uint8_t mac[kBlock];
	if (!isValid(ccm, length))
		return PSA_ERROR_INVALID_ARGUMENT;
	psa_status_t status = makeMAC(ccm, text, length, mac);
	if (status == PSA_SUCCESS)
		status = runCounter(ccm, mac, text, length);
	if (status == PSA_SUCCESS)
		c_memcpy(tag, mac, ccm->tagLength);
	bindingWipe(mac, kBlock);
	return status;
}

psa_status_t ccmOpen(const CCM* ccm, uint8_t* text, size_t length, const uint8_t* tag)
{
	uint8_t received[kBlock] = {0}, mac[kBlock];
	psa_status_t status = isValid(ccm, length) ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
	if (status == PSA_SUCCESS) {
		c_memcpy(received, tag, ccm->tagLength);
		status = runCounter(ccm, received, text, length);
	}
	if (status == PSA_SUCCESS)
		status = makeMAC(ccm, text, length, mac);
	if (status == PSA_SUCCESS && !bindingEqual(mac, received, ccm->tagLength))
		status = PSA_ERROR_INVALID_SIGNATURE;
	if (status != PSA_SUCCESS)
		bindingWipe(text, length);
	bindingWipe(mac, kBlock);
	bindingWipe(received, kBlock);
	return status;
}
