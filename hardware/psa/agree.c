/* Ephemeral key agreement, for agree.ts. */

#include "binding.h"

typedef struct {
	psa_key_id_t key;
	uint16_t publicLength;
	uint16_t sharedLength;
} KeyShare;

static const char kName[] = "key share";

/* NamedGroup in modules/wire/numbers.ts. */
enum { kSecp256r1 = 0x0017, kSecp384r1 = 0x0018, kX25519 = 0x001d };

void xs_keyshare_destructor(void* data)
{
	KeyShare* share = data;
	if (!share)
		return;
	psa_destroy_key(share->key);
	c_free(share);
}

static KeyShare* thisShare(xsMachine* the)
{
	return bindingThis(the, xs_keyshare_destructor, kName);
}

/* False for other groups. */
static bool setGroup(KeyShare* share, int group, psa_key_attributes_t* attributes)
{
	psa_ecc_family_t family = PSA_ECC_FAMILY_SECP_R1;
	switch (group) {
	case kSecp256r1:
		psa_set_key_bits(attributes, 256);
		share->sharedLength = 32;
		share->publicLength = kP256Point;
		break;
	case kSecp384r1:
		psa_set_key_bits(attributes, 384);
		share->sharedLength = 48;
		share->publicLength = kP384Point;
		break;
	case kX25519:
		family = PSA_ECC_FAMILY_MONTGOMERY;
		psa_set_key_bits(attributes, 255);
		share->sharedLength = share->publicLength = kLengthX25519;
		break;
	default: return false;
	}
	psa_set_key_type(attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(family));
	psa_set_key_algorithm(attributes, PSA_ALG_ECDH);
	psa_set_key_usage_flags(attributes, PSA_KEY_USAGE_DERIVE);
	return true;
}

/* A second argument is the private key: only the self-test and tests give one. */
void xs_keyshare(xsMachine* the)
{
	bindingConstruct(the, xs_keyshare_destructor, kName);
	int group = bindingInteger(the, 0);
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	KeyShare made = {0};
	if (!setGroup(&made, group, &attributes))
		xsRangeError("group %d is unknown", group);
	bindingStart(the);
	uint8_t* key = bindingIsGiven(the, 1) ? bindingSpan(the, 1, 0, made.sharedLength, kRead) : NULL;
	KeyShare* share = c_calloc(1, sizeof(KeyShare));
	if (!share)
		bindingThrow(the, "key share", PSA_ERROR_INSUFFICIENT_MEMORY);
	*share = made;
	psa_status_t status = key ? psa_import_key(&attributes, key, share->sharedLength, &share->key)
							  : psa_generate_key(&attributes, &share->key);
	if (status != PSA_SUCCESS) {
		xs_keyshare_destructor(share);
		bindingThrow(the, "key share", status);
	}
	xsmcSetHostData(xsThis, share);
}

void xs_keyshare_publicLength(xsMachine* the)
{
	xsmcSetInteger(xsResult, thisShare(the)->publicLength);
}

void xs_keyshare_publicKey(xsMachine* the)
{
	xsIntegerValue offset = bindingInteger(the, 1);
	size_t written;
	KeyShare* share = thisShare(the);
	uint8_t* out = bindingSpan(the, 0, offset, share->publicLength, kWrite);
	psa_status_t status = psa_export_public_key(share->key, out, share->publicLength, &written);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "key share", status);
}

/* X25519 gives zero for points of small order; RFC 8446 section 7.4.2 wants the handshake to end then. */
static bool isZero(const uint8_t* bytes, size_t length)
{
	uint8_t any = 0;
	while (length--)
		any |= *bytes++;
	return any == 0;
}

void xs_keyshare_agree(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	size_t written;
	KeyShare* share = thisShare(the);
	Secret* secret = bindingSecret(the, 3);
	if (secret->length != share->sharedLength)
		xsRangeError("this group's shared secret has %d bytes", (int)share->sharedLength);
	uint8_t* peer = bindingRange(the, 0, start, end, kRead);
	psa_status_t status = PSA_ERROR_INVALID_ARGUMENT;
	if (end - start == share->publicLength)
		status =
			psa_raw_key_agreement(PSA_ALG_ECDH, share->key, peer, end - start, secret->bytes, secret->length, &written);
	if (status == PSA_SUCCESS && isZero(secret->bytes, secret->length))
		status = PSA_ERROR_INVALID_ARGUMENT;
	if (status != PSA_SUCCESS && status != PSA_ERROR_INVALID_ARGUMENT)
		bindingThrow(the, "key agreement", status);
	xsmcSetBoolean(xsResult, status == PSA_SUCCESS);
}

void xs_keyshare_close(xsMachine* the)
{
	bindingClose(the, xs_keyshare_destructor, kName);
}
