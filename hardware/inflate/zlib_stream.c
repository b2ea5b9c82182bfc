/* Decompression, for inflate.ts. */

#include "binding.h"

#ifdef ESP_PLATFORM

	#include "miniz.h"

/* tinfl, in the ROM of every chip. What it has put out is its window. */
static bool inflateAll(xsMachine* the, const uint8_t* from, size_t length, uint8_t* to, size_t room)
{
	tinfl_decompressor* state = c_malloc(sizeof(tinfl_decompressor));
	size_t taken = length, made = room;
	if (!state)
		bindingThrow(the, "inflate", PSA_ERROR_INSUFFICIENT_MEMORY);
	tinfl_init(state);
	tinfl_status status = tinfl_decompress(state, from, &taken, to, to, &made,
		TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF | TINFL_FLAG_COMPUTE_ADLER32);
	c_free(state);
	return status == TINFL_STATUS_DONE && taken == length && made == room;
}

#else

	#include <zlib.h>

static bool inflateAll(xsMachine* the, const uint8_t* from, size_t length, uint8_t* to, size_t room)
{
	uLong taken = length;
	uLongf made = room;
	int status = uncompress2(to, &made, from, &taken);
	if (status == Z_MEM_ERROR)
		bindingThrow(the, "inflate", PSA_ERROR_INSUFFICIENT_MEMORY);
	return status == Z_OK && taken == length && made == room;
}

#endif

void xs_inflate(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	size_t room;
	uint8_t* from = bindingRange(the, 0, start, end, kRead);
	uint8_t* to = bindingBuffer(the, 3, kWrite, &room);
	xsmcSetBoolean(xsResult, inflateAll(the, from, end - start, to, room));
}
