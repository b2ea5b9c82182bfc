/* Decompression, for inflate.ts. */

#include <stdbool.h>
#include <stdint.h>
#include "xsmc.h"
#include "xsHost.h"

#ifdef ESP_PLATFORM

#include "miniz.h"

/* tinfl, in the ROM of every chip. What it has put out is its window. */
static bool inflateAll(xsMachine* the, const uint8_t* from, size_t length, uint8_t* to, size_t room)
{
	tinfl_decompressor* state = c_malloc(sizeof(tinfl_decompressor));
	size_t taken = length, made = room;
	if (!state)
		xsUnknownError("inflate: not enough native memory, %d bytes are needed", (int)sizeof(tinfl_decompressor));
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
		xsUnknownError("inflate: not enough native memory");
	return status == Z_OK && taken == length && made == room;
}

#endif

void xs_inflate(xsMachine* the)
{
	void* from;
	void* to;
	xsUnsignedValue length, room;
	xsIntegerValue start = xsmcToInteger(xsArg(1)), end = xsmcToInteger(xsArg(2));
	xsmcGetBufferWritable(xsArg(3), &to, &room);
	xsmcGetBufferReadable(xsArg(0), &from, &length);
	if (start < 0 || end < start || (xsUnsignedValue)end > length)
		xsRangeError("%d to %d is not inside a buffer of %d bytes", (int)start, (int)end, (int)length);
	xsmcSetBoolean(xsResult, inflateAll(the, (uint8_t*)from + start, end - start, to, room));
}
