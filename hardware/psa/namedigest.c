/*
	The digest of a Name: the same for all Names that names.c finds the same, so that a root is found by it.
	host-sim/programs/names.ts makes the same for the tool that writes root stores.
*/

#include "names.h"

/* Hashes in pieces: PSA is called once for each. */
typedef struct {
	psa_hash_operation_t operation;
	psa_status_t status;
	size_t used;
	size_t work; /* bytes read to sort attributes */
	uint8_t piece[64];
} Sink;

static void flushSink(Sink* sink)
{
	if (sink->status == PSA_SUCCESS && sink->used)
		sink->status = psa_hash_update(&sink->operation, sink->piece, sink->used);
	sink->used = 0;
}

static void putByte(Sink* sink, uint8_t byte)
{
	if (sink->used == sizeof(sink->piece))
		flushSink(sink);
	sink->piece[sink->used++] = byte;
}

static void putBytes(Sink* sink, Range bytes)
{
	size_t length = derLength(bytes);
	putByte(sink, length >> 8);
	putByte(sink, length);
	while (bytes.at < bytes.end)
		putByte(sink, *bytes.at++);
}

/*
	Puts the same bytes for all values that names.c finds the same. Characters beyond ASCII take four bytes; the first
	is above 0x7f.
*/
static void putAttribute(Sink* sink, const Attribute* attribute)
{
	putBytes(sink, attribute->type);
	if (!nameIsText(attribute->tag)) {
		putByte(sink, attribute->tag);
		putBytes(sink, attribute->value);
		return;
	}
	Text text = nameText(attribute);
	putByte(sink, kUTF8String);
	for (int32_t c; (c = nameNextCharacter(&text)) != kEnd;) {
		if (c >= 0x80) {
			putByte(sink, 0x80 | c >> 24);
			putByte(sink, c >> 16);
			putByte(sink, c >> 8);
		}
		putByte(sink, c);
	}
	putByte(sink, 0xff);
}

/*
	True if `a` sorts before `b`: by type, then by text, or by type of value and bytes. Adds the bytes read to `work`.
*/
static bool isBefore(const Attribute* a, const Attribute* b, size_t* work)
{
	bool isSure;
	size_t aLength = derLength(a->type), bLength = derLength(b->type);
	if (aLength != bLength)
		return aLength < bLength;
	int order = memcmp(a->type.at, b->type.at, aLength);
	if (order)
		return order < 0;
	if (nameIsText(a->tag) && nameIsText(b->tag))
		return nameCompareText(a, b, &isSure, work) < 0;
	if (a->tag != b->tag)
		return a->tag < b->tag;
	aLength = derLength(a->value);
	bLength = derLength(b->value);
	*work += aLength;
	return aLength != bLength ? aLength < bLength : memcmp(a->value.at, b->value.at, aLength) < 0;
}

static bool putName(Sink* sink, Range name)
{
	Attribute list[kMaxAttributes];
	while (name.at < name.end) {
		int count = nameTakeSet(&name, list);
		if (count < 0)
			return false;
		putByte(sink, count);
		for (; count; count--) {
			int first = 0;
			for (int i = 1; i < count; i++) {
				if (isBefore(&list[i], &list[first], &sink->work))
					first = i;
			}
			putAttribute(sink, &list[first]);
			list[first] = list[count - 1];
		}
	}
	return true;
}

/* A Name that is too long or malformed is hashed as it is. Adds the bytes that were read to `work`. */
static psa_status_t digestName(Range name, uint8_t* out, size_t* work)
{
	Sink sink = {.operation = PSA_HASH_OPERATION_INIT};
	Range whole = name, content;
	size_t written;
	sink.status = psa_hash_setup(&sink.operation, PSA_ALG_SHA_256);
	bool isPut = nameEnter(&whole, &content) && derLength(content) <= kMaxName && putName(&sink, content);
	*work += derLength(name) + sink.work;
	if (!isPut) {
		psa_hash_abort(&sink.operation);
		return psa_hash_compute(
			PSA_ALG_SHA_256, name.at, derLength(name), out, PSA_HASH_LENGTH(PSA_ALG_SHA_256), &written);
	}
	flushSink(&sink);
	if (sink.status == PSA_SUCCESS)
		sink.status = psa_hash_finish(&sink.operation, out, PSA_HASH_LENGTH(PSA_ALG_SHA_256), &written);
	psa_hash_abort(&sink.operation);
	return sink.status;
}

void xs_name_digest(xsMachine* the)
{
	bindingStart(the);
	Range name = derArgument(the, 0);
	uint8_t* out = bindingSpan(the, 3, 0, PSA_HASH_LENGTH(PSA_ALG_SHA_256), kWrite);
	size_t work = 0;
	psa_status_t status = digestName(name, out, &work);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "hash", status);
	xsmcSetInteger(xsResult, work);
}
