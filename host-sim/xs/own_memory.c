/* What the engine and the runtime allocate for themselves: no app's memory, and not counted. */

#include "sim.h"
#include "real_malloc.h"

void* scratchAllocate(size_t size)
{
	return __real_malloc(size);
}

void scratchFree(void* block)
{
	__real_free(block);
}

void* simMalloc(size_t size)
{
	return __real_malloc(size);
}

void* simCalloc(size_t count, size_t size)
{
	return __real_calloc(count, size);
}

void* simRealloc(void* block, size_t size)
{
	return __real_realloc(block, size);
}

void simFree(void* block)
{
	__real_free(block);
}
