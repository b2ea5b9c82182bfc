/*
	Counts what C allocates on behalf of the app: natives by c_malloc and its like. On Linux also what libraries linked
	in statically (Mbed TLS) allocate. For those the linker's --wrap turns malloc and calloc into the functions below.
	Sizes are those that were asked for. A table from block to size needs no header in the blocks. So a block from
	elsewhere, such as strdup's, may be freed here and is not counted. Only one thread allocates here: the one that runs
	script.
*/

#include "sim.h"
#include "real_malloc.h"

enum { kTableInitial = 1024 };

typedef struct {
	void* block;
	size_t size;
} Entry;

/* Open addressing; its size is a power of two and at least twice the number of blocks. */
static Entry* entries;
static size_t entriesSize, entriesUsed;
static bool isPaused;

/*
 * For tests: the allocation that fails, counted from the next (0: none), and whether one did; what was freed and is
 * kept.
 */
static unsigned failAfter;
static bool hasFailed;
static struct {
	bool isOn;
	Entry* blocks;
	size_t count, room;
} kept;

static size_t slotOf(const void* block)
{
	uint64_t hash = (uint64_t)(uintptr_t)block * 0x9E3779B97F4A7C15u;
	size_t index = (size_t)(hash >> 32) & (entriesSize - 1);
	while (entries[index].block && entries[index].block != block)
		index = (index + 1) & (entriesSize - 1);
	return index;
}

static bool growTable(void)
{
	Entry* old = entries;
	size_t oldSize = entriesSize;
	Entry* table = __real_calloc(oldSize ? oldSize * 2 : kTableInitial, sizeof(Entry));
	if (!table)
		return false;
	entries = table;
	entriesSize = oldSize ? oldSize * 2 : kTableInitial;
	for (size_t i = 0; i < oldSize; i++) {
		if (old[i].block)
			entries[slotOf(old[i].block)] = old[i];
	}
	__real_free(old);
	return true;
}

void nativeMemoryCharge(size_t size)
{
	sim.native.allocations++;
	sim.native.current += (double)size;
	if (sim.native.peak < sim.native.current)
		sim.native.peak = sim.native.current;
	peaksNote();
}

void nativeMemoryDischarge(size_t size)
{
	sim.native.current -= (double)size;
}

static void* enter(void* block, size_t size)
{
	if (!block || isPaused)
		return block;
	if (entriesUsed * 2 >= entriesSize && !growTable()) {
		__real_free(block);
		return NULL;
	}
	entries[slotOf(block)] = (Entry) {block, size};
	entriesUsed++;
	nativeMemoryCharge(size);
	return block;
}

/* Closes the gap, so that no entry after it becomes unreachable. */
static void leave(void* block)
{
	if (!block || !entriesSize)
		return;
	size_t gap = slotOf(block);
	if (!entries[gap].block)
		return;
	sim.native.current -= (double)entries[gap].size;
	entriesUsed--;
	entries[gap].block = NULL;
	for (size_t i = (gap + 1) & (entriesSize - 1); entries[i].block; i = (i + 1) & (entriesSize - 1)) {
		Entry moved = entries[i];
		entries[i].block = NULL;
		entries[slotOf(moved.block)] = moved;
	}
}

bool nativeMemoryFails(void)
{
	if (isPaused || failAfter == 0 || --failAfter > 0)
		return false;
	hasFailed = true;
	return true;
}

bool nativeMemoryFail(unsigned nth)
{
	bool failed = hasFailed;
	failAfter = nth;
	hasFailed = false;
	return failed;
}

void nativeMemoryKeepFreed(void)
{
	kept.isOn = true;
}

static bool isIn(const Entry* entry, const void* address)
{
	return entry->block && (const uint8_t*)address >= (uint8_t*)entry->block
		&& (const uint8_t*)address < (uint8_t*)entry->block + entry->size;
}

NativePlace nativeMemoryHolds(const void* address)
{
	for (size_t i = 0; i < entriesSize; i++) {
		if (isIn(&entries[i], address))
			return kNativeInUse;
	}
	for (size_t i = 0; i < kept.count; i++) {
		if (isIn(&kept.blocks[i], address))
			return kNativeFreed;
	}
	return kNativeElsewhere;
}

/* Keeps a block that natives or Mbed TLS freed as it is; false where it is another's, or where it is not to be kept. */
static bool keep(void* block)
{
	if (!kept.isOn || !block || !entriesSize || !entries[slotOf(block)].block)
		return false;
	if (kept.count == kept.room) {
		size_t room = kept.room ? 2 * kept.room : kTableInitial;
		Entry* blocks = __real_realloc(kept.blocks, room * sizeof(Entry));
		if (!blocks)
			return false;
		kept.blocks = blocks;
		kept.room = room;
	}
	kept.blocks[kept.count++] = entries[slotOf(block)];
	leave(block);
	return true;
}

void* simNativeMalloc(size_t size)
{
	if (nativeMemoryFails())
		return NULL;
	return enter(__real_malloc(size), size);
}

void* simNativeCalloc(size_t count, size_t size)
{
	if (nativeMemoryFails())
		return NULL;
	return enter(__real_calloc(count, size), count * size);
}

void* simNativeRealloc(void* block, size_t size)
{
	if (!block)
		return simNativeMalloc(size);
	size_t old = 0;
	if (entriesSize && entries[slotOf(block)].block)
		old = entries[slotOf(block)].size;
	if (kept.isOn && old) {
		void* moved = simNativeMalloc(size);
		if (moved) {
			memcpy(moved, block, old < size ? old : size);
			simNativeFree(block);
		}
		return moved;
	}
	if (nativeMemoryFails())
		return NULL;
	leave(block);
	void* result = __real_realloc(block, size);
	if (!result && size) {
		enter(block, old);
		return NULL;
	}
	return enter(result, size);
}

void simNativeFree(void* block)
{
	if (keep(block))
		return;
	leave(block);
	__real_free(block);
}

#if SIM_WRAPS_MALLOC

void* __wrap_malloc(size_t size)
{
	return simNativeMalloc(size);
}

void* __wrap_calloc(size_t count, size_t size)
{
	return simNativeCalloc(count, size);
}

void* __wrap_realloc(void* block, size_t size)
{
	return simNativeRealloc(block, size);
}

void __wrap_free(void* block)
{
	simNativeFree(block);
}

#endif

void nativeMemoryPause(bool paused)
{
	isPaused = paused;
}
