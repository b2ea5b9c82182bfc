/*
	Where a machine's chunks, slots and tables come from, with the limits of the manifest's `creation`. With `static` N
	the heap is one arena as on the ESP32 (the SDK's xs/platforms/mc). Chunks grow up from its start, the stack and the
	slots down from its end. Otherwise chunks and slots are two pools that grow by `incremental`, or not at all. The
	root machine, which stands for what the linker puts in flash, takes from flash.c. The engine calls the fx functions.
*/

#include "sim.h"

enum { kDeviceSlotSize = 16 };

static size_t arenaFree(const txMachine* the)
{
	return (size_t)(the->heap_pend - the->heap_ptr);
}

void memoryCreate(Memory* memory, MemoryKind kind, size_t arenaSize)
{
	memset(memory, 0, sizeof(*memory));
	memory->kind = kind;
	if (kind != kMemoryArena)
		return;
	/*
	 * A slot takes twice the device's 16 bytes in a 64-bit build: the arena grows with it, so that the same app fits.
	 */
	arenaSize = arenaSize / kDeviceSlotSize * sizeof(txSlot);
	memory->arena = c_malloc(arenaSize);
	if (!memory->arena) {
		fprintf(stderr, "%s: there are no %zu bytes for creation.static\n", SIM_NAME, arenaSize);
		exit(kExitUsage);
	}
	memory->arenaEnd = memory->arena + arenaSize;
}

void memoryDelete(Memory* memory)
{
	c_free(memory->arena);
	memory->arena = NULL;
}

size_t memoryFree(const txMachine* the)
{
	return the->memory->kind == kMemoryArena ? arenaFree(the) : 0;
}

/* What the machine itself starts with passes by heap.c, which notes sizes later on. */
static void noteFirst(Memory* memory, size_t size, bool isSlots)
{
	if (sim.the)
		return;
	memory->asked = size;
	memory->askedSlot = isSlots;
}

/*
	The engine asks for a whole new block, but in an arena the first block grows, by what it lacks. It recognises that
	by a result that is the block's limit, and then adds the size to limit and maximum. So both are set back by that
	much beforehand.
*/
static void* arenaAllocateChunks(txMachine* the, size_t size)
{
	txBlock* block = the->firstBlock;
	/* less than nothing where the chunk fits: the block then ends after it, as on a device */
	ptrdiff_t needed = (ptrdiff_t)size;
	if (block)
		needed -= (ptrdiff_t)sizeof(txBlock) + (block->limit - block->current);
	if (needed > (ptrdiff_t)arenaFree(the)) {
		noteFirst(the->memory, (size_t)needed, false);
		return NULL;
	}
	the->heap_ptr += needed;
	if (!block)
		return the->heap;
	block->limit = (txByte*)the->heap_ptr - size;
	the->maximumChunksSize += (txSize)needed - (txSize)size;
	return block->limit;
}

/* What compaction left free at the end of the chunks goes back to the arena. */
static void arenaTrimChunks(txMachine* the)
{
	txBlock* block = the->firstBlock;
	fxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);
	the->maximumChunksSize -= (txSize)(block->limit - block->current);
	block->limit = block->current;
	the->heap_ptr = (uint8_t*)block->current;
}

static void* arenaAllocateSlots(txMachine* the, size_t size)
{
	if (size > arenaFree(the) && the->firstBlock)
		arenaTrimChunks(the);
	if (size > arenaFree(the)) {
		noteFirst(the->memory, size, true);
		return NULL;
	}
	the->heap_pend -= size;
#if SIM_SDK_ENGINE
	the->growHeapDirection = -1;
#endif
	return the->heap_pend;
}

void* fxAllocateChunks(txMachine* the, txSize size)
{
	the->memory->chunksFull = false;
	switch (the->memory->kind) {
	case kMemoryFlash: return flashAllocate((size_t)size);
	case kMemoryArena: return arenaAllocateChunks(the, (size_t)size);
	default: return c_malloc((size_t)size);
	}
}

static void* allocateSlots(txMachine* the, size_t size)
{
	switch (the->memory->kind) {
	case kMemoryFlash: return the->stackBottom ? flashAllocate(size) : flashAllocateStack(size);
	case kMemoryArena: return arenaAllocateSlots(the, size);
	default: return c_malloc(size);
	}
}

/* The first slots are the stack: the engine takes it for granted, and would push values below address 0. */
txSlot* fxAllocateSlots(txMachine* the, txSize count)
{
	size_t size = (size_t)count * sizeof(txSlot);
	txSlot* slots = allocateSlots(the, size);
	if (!slots && !the->stackBottom) {
		noteFirst(the->memory, size, true);
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	}
	return slots;
}

void fxFreeChunks(txMachine* the, void* chunks)
{
	if (the->memory->kind == kMemoryPools)
		c_free(chunks);
}

void fxFreeSlots(txMachine* the, void* slots)
{
	if (the->memory->kind == kMemoryPools)
		c_free(slots);
}

void fxCreateMachinePlatform(txMachine* the)
{
	the->memory = the->context;
	the->context = NULL;
	the->heap = the->heap_ptr = the->memory->arena;
	the->heap_pend = the->memory->arenaEnd;
}

void fxDeleteMachinePlatform(txMachine* the)
{
	(void)the;
}

/* Limits are what each could have at most: in an arena, what it has and all that is free. */
void memoryUse(txMachine* the, MemoryUse* use)
{
	double slotSize = sizeof(txSlot), room = (double)memoryFree(the);
	if (the->stackPeak > the->stack)
		the->stackPeak = the->stack;
	*use = (MemoryUse) {
		.chunks = the->currentChunksSize,
		.chunksPeak = the->peakChunksSize,
		.chunksLimit = the->maximumChunksSize + room,
		.slots = the->currentHeapCount,
		.slotsPeak = the->peakHeapCount,
		.slotsLimit = the->maximumHeapCount + floor(room / slotSize),
		.slotSize = slotSize,
		.stack = (double)(the->stackTop - the->stack),
		.stackPeak = (double)(the->stackTop - the->stackPeak),
		.stackLimit = (double)(the->stackTop - the->stackBottom),
		.keys = the->keyIndex - the->keyOffset,
		.collections = (double)the->memory->collections,
		.slotAllocations = (double)the->memory->slotAllocations,
		.chunkAllocations = (double)the->memory->chunkAllocations,
	};
}

void memoryResetPeaks(txMachine* the)
{
	the->peakChunksSize = the->currentChunksSize;
	the->peakHeapCount = the->currentHeapCount;
	the->stackPeak = the->stack;
}
