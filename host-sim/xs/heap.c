/*
	The engine's allocator, its xsMemory.c, which is included here and not compiled alone. Every allocation and
	collection is counted. Its switch to collect at every allocation turns peaks into what is truly in use. Compiled
	with the engine's flags. Allocations that the allocator makes itself, when it duplicates a slot, count as one.

	A device's engine gets more memory where two collections in a row have freed less than it would get. XS 13 does so
	only where a collection has not freed enough. In a heap that is nearly full it then collects far more often. Here it
	does as the newer ones.
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

#if SIM_SDK_ENGINE || SIM_SANITIZED

static void askChunk(txMachine* the, txSize size, bool isPlain)
{
	(void)the;
	(void)size;
	(void)isPlain;
}

static void growAsDevices(txMachine* the)
{
	(void)the;
}

#else

/* The chunk that is being allocated: its size; 0 where no chunk is. */
static struct {
	txSize size;
	bool isPlain; /* and no smaller one would do */
} asked;

static void askChunk(txMachine* the, txSize size, bool isPlain)
{
	asked.size = size ? fxAdjustChunkSize(the, size) : 0;
	asked.isPlain = isPlain;
}

/*
 * After a collection that a slot or a chunk needed. XS 13's allocator looks again at what is free, and at its flag for
 * slots.
 */
static void growAsDevices(txMachine* the)
{
	Memory* memory = the->memory;
	if (gxStress)
		return;
	if (the->maximumHeapCount - the->currentHeapCount < the->minimumHeapCount)
		the->collectFlag |= XS_TRASHING_FLAG;
	if (memory->askedSlot)
		return;
	bool wasFull = memory->chunksFull;
	memory->chunksFull = the->maximumChunksSize - the->currentChunksSize < the->minimumChunksSize;
	if (asked.size && wasFull && memory->chunksFull && !fxGrowChunks(the, asked.size) && asked.isPlain)
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
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
	askChunk(the, size, true);
	void* chunk = engineNewChunk(the, size);
	askChunk(the, 0, false);
	return noteAllocated(the, guardChunk(chunk, size));
}

void* fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity)
{
	noteChunk(the, size);
	askChunk(the, capacity, false);
	void* chunk = engineNewGrowableChunk(the, size, capacity);
	askChunk(the, 0, false);
	return noteAllocated(the, guardChunk(chunk, size));
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
	growAsDevices(the);
	fxCheckProfiler(the, frame);
}

void heapSetLive(bool live)
{
	gxStress = live;
}
