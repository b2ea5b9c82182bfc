/* What the bindings share; see binding.h. */

#include "binding.h"

enum { kGuard = 512, kUntouched = 0xa5 };

/* All bytes after ours must be as they were. */
static bool isUntouched(const uint8_t* bytes, size_t size)
{
	for (size_t i = size; i < size + kGuard; i++) {
		if (bytes[i] != kUntouched)
			return false;
	}
	return true;
}

psa_status_t bindingCheckLayout(size_t hashSize, size_t attributesSize)
{
	uint8_t* bytes = c_malloc((hashSize > attributesSize ? hashSize : attributesSize) + kGuard);
	if (!bytes)
		return PSA_ERROR_INSUFFICIENT_MEMORY;
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
	return fits ? PSA_SUCCESS : PSA_ERROR_CORRUPTION_DETECTED;
}

void bindingStart(xsMachine* the)
{
	static bool isChecked;
	psa_status_t status = psa_crypto_init();
	if (status == PSA_SUCCESS && !isChecked)
		status = bindingCheckLayout(sizeof(psa_hash_operation_t), sizeof(psa_key_attributes_t));
	if (status == PSA_ERROR_CORRUPTION_DETECTED)
		xsUnknownError("PSA Crypto was compiled with other options than the stack: its structures do not fit");
	if (status != PSA_SUCCESS)
		bindingThrow(the, "starting PSA Crypto", status);
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

/*
	The engine exports it, xs.h does not declare it: the data of a host object, NULL for any other value. It never
	throws.
*/
extern void* fxGetHostDataIf(xsMachine* the, xsSlot* slot);

static xsSlot* argument(xsMachine* the, xsIntegerValue index)
{
	if (xsmcArgc <= index)
		xsTypeError("argument %d is missing", (int)index + 1);
	return &xsArg(index);
}

bool bindingIsGiven(xsMachine* the, xsIntegerValue index)
{
	return xsmcArgc > index && xsmcTypeOf(xsArg(index)) != xsUndefinedType;
}

/* A whole number from 0 to `limit`. */
static xsNumberValue wholeNumber(xsMachine* the, xsIntegerValue index, xsNumberValue limit)
{
	xsSlot* slot = argument(the, index);
	int type = xsmcTypeOf(*slot);
	if (type != xsIntegerType && type != xsNumberType)
		xsTypeError("argument %d is not a number", (int)index + 1);
	xsNumberValue value = xsmcToNumber(*slot);
	if (!(value >= 0 && value <= limit) || value != (xsNumberValue)(uint64_t)value)
		xsRangeError("argument %d is not a whole number in its range", (int)index + 1);
	return value;
}

xsIntegerValue bindingInteger(xsMachine* the, xsIntegerValue index)
{
	xsSlot* slot = argument(the, index);
	if (xsmcTypeOf(*slot) != xsIntegerType)
		return (xsIntegerValue)wholeNumber(the, index, INT32_MAX);
	xsIntegerValue value = xsmcToInteger(*slot);
	if (value < 0)
		xsRangeError("argument %d is negative", (int)index + 1);
	return value;
}

uint32_t bindingUnsigned(xsMachine* the, xsIntegerValue index)
{
	return (uint32_t)wholeNumber(the, index, UINT32_MAX);
}

uint64_t bindingSequence(xsMachine* the, xsIntegerValue index)
{
	enum { kLow = 2048 }; /* a double below 2^64 differs from it by so much */
	return bindingIsGiven(the, index) ? (uint64_t)wholeNumber(the, index, (xsNumberValue)(UINT64_MAX - kLow + 1)) : 0;
}

bool bindingBoolean(xsMachine* the, xsIntegerValue index)
{
	return xsmcToBoolean(*argument(the, index));
}

static xsSlot* stringArgument(xsMachine* the, xsIntegerValue index)
{
	xsSlot* slot = argument(the, index);
	if (xsmcTypeOf(*slot) != xsStringType)
		xsTypeError("argument %d is not a string", (int)index + 1);
	return slot;
}

const char* bindingString(xsMachine* the, xsIntegerValue index)
{
	return xsmcToString(*stringArgument(the, index));
}

void bindingText(xsMachine* the, xsIntegerValue index, char* text, size_t size)
{
	xsSlot* slot = stringArgument(the, index);
	xsmcToStringBuffer(*slot, text, (xsIntegerValue)size);
}

psa_algorithm_t bindingHash(xsMachine* the, xsIntegerValue index)
{
	return bindingHashOf(the, bindingInteger(the, index));
}

psa_algorithm_t bindingHashOf(xsMachine* the, xsIntegerValue number)
{
	switch (number) {
	case kHashSHA1: return PSA_ALG_SHA_1;
	case kHashSHA256: return PSA_ALG_SHA_256;
	case kHashSHA384: return PSA_ALG_SHA_384;
	case kHashSHA512: return PSA_ALG_SHA_512;
	}
	xsRangeError("hash algorithm %d is unknown", (int)number);
	return PSA_ALG_NONE;
}

/*
	XS takes a host object for a buffer, too, and asks its property byteLength how long it is. That can run script,
	which may move other buffers, and say anything. So host objects are refused: the error comes before a pointer is
	used. Views of a Resource are not taken.
*/
uint8_t* bindingBuffer(xsMachine* the, xsIntegerValue index, Access access, size_t* length)
{
	xsSlot* slot = argument(the, index);
	void* data = NULL;
	xsUnsignedValue count = 0;
	bool isBuffer = xsmcTypeOf(*slot) == xsReferenceType && !fxGetHostDataIf(the, slot);
	if (isBuffer && access == kWrite)
		xsmcGetBufferWritable(*slot, &data, &count);
	else if (isBuffer)
		xsmcGetBufferReadable(*slot, &data, &count);
	if (!data)
		xsTypeError("argument %d is not a buffer", (int)index + 1);
	*length = count;
	return data;
}

bool bindingIsBuffer(xsMachine* the, xsIntegerValue index)
{
	xsSlot* slot = argument(the, index);
	volatile bool isBuffer = false;
	if (xsmcTypeOf(*slot) != xsReferenceType)
		return false;
	bool isHost = fxGetHostDataIf(the, slot) != NULL;
	xsTry
	{
		if (isHost)
			xsmcGetHostBufferLength(*slot);
		else
			xsmcGetArrayBufferLength(*slot);
		isBuffer = true;
	}
	xsCatch { }
	return isBuffer;
}

uint8_t* bindingRange(xsMachine* the, xsIntegerValue index, xsIntegerValue start, xsIntegerValue end, Access access)
{
	size_t length;
	uint8_t* bytes = bindingBuffer(the, index, access, &length);
	if (start < 0 || end < start || (size_t)end > length)
		xsRangeError("%d to %d is not inside a buffer of %d bytes", (int)start, (int)end, (int)length);
	return bytes + start;
}

uint8_t* bindingSpan(xsMachine* the, xsIntegerValue index, xsIntegerValue start, xsIntegerValue length, Access access)
{
	if (start < 0 || length < 0 || start > INT32_MAX - length)
		xsRangeError("%d bytes at %d are not inside a buffer", (int)length, (int)start);
	return bindingRange(the, index, start, start + length, access);
}

/* True if a value is an object of the class; `data` gets its data, NULL where it is closed. XS throws for others. */
static bool isOfClass(xsMachine* the, xsSlot* slot, xsDestructor destructor, void** data)
{
	volatile bool isValid = false;
	xsTry
	{
		*data = xsmcGetHostDataValidate(*slot, (void*)destructor);
		isValid = true;
	}
	xsCatch { }
	return isValid;
}

void bindingConstruct(xsMachine* the, xsDestructor destructor, const char* name)
{
	void* data = NULL;
	if (!isOfClass(the, &xsThis, destructor, &data) || data)
		xsTypeError("this is not a new %s", (char*)name);
}

static void* objectData(xsMachine* the, xsSlot* slot, xsDestructor destructor, const char* name)
{
	void* data = NULL;
	if (!isOfClass(the, slot, destructor, &data))
		xsTypeError("an object is not a %s", (char*)name);
	if (!data)
		xsUnknownError("the %s is closed", (char*)name);
	return data;
}

void* bindingThis(xsMachine* the, xsDestructor destructor, const char* name)
{
	return objectData(the, &xsThis, destructor, name);
}

void bindingClose(xsMachine* the, xsDestructor destructor, const char* name)
{
	void* data = bindingThis(the, destructor, name);
	xsmcSetHostData(xsThis, NULL);
	destructor(data);
}

Secret* bindingSecret(xsMachine* the, xsIntegerValue index)
{
	return objectData(the, argument(the, index), xs_secret_destructor, "secret");
}

Secret* bindingThisSecret(xsMachine* the)
{
	return bindingThis(the, xs_secret_destructor, "secret");
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

psa_status_t bindingHMAC(
	psa_algorithm_t hash, const uint8_t* key, size_t keyLength, const uint8_t* data, size_t dataLength, uint8_t* out)
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
