/*
	Where flash (flash.c) lies on the host: pages of their own. They become read-only when all is in them, so that a
	write is caught (faults.c). The firmware has rom.c in its place.
*/

#include "sim.h"

#include <sys/mman.h>

enum { kRegionsMax = 4096 };

static struct {
	uint8_t* start;
	size_t size;
} regions[kRegionsMax];
static int regionCount;

void* flashAllocate(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size = (size + page - 1) & ~(page - 1);
	if (regionCount == kRegionsMax)
		return NULL;
	void* start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return NULL;
	regions[regionCount].start = start;
	regions[regionCount].size = size;
	regionCount++;
	return start;
}

void* flashAllocateStack(size_t size)
{
	return flashAllocate(size);
}

bool flashHolds(const void* address)
{
	const uint8_t* byte = address;
	for (int i = 0; i < regionCount; i++) {
		if (byte >= regions[i].start && byte < regions[i].start + regions[i].size)
			return true;
	}
	return false;
}

void flashProtect(void)
{
	for (int i = 0; i < regionCount; i++)
		mprotect(regions[i].start, regions[i].size, PROT_READ);
}

/* The engine's tables of keys and aliases: no part of the heap, but the root machine's are in flash too. */
void* simTableMalloc(size_t size)
{
	return sim.building ? flashAllocate(size) : c_malloc(size);
}

void simTableFree(void* table)
{
	if (!flashHolds(table))
		c_free(table);
}
