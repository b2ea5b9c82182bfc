/* Hash functions, for hash.ts. */

#include "binding.h"

typedef struct {
	psa_hash_operation_t operation;
	uint32_t length;
} Hash;

static const char kName[] = "hash";

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
	return bindingThis(the, xs_hash_destructor, kName);
}

void xs_hash(xsMachine* the)
{
	bindingConstruct(the, xs_hash_destructor, kName);
	psa_algorithm_t algorithm = bindingHash(the, 0);
	bindingStart(the);
	Hash* hash = c_calloc(1, sizeof(Hash));
	if (!hash)
		bindingThrow(the, "hash", PSA_ERROR_INSUFFICIENT_MEMORY);
	hash->length = PSA_HASH_LENGTH(algorithm);
	psa_status_t status = psa_hash_setup(&hash->operation, algorithm);
	if (status != PSA_SUCCESS) {
		xs_hash_destructor(hash);
		bindingThrow(the, "hash", status);
	}
	xsmcSetHostData(xsThis, hash);
}

void xs_hash_update(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	Hash* hash = thisHash(the);
	uint8_t* bytes = bindingRange(the, 0, start, end, kRead);
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
	xsIntegerValue offset = bindingInteger(the, 1);
	Hash* hash = thisHash(the);
	uint8_t* out = bindingSpan(the, 0, offset, hash->length, kWrite);
	peek(the, hash, NULL, 0, out);
}

void xs_hash_peekWith(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2), offset = bindingInteger(the, 4);
	Hash* hash = thisHash(the);
	uint8_t* bytes = bindingRange(the, 0, start, end, kRead);
	uint8_t* out = bindingSpan(the, 3, offset, hash->length, kWrite);
	peek(the, hash, bytes, end - start, out);
}

void xs_hash_close(xsMachine* the)
{
	bindingClose(the, xs_hash_destructor, kName);
}

void xs_hash_compute(xsMachine* the)
{
	psa_algorithm_t algorithm = bindingHash(the, 0);
	xsIntegerValue start = bindingInteger(the, 2), end = bindingInteger(the, 3), offset = bindingInteger(the, 5);
	size_t written, length = PSA_HASH_LENGTH(algorithm);
	bindingStart(the);
	uint8_t* bytes = bindingRange(the, 1, start, end, kRead);
	uint8_t* out = bindingSpan(the, 4, offset, length, kWrite);
	psa_status_t status = psa_hash_compute(algorithm, bytes, end - start, out, length, &written);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "hash", status);
}
