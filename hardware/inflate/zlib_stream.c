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

/* CRC-32 of RFC 1952 section 8, four bits at a time: a table of 64 bytes. */
static uint32_t crcOf(const uint8_t* bytes, size_t length)
{
	static const uint32_t kNibbles[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278,
		0xbdbdf21c};
	uint32_t crc = 0xffffffff;
	while (length--) {
		crc ^= *bytes++;
		crc = (crc >> 4) ^ kNibbles[crc & 15];
		crc = (crc >> 4) ^ kNibbles[crc & 15];
	}
	return ~crc;
}

static uint32_t little32(const uint8_t* bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The length of gzip's header (RFC 1952 section 2.3), 0 if it is malformed. */
static size_t gzipHeader(const uint8_t* from, size_t length)
{
	enum { kCrc = 2, kExtra = 4, kName = 8, kComment = 16, kReserved = 0xe0 };
	size_t at = 10;
	if (length < at || from[0] != 0x1f || from[1] != 0x8b || from[2] != 8 || (from[3] & kReserved))
		return 0;
	int flags = from[3];
	if (flags & kExtra) {
		if (length - at < 2)
			return 0;
		size_t extra = from[at] | from[at + 1] << 8;
		at += 2;
		if (length - at < extra)
			return 0;
		at += extra;
	}
	for (int text = kName; text <= kComment; text <<= 1)
		if (flags & text) {
			while (at < length && from[at])
				at++;
			if (at++ >= length)
				return 0;
		}
	if (flags & kCrc)
		at += 2;
	return at <= length ? at : 0;
}

static bool gunzipAll(xsMachine* the, const uint8_t* from, size_t length, uint8_t* to, size_t room)
{
	size_t header = gzipHeader(from, length);
	if (!header || length - header < 8)
		return false;
	size_t taken = length - header - 8, made = room, all = taken;
	tinfl_decompressor* state = c_malloc(sizeof(tinfl_decompressor));
	if (!state)
		bindingThrow(the, "gunzip", PSA_ERROR_INSUFFICIENT_MEMORY);
	tinfl_init(state);
	tinfl_status status =
		tinfl_decompress(state, from + header, &taken, to, to, &made, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF);
	c_free(state);
	const uint8_t* trailer = from + length - 8;
	return status == TINFL_STATUS_DONE && taken == all && made == room && little32(trailer) == crcOf(to, room)
		&& little32(trailer + 4) == room;
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

static bool gunzipAll(xsMachine* the, const uint8_t* from, size_t length, uint8_t* to, size_t room)
{
	enum { kGzip = 16 };
	uint8_t none;
	z_stream stream = {.next_in = (Bytef*)from, .avail_in = length, .next_out = room ? to : &none, .avail_out = room};
	int status = inflateInit2(&stream, MAX_WBITS + kGzip);
	if (status == Z_OK) {
		status = inflate(&stream, Z_FINISH);
		inflateEnd(&stream);
	}
	if (status == Z_MEM_ERROR)
		bindingThrow(the, "gunzip", PSA_ERROR_INSUFFICIENT_MEMORY);
	return status == Z_STREAM_END && !stream.avail_in && !stream.avail_out;
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

void xs_gunzip(xsMachine* the)
{
	xsIntegerValue start = bindingInteger(the, 1), end = bindingInteger(the, 2);
	size_t room;
	uint8_t* from = bindingRange(the, 0, start, end, kRead);
	uint8_t* to = bindingBuffer(the, 3, kWrite, &room);
	xsmcSetBoolean(xsResult, gunzipAll(the, from, end - start, to, room));
}
