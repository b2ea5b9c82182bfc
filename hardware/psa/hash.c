/* Hash functions, for hash.ts. */

#include "binding.h"

typedef struct {
	psa_hash_operation_t operation;
	uint32_t length;
} Hash;

void xs_hash_destructor(void* data)
{
	Hash* hash = data;
	if (!hash)
		return;
	psa_hash_abort(&hash->operation);
	bindingWipe(hash, sizeof(Hash));
	c_free(hash);
}

static Hash* thisHash(xsMachine* the)
{
	Hash* hash = xsmcGetHostDataValidate(xsThis, (void*)xs_hash_destructor);
	if (!hash)
		xsUnknownError("the hash is closed");
	return hash;
}

void xs_hash(xsMachine* the)
{
	psa_algorithm_t algorithm = bindingHash(the, xsmcToInteger(xsArg(0)));
	bindingStart(the);
	Hash* hash = c_calloc(1, sizeof(Hash));
	if (!hash)
		bindingThrow(the, "hash", PSA_ERROR_INSUFFICIENT_MEMORY);
	hash->length = PSA_HASH_LENGTH(algorithm);
	psa_status_t status = psa_hash_setup(&hash->operation, algorithm);
	if (status != PSA_SUCCESS) {
		c_free(hash);
		bindingThrow(the, "hash", status);
	}
	xsmcSetHostData(xsThis, hash);
}

void xs_hash_update(xsMachine* the)
{
	xsIntegerValue start = xsmcToInteger(xsArg(1)), end = xsmcToInteger(xsArg(2));
	Hash* hash = thisHash(the);
	uint8_t* bytes = bindingBytes(the, &xsArg(0), start, end, false);
	psa_status_t status = psa_hash_update(&hash->operation, bytes, end - start);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "hash", status);
}

/* The digest of what the hash has taken and of bytes[0..length). */
static void peek(xsMachine* the, Hash* hash, const uint8_t* bytes, size_t length, uint8_t* out)
{
	psa_hash_operation_t copy = PSA_HASH_OPERATION_INIT;
	size_t written;
	psa_status_t status = psa_hash_clone(&hash->operation, &copy);
	if (status == PSA_SUCCESS && length)
		status = psa_hash_update(&copy, bytes, length);
	if (status == PSA_SUCCESS)
		status = psa_hash_finish(&copy, out, hash->length, &written);
	psa_hash_abort(&copy);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "hash", status);
}

void xs_hash_peek(xsMachine* the)
{
	xsIntegerValue offset = xsmcToInteger(xsArg(1));
	Hash* hash = thisHash(the);
	uint8_t* out = bindingSpan(the, &xsArg(0), offset, hash->length, true);
	peek(the, hash, NULL, 0, out);
}

void xs_hash_peekWith(xsMachine* the)
{
	xsIntegerValue start = xsmcToInteger(xsArg(1)), end = xsmcToInteger(xsArg(2)), offset = xsmcToInteger(xsArg(4));
	Hash* hash = thisHash(the);
	uint8_t* bytes = bindingBytes(the, &xsArg(0), start, end, false);
	uint8_t* out = bindingSpan(the, &xsArg(3), offset, hash->length, true);
	peek(the, hash, bytes, end - start, out);
}

void xs_hash_close(xsMachine* the)
{
	xs_hash_destructor(thisHash(the));
	xsmcSetHostData(xsThis, NULL);
}

void xs_hash_compute(xsMachine* the)
{
	psa_algorithm_t algorithm = bindingHash(the, xsmcToInteger(xsArg(0)));
	xsIntegerValue start = xsmcToInteger(xsArg(2)), end = xsmcToInteger(xsArg(3)), offset = xsmcToInteger(xsArg(5));
	size_t written, length = PSA_HASH_LENGTH(algorithm);
	bindingStart(the);
	uint8_t* bytes = bindingBytes(the, &xsArg(1), start, end, false);
	uint8_t* out = bindingSpan(the, &xsArg(4), offset, length, true);
	psa_status_t status = psa_hash_compute(algorithm, bytes, end - start, out, length, &written);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "hash", status);
}
