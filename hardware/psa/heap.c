/*
	How much XS can still allocate. XS has no call that says so, and ends the app if a chunk or slot can't be had. So
	the machine's own fields are read: free slots, and the free end of each block of chunks. `creation` in the manifest
	says how far both may grow.

	    arena (static N)   | chunks > free tail | gap | < slots | stack |      chunks and slots grow into the gap, by their increments
	    pools (static 0)   blocks of chunks, each with a free tail, and of slots; they grow from C's heap, or not at all
*/

#include "xsPlatform.h"
#include "heap.h"

#if (ESP32 || SIM_ARENA) && !mxNoChunks

	/* The SDK has the folder of this header among those that natives are compiled with, as its own ports need it. */
	#include "xsAll.h"

enum {
	kAround = 64, /* bytes of headers and of what they are rounded up to */
	kSteps = 8,   /* parts of itself by which a length shrinks that was not to be had */
};

/*
	Bytes at the end of the chunks that are taken from XS's platform already: the longest of such ends, if there are
	several blocks.
*/
static int32_t freeTail(const txMachine* the)
{
	int32_t longest = 0;
	for (const txBlock* block = the->firstBlock; block; block = block->nextBlock) {
		int32_t length = (int32_t)(block->limit - block->current);
		if (length > longest)
			longest = length;
	}
	return longest;
}

/* The first slot of each block is its header. */
static int32_t freeSlots(const txMachine* the)
{
	int32_t count = the->maximumHeapCount - the->currentHeapCount;
	for (const txSlot* heap = the->firstHeap; heap; heap = heap->next)
		count--;
	return count;
}

static bool isArena(const txMachine* the)
{
	return the->heap != NULL;
}

/* Bytes between chunks and slots of an arena. */
static int32_t gap(const txMachine* the)
{
	return (int32_t)((uint8_t*)the->heap_pend - (uint8_t*)the->heap_ptr);
}

/* Bytes that `missing` slots take: their number grows by whole increments. */
static int32_t slotBytes(const txMachine* the, int32_t missing)
{
	int32_t step = the->minimumHeapCount;
	return missing > 0 ? (missing + step - 1) / step * step * (int32_t)sizeof(txSlot) : 0;
}

/* C's heap has both blocks at once. */
static bool nativeHas(int32_t first, int32_t second)
{
	void* a = first > 0 ? c_malloc((size_t)first) : NULL;
	void* b = second > 0 ? c_malloc((size_t)second) : NULL;
	bool result = (first <= 0 || a) && (second <= 0 || b);
	c_free(b);
	c_free(a);
	return result;
}

static bool hasRoom(const txMachine* the, int32_t bytes, int32_t slots)
{
	int32_t tail = freeTail(the), missing = slots - freeSlots(the);
	if (bytes <= tail && missing <= 0)
		return true;
	if ((bytes > tail && !the->minimumChunksSize) || (missing > 0 && !the->minimumHeapCount))
		return false;
	int32_t grown = slotBytes(the, missing);
	/* slots that find no gap get the tail of the chunks, which then have to grow anew */
	if (isArena(the))
		return the->minimumChunksSize ? bytes + the->minimumChunksSize + grown <= tail + gap(the) : grown <= gap(the);
	return nativeHas(bytes > tail ? bytes + the->minimumChunksSize + kAround : 0, grown ? grown + kAround : 0);
}

static int32_t largestChunk(const txMachine* the, int32_t wanted)
{
	int32_t tail = freeTail(the) - kAround;
	if (tail >= wanted || !the->minimumChunksSize)
		return tail;
	if (isArena(the))
		return tail + gap(the) - the->minimumChunksSize;
	int32_t length = wanted;
	while (length >= kSteps && !nativeHas(length + the->minimumChunksSize + kAround, 0))
		length -= length / kSteps;
	return length > tail ? length : tail;
}

int32_t heapLargestChunk(void* machine, int32_t wanted)
{
	txMachine* the = machine;
	int32_t length = largestChunk(the, wanted);
	if (length < wanted) {
		fxCollectGarbage(the);
		length = largestChunk(the, wanted);
	}
	return length < 0 ? 0 : length < wanted ? length : wanted;
}

bool heapHasRoom(void* machine, int32_t bytes, int32_t slots)
{
	txMachine* the = machine;
	if (hasRoom(the, bytes, slots))
		return true;
	fxCollectGarbage(the);
	return hasRoom(the, bytes, slots);
}

#else

/* The SDK's simulators take what they need from a computer, and so does XS if each chunk is a block of C's heap. */
int32_t heapLargestChunk(void* machine, int32_t wanted)
{
	(void)machine;
	return wanted;
}

bool heapHasRoom(void* machine, int32_t bytes, int32_t slots)
{
	(void)machine, (void)bytes, (void)slots;
	return true;
}

#endif
