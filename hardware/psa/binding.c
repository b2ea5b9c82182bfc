/* What the bindings share; see binding.h. */

#include "binding.h"

enum { kGuard = 512, kUntouched = 0xa5 };

/* Behind the octets that are ours, all must be as they were. */
static bool isUntouched(const uint8_t* bytes, size_t size)
{
	for (size_t i = size; i < size + kGuard; i++) {
		if (bytes[i] != kUntouched)
			return false;
	}
	return true;
}

bool bindingLayoutFits(size_t hashSize, size_t attributesSize)
{
	uint8_t* bytes = c_malloc((hashSize > attributesSize ? hashSize : attributesSize) + kGuard);
	if (!bytes)
		return false;
	c_memset(bytes, 0, hashSize);
	c_memset(bytes + hashSize, kUntouched, kGuard);
	bool fits = psa_hash_setup((psa_hash_operation_t*)bytes, PSA_ALG_SHA_256) == PSA_SUCCESS;
	psa_hash_abort((psa_hash_operation_t*)bytes);
	fits = fits && isUntouched(bytes, hashSize);
	c_memset(bytes, 0, attributesSize);
	c_memset(bytes + attributesSize, kUntouched, kGuard);
	psa_reset_key_attributes((psa_key_attributes_t*)bytes);
	fits = fits && isUntouched(bytes, attributesSize);
	c_free(bytes);
	return fits;
}

void bindingStart(xsMachine* the)
{
	static bool isChecked;
	psa_status_t status = psa_crypto_init();
	if (status != PSA_SUCCESS)
		bindingThrow(the, "starting PSA Crypto", status);
	if (!isChecked && !bindingLayoutFits(sizeof(psa_hash_operation_t), sizeof(psa_key_attributes_t)))
		xsUnknownError("PSA Crypto was compiled with other options than the stack: its structures do not fit");
	isChecked = true;
}

static const char* statusText(psa_status_t status)
{
	switch (status) {
	case PSA_ERROR_GENERIC_ERROR: return "the driver failed";
	case PSA_ERROR_NOT_SUPPORTED: return "not supported in this build";
	case PSA_ERROR_NOT_PERMITTED: return "not permitted";
	case PSA_ERROR_BUFFER_TOO_SMALL: return "buffer too small";
	case PSA_ERROR_BAD_STATE: return "bad state";
	case PSA_ERROR_INVALID_ARGUMENT: return "invalid argument";
	case PSA_ERROR_INSUFFICIENT_MEMORY: return "not enough native memory or no free key slot";
	case PSA_ERROR_INSUFFICIENT_STORAGE: return "not enough key storage";
	case PSA_ERROR_COMMUNICATION_FAILURE: return "the accelerator does not answer";
	case PSA_ERROR_HARDWARE_FAILURE: return "the accelerator failed";
	case PSA_ERROR_CORRUPTION_DETECTED: return "tampering detected";
	case PSA_ERROR_INSUFFICIENT_ENTROPY: return "not enough entropy";
	case PSA_ERROR_INVALID_SIGNATURE: return "invalid signature or tag";
	case PSA_ERROR_INVALID_PADDING: return "invalid padding";
	case PSA_ERROR_INVALID_HANDLE: return "invalid key handle";
	default: return "unknown error";
	}
}

void bindingThrow(xsMachine* the, const char* attempt, psa_status_t status)
{
	xsUnknownError("%s: %s (PSA status %d)", (char*)attempt, (char*)statusText(status), (int)status);
}

uint8_t* bindingBytes(xsMachine* the, xsSlot* slot, xsIntegerValue start, xsIntegerValue end, bool writable)
{
	void* data = NULL;
	xsUnsignedValue length = 0;
	if (writable)
		xsmcGetBufferWritable(*slot, &data, &length);
	else
		xsmcGetBufferReadable(*slot, &data, &length);
	if (start < 0 || end < start || (xsUnsignedValue)end > length)
		xsRangeError("%d to %d is not inside a buffer of %d bytes", (int)start, (int)end, (int)length);
	return (uint8_t*)data + start;
}

uint8_t* bindingSpan(xsMachine* the, xsSlot* slot, xsIntegerValue start, xsIntegerValue length, bool writable)
{
	if (start < 0 || length < 0 || start > INT32_MAX - length)
		xsRangeError("%d bytes at %d are not inside a buffer", (int)length, (int)start);
	return bindingBytes(the, slot, start, start + length, writable);
}

Secret* bindingSecret(xsMachine* the, xsSlot* slot)
{
	Secret* secret = xsmcGetHostDataValidate(*slot, (void*)xs_secret_destructor);
	if (!secret)
		xsUnknownError("the secret is closed");
	return secret;
}

psa_algorithm_t bindingHash(xsMachine* the, xsIntegerValue number)
{
	switch (number) {
	case 2: return PSA_ALG_SHA_1;
	case 4: return PSA_ALG_SHA_256;
	case 5: return PSA_ALG_SHA_384;
	case 6: return PSA_ALG_SHA_512;
	}
	xsRangeError("hash algorithm %d is unknown", (int)number);
	return PSA_ALG_NONE;
}

uint32_t bindingUnsigned(xsMachine* the, xsSlot* slot)
{
	xsNumberValue value = xsmcToNumber(*slot);
	if (!(value >= 0 && value <= UINT32_MAX))
		xsRangeError("a number is not from 0 to 2^32 - 1");
	return (uint32_t)value;
}

uint64_t bindingSequence(xsMachine* the, xsIntegerValue index)
{
	if (xsmcArgc <= index || xsmcTypeOf(xsArg(index)) == xsUndefinedType)
		return 0;
	xsNumberValue value = xsmcToNumber(xsArg(index));
	if (!(value >= 0 && value < 18446744073709551616.0))
		xsRangeError("a sequence number is not from 0 to 2^64 - 1");
	return (uint64_t)value;
}

void bindingCheckSequence(xsMachine* the, uint64_t sequence)
{
	if (sequence == UINT64_MAX)
		xsUnknownError("the cipher has used up its sequence numbers");
}

void bindingPutSequence(uint8_t* to, uint64_t sequence)
{
	for (int i = 0; i < kSequence; i++)
		to[i] = sequence >> (8 * (kSequence - 1 - i));
}

void bindingWipe(void* bytes, size_t length)
{
	/* the compiler can't know what is called, and so keeps the call */
	static void* (*const volatile set)(void*, int, size_t) = memset;
	set(bytes, 0, length);
}

bool bindingEqual(const uint8_t* a, const uint8_t* b, size_t length)
{
	const volatile uint8_t* eachA = a;
	const volatile uint8_t* eachB = b;
	uint8_t difference = 0;
	while (length--)
		difference |= *eachA++ ^ *eachB++;
	return difference == 0;
}

psa_status_t bindingHMAC(psa_algorithm_t hash, const uint8_t* key, size_t keyLength, const uint8_t* data, size_t dataLength, uint8_t* out)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id = 0;
	size_t written;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
	psa_set_key_algorithm(&attributes, PSA_ALG_HMAC(hash));
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
	psa_status_t status = psa_import_key(&attributes, key, keyLength, &id);
	if (status != PSA_SUCCESS)
		return status;
	status = psa_mac_compute(id, PSA_ALG_HMAC(hash), data, dataLength, out, PSA_HASH_LENGTH(hash), &written);
	psa_destroy_key(id);
	return status;
}
