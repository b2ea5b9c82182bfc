/*
	The engine's allocator, its xsMemory.c, which is included here and not compiled alone. Every allocation and collection is counted. Its switch
	to collect at every allocation turns peaks into what is truly in use. Compiled with the engine's flags. Allocations that the allocator
	makes itself, when it duplicates a slot, count as one.
*/

#define mxStress 1
#define fxNewSlot engineNewSlot
#define fxNewChunk engineNewChunk
#define fxNewGrowableChunk engineNewGrowableChunk
#define fxRenewChunk engineRenewChunk
#define fxDuplicateSlot engineDuplicateSlot
#define fxCheckProfiler heapCollected

#include "xsMemory.c"

#undef fxNewSlot
#undef fxNewChunk
#undef fxNewGrowableChunk
#undef fxRenewChunk
#undef fxDuplicateSlot
#undef fxCheckProfiler

#include "sim.h"

extern void fxCheckProfiler(txMachine* the, txSlot* frame);

/* The size stays behind for the sentence that is printed when the allocation fails. */
static void noteSlot(txMachine* the)
{
	the->memory->slotAllocations++;
	the->memory->askedSlot = true;
	the->memory->asked = sizeof(txSlot);
	if (takesCensus(the))
		censusCountSlot(the);
}

static void noteChunk(txMachine* the, txSize size)
{
	the->memory->chunkAllocations++;
	the->memory->askedSlot = false;
	the->memory->asked = (size_t)size;
	if (takesCensus(the))
		censusCountChunk(the, (size_t)size);
}

#if SIM_SANITIZED

	#include <sanitizer/asan_interface.h>

/* The allocator rounds sizes up: the rest of a chunk is nobody's, until it grows into it. */
static void* guardChunk(void* data, txSize size)
{
	const txChunk* chunk = (txChunk*)((txByte*)data - sizeof(txChunk));
	ASAN_UNPOISON_MEMORY_REGION(data, (size_t)chunk->size - sizeof(txChunk));
	ASAN_POISON_MEMORY_REGION((txByte*)data + size, (size_t)chunk->size - sizeof(txChunk) - (size_t)size);
	return data;
}

#else

static void* guardChunk(void* data, txSize size)
{
	(void)size;
	return data;
}

#endif

/* Peaks are those of the app's machine. */
static void* noteAllocated(txMachine* the, void* allocated)
{
	if (the == sim.the)
		peaksNote();
	return allocated;
}

static txSlot* noteNewSlot(txMachine* the, txSlot* slot)
{
	if (takesCensus(the))
		censusNoteSlot(the, slot);
	return noteAllocated(the, slot);
}

txSlot* fxNewSlot(txMachine* the)
{
	noteSlot(the);
	return noteNewSlot(the, engineNewSlot(the));
}

txSlot* fxDuplicateSlot(txMachine* the, txSlot* slot)
{
	noteSlot(the);
	return noteNewSlot(the, engineDuplicateSlot(the, slot));
}

void* fxNewChunk(txMachine* the, txSize size)
{
	noteChunk(the, size);
	return noteAllocated(the, guardChunk(engineNewChunk(the, size), size));
}

void* fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity)
{
	noteChunk(the, size);
	return noteAllocated(the, guardChunk(engineNewGrowableChunk(the, size, capacity), size));
}

void* fxRenewChunk(txMachine* the, void* data, txSize size)
{
	void* renewed = engineRenewChunk(the, data, size);
	return renewed ? guardChunk(renewed, size) : NULL;
}

/* The engine's own count of collections has 16 bits, which live mode soon fills. */
void heapCollected(txMachine* the, txSlot* frame)
{
	the->memory->collections++;
	fxCheckProfiler(the, frame);
}

void heapSetLive(bool live)
{
	gxStress = live;
}
