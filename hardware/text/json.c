/*
	What JSON.parse takes for a text, counted before it runs, for text.ts. A server chooses how many objects it makes,
	and how deep its calls go. XS keeps each new name until the app ends. Nothing can be asked in between.
*/

#include "xsPlatform.h"
#include "json.h"

#if (ESP32 || SIM_ARENA) && !mxNoChunks
	/* The SDK has the folder of this header among those that natives are compiled with, as its own ports need it. */
	#include "xsAll.h"
#else
typedef struct {
	void* parts[4];
} txSlot;
typedef struct {
	int32_t size;
	void* temporary;
} txChunk;
#endif

enum {
	kNamesKept = 48, /* new names that are compared; each one after them counts as another new name */
	kNameMax = 64,   /* bytes of a name, with its end, that is looked up */
	kArraySlots = 2,
	kGrowing = 2, /* an array that gets longer is there twice */
};

typedef struct {
	const char* at;
	JSONSize* size;
	void* machine;
	uint32_t starts[kNamesKept], lengths[kNamesKept];
	uint32_t kept;
	const char* text;
	uint32_t longest; /* bytes of the longest name: it is a string of its own while it is looked up */
} Scan;

/* Bytes of a chunk of `length`, with its header and what it is rounded up to. */
static uint32_t chunkBytes(uint32_t length)
{
	return (length + sizeof(void*) - 1) / sizeof(void*) * sizeof(void*) + sizeof(txChunk);
}

/* Goes after the string that begins here, and returns how many bytes lie between its quotes. */
static uint32_t skipString(Scan* scan)
{
	const char* start = ++scan->at;
	while (*scan->at && *scan->at != '"') {
		if (*scan->at == '\\' && scan->at[1])
			scan->at++;
		scan->at++;
	}
	uint32_t length = (uint32_t)(scan->at - start);
	if (*scan->at)
		scan->at++;
	return length;
}

static void skipSpaces(Scan* scan)
{
	while (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r')
		scan->at++;
}

/* True for a name that XS has already. One with an escape counts as new. */
static bool isKnown(const Scan* scan, const char* name, uint32_t length)
{
#if (ESP32 || SIM_ARENA) && !mxNoChunks
	char text[kNameMax];
	if (length >= sizeof(text) || memchr(name, '\\', length))
		return false;
	memcpy(text, name, length);
	text[length] = 0;
	return fxFindName(scan->machine, text) != XS_NO_ID;
#else
	(void)scan, (void)name, (void)length;
	return false;
#endif
}

static bool isDigits(const char* text, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return length > 0;
}

/* True for a new name that came before. */
static bool isRepeated(Scan* scan, const char* name, uint32_t length)
{
	for (uint32_t i = 0; i < scan->kept; i++) {
		if (scan->lengths[i] == length && !memcmp(scan->text + scan->starts[i], name, length))
			return true;
	}
	if (scan->kept < kNamesKept) {
		scan->starts[scan->kept] = (uint32_t)(name - scan->text);
		scan->lengths[scan->kept++] = length;
	}
	return false;
}

static void countName(Scan* scan, const char* name, uint32_t length)
{
	JSONSize* size = scan->size;
	if (length > scan->longest)
		scan->longest = length;
	/* a number as name is an item of an array, inside of the object */
	if (isDigits(name, length)) {
		size->slots += kArraySlots;
		size->bytes += kGrowing * sizeof(txSlot) + chunkBytes(0);
	}
	else if (!isKnown(scan, name, length) && !isRepeated(scan, name, length)) {
		size->names++;
		size->slots++;
		size->bytes += chunkBytes(length + 1);
	}
}

static void countString(Scan* scan)
{
	const char* name = scan->at + 1;
	uint32_t length = skipString(scan);
	skipSpaces(scan);
	if (*scan->at == ':')
		countName(scan, name, length);
	else
		scan->size->bytes += chunkBytes(length + 1);
}

static void countAll(Scan* scan)
{
	JSONSize* size = scan->size;
	uint32_t depth = 0;
	for (char c; (c = *scan->at);) {
		if (c == '"') {
			countString(scan);
			continue;
		}
		if (c == '{' || c == '[') {
			if (++depth > size->depth)
				size->depth = depth;
			size->slots += kArraySlots;
			size->bytes += chunkBytes(0);
		}
		else if ((c == '}' || c == ']') && depth)
			depth--;
		if (c == '[' || c == '{' || c == ',') {
			/* a value: an item of its own first, and then one in the array's chunk */
			size->slots++;
			size->bytes += sizeof(txSlot);
		}
		scan->at++;
	}
}

#if (ESP32 || SIM_ARENA) && !mxNoChunks

/* True if the table of names, which is a block of C's heap, can take `names` more. Numbers of names have 16 bits. */
static bool canGrowNames(const txMachine* the, uint32_t names)
{
	uint32_t count = the->keyIndex + names;
	if (!the->keyDelta || count > INT16_MAX)
		return false;
	void* block = c_malloc((count + the->keyDelta - the->keyOffset) * sizeof(txSlot*));
	c_free(block);
	return block != NULL;
}

#endif

void jsonMeasure(void* machine, const char* text, JSONSize* size)
{
	Scan scan = {.at = text, .text = text, .size = size, .machine = machine};
	memset(size, 0, sizeof(JSONSize));
	size->slots = 1;
	size->freeNames = INT16_MAX;
	countAll(&scan);
	size->bytes += chunkBytes(scan.longest + 1);
#if (ESP32 || SIM_ARENA) && !mxNoChunks
	const txMachine* the = machine;
	size->freeNames = the->keyCount - the->keyIndex;
	if (size->names > size->freeNames && canGrowNames(the, size->names))
		size->freeNames = size->names;
#endif
}
