/* The preloaded heap; see rom.h. In the place of the desktop's flash_pages.c and native_memory.c. */

#include "rom.h"
#include "board.h"

RomBuild romBuild;

static const RomHeader* header(void)
{
	return (const RomHeader*)__preload_start;
}

bool romIsBuilt(void)
{
	return header()->magic == kRomMagic;
}

const uint8_t* romEnd(void)
{
	return romIsBuilt() ? header()->end : __preload_limit;
}

void romOpen(void)
{
	sim.app = header()->app;
	sim.root = header()->root;
}

static void* take(uint8_t** next, size_t size, uint8_t* limit)
{
	uint8_t* block = *next;
	size = (size + 15) & ~(size_t)15;
	if (size > (size_t)(limit - block))
		return NULL;
	*next += size;
	return memset(block, 0, size);
}

void* flashAllocate(size_t size)
{
	return take(&romBuild.next, size, __preload_limit);
}

void* scratchAllocate(size_t size)
{
	return take(&romBuild.nextScratch, size, __build_stack);
}

void scratchFree(void* block)
{
	(void)block;
}

void* flashAllocateStack(size_t size)
{
	return scratchAllocate(size);
}

bool flashHolds(const void* address)
{
	return (const uint8_t*)address >= __preload_start && (const uint8_t*)address < romEnd();
}

void flashProtect(void) { }

/* The runtime's own: what it keeps about the app is in ROM. */
void* simMalloc(size_t size)
{
	return romBuild.isOn ? flashAllocate(size) : malloc(size);
}

void* simCalloc(size_t count, size_t size)
{
	return romBuild.isOn ? flashAllocate(count * size) : calloc(count, size);
}

void* simRealloc(void* block, size_t size)
{
	return realloc(block, size);
}

void simFree(void* block)
{
	free(block);
}

/* Tables of keys: those of the root machine are made too large, and copied when it is known how large they are. */
void* simTableMalloc(size_t size)
{
	return romBuild.isOn ? scratchAllocate(size) : malloc(size);
}

void simTableFree(void* table)
{
	free(table);
}
