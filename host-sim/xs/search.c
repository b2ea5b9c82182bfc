/*
	Searches the memory of the run for bytes, for tests that secrets are wiped: searchMemory(bytes, mask) of the module
	"simulator". Linux tells which pages can be written (/proc/self/maps); all of them are read, in use or not. The
	bytes searched for are never copied: where they come masked, they are nowhere in the clear but where they were left.
*/

#include "sim.h"

#include <fcntl.h>
#include <inttypes.h>

enum { kSearchMin = 8, kRegionsMax = 2048 };

typedef struct {
	const uint8_t* start;
	const uint8_t* end;
	bool isStack, isHeap;
} Region;
typedef struct {
	const uint8_t* bytes;
	size_t length;
	uint8_t mask;
} Pattern;
typedef struct {
	double chunks, freeChunks, slots, native, freed, stack, other;
} Found;

static Region regions[kRegionsMax];

static bool isWithin(const void* address, const void* start, const void* end)
{
	return (uintptr_t)address >= (uintptr_t)start && (uintptr_t)address < (uintptr_t)end;
}

/* Where in the app's heap an address lies; NULL where it is elsewhere. */
static double* heapPlace(const txMachine* the, const uint8_t* at, Found* found)
{
	for (const txBlock* block = the->firstBlock; block; block = block->nextBlock) {
		if (isWithin(at, block, block->current))
			return &found->chunks;
		if (isWithin(at, block->current, block->limit))
			return &found->freeChunks;
	}
	for (const txSlot* heap = the->firstHeap; heap; heap = heap->next) {
		if (isWithin(at, heap, heap->value.reference))
			return &found->slots;
	}
	if (isWithin(at, the->stackBottom, the->stackTop))
		return &found->slots;
	return isWithin(at, the->memory->arena, the->memory->arenaEnd) ? &found->freeChunks : NULL;
}

static double* place(const txMachine* the, const uint8_t* at, const Region* region, Found* found)
{
	double* inHeap = heapPlace(the, at, found);
	if (inHeap)
		return inHeap;
	if (region->isStack)
		return &found->stack;
	switch (nativeMemoryHolds(at)) {
	case kNativeInUse: return &found->native;
	case kNativeFreed: return &found->freed;
	default: return region->isHeap ? &found->freed : &found->other;
	}
}

static bool isAt(const uint8_t* at, const Pattern* pattern)
{
	for (size_t i = 0; i < pattern->length; i++) {
		if (at[i] != (uint8_t)(pattern->bytes[i] ^ pattern->mask))
			return false;
	}
	return true;
}

static void searchRegion(const txMachine* the, const Region* region, const Pattern* pattern, Found* found)
{
	const uint8_t* at = region->start;
	const uint8_t first = pattern->bytes[0] ^ pattern->mask;
	while ((size_t)(region->end - at) >= pattern->length) {
		at = memchr(at, first, (size_t)(region->end - at) - pattern->length + 1);
		if (!at)
			return;
		if (at != pattern->bytes && isAt(at, pattern))
			*place(the, at, region, found) += 1;
		at++;
	}
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)

/*
 * Reads a line of the list of pages; false at its end. No buffer of the C library's has it: that would be memory, too.
 */
static bool readLine(int file, char* line, size_t size)
{
	size_t length = 0;
	char byte;
	while (read(file, &byte, 1) == 1) {
		if (byte == '\n') {
			line[length] = 0;
			return true;
		}
		if (length < size - 1)
			line[length++] = byte;
	}
	return false;
}

/* The pages that can be written; -1 where the system does not tell. */
static int findRegions(void)
{
	char line[512], access[8] = "";
	uintptr_t start, end;
	int count = 0, file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -1;
	while (count < kRegionsMax && readLine(file, line, sizeof(line))) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &start, &end, access) != 3 || access[0] != 'r'
			|| access[1] != 'w')
			continue;
		regions[count++] = (Region) {
			.start = (const uint8_t*)start,
			.end = (const uint8_t*)end,
			.isStack = strstr(line, "[stack]") != NULL,
			.isHeap = strstr(line, "[heap]") != NULL,
		};
	}
	close(file);
	return count;
}

#else

static int findRegions(void)
{
	return -1;
}

#endif

void simSearchMemory(xsMachine* the)
{
	Pattern pattern = {0};
	Found found = {0};
	pattern.mask = (uint8_t)argumentIntegerOr(the, 1, 0);
	int count = findRegions();
	if (count < 0)
		xsUnknownError("memory can be searched on Linux only, and not under a sanitizer");
	xsUnsignedValue length;
	const void* data = argumentBuffer(the, 0, false, &length);
	if (length < kSearchMin)
		xsRangeError("%d bytes are found by chance: give %d or more", (int)length, kSearchMin);
	for (xsUnsignedValue i = 1; ((const uint8_t*)data)[i] == ((const uint8_t*)data)[0];) {
		if (++i == length)
			xsRangeError("bytes that are all the same are found by chance");
	}
	pattern.bytes = data;
	pattern.length = length;
	for (int i = 0; i < count; i++)
		searchRegion(the, &regions[i], &pattern, &found);
	const struct {
		const char* name;
		double value;
	} numbers[] = {
		{"chunks", found.chunks},
		{"freeChunks", found.freeChunks},
		{"slots", found.slots},
		{"native", found.native},
		{"freed", found.freed},
		{"stack", found.stack},
		{"other", found.other},
		{"total",
			found.chunks + found.freeChunks + found.slots + found.native + found.freed + found.stack + found.other},
	};
	xsResult = xsNewObject();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		xsSet(xsResult, xsID((txString)numbers[i].name), xsNumber(numbers[i].value));
}
