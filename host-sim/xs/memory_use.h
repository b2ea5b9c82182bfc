/*
	Where memory comes from, and what of it is used: the machine's, and that of C. Included by sim.h.
*/

#ifndef MEMORY_USE_H
#define MEMORY_USE_H

/* memory.c: where a machine's chunks and slots come from. */

typedef enum { kMemoryFlash, kMemoryArena, kMemoryPools } MemoryKind;

typedef struct Memory {
	MemoryKind kind;
	uint8_t* arena; /* creation.static: chunks grow up from its start, slots down from its end */
	uint8_t* arenaEnd;
	size_t asked; /* bytes of the last allocation, for the sentence when it fails */
	bool askedSlot;
	bool chunksFull;          /* the last collection freed less of the chunks than they grow by: heap.c */
	uint64_t slotAllocations; /* counted by heap.c */
	uint64_t chunkAllocations;
	uint64_t collections;
	double bytesPeak; /* chunks, slots and native memory together, kept by peaks.c */
	double heapPeak;  /* chunks and slots alone */
	bool isPeak;      /* it has just risen: for census.c */
} Memory;

void memoryCreate(Memory* memory, MemoryKind kind, size_t arenaSize);
void memoryDelete(Memory* memory);
size_t memoryFree(const txMachine* the);

/* What a machine uses, as scripts and reports see it. */
typedef struct MemoryUse {
	double chunks, chunksPeak, chunksLimit;
	double slots, slotsPeak, slotsLimit, slotSize;
	double stack, stackPeak, stackLimit;
	double keys, collections, slotAllocations, chunkAllocations;
} MemoryUse;

void memoryUse(txMachine* the, MemoryUse* use);
void memoryResetPeaks(txMachine* the);

/* heap.c: the engine's allocator, counted. */
void heapSetLive(bool live);


/* native_memory.c */
typedef struct NativeUse {
	double current, peak, allocations;
} NativeUse;
/* Leaves out what is allocated until it is called again: what the simulator does in libraries, not the app. */
void nativeMemoryPause(bool paused);
/* The nth allocation from now on fails, once; 0: none. Returns whether the one that was asked for before has failed. */
bool nativeMemoryFail(unsigned nth);
/* From now on what is freed is neither reused nor changed. */
void nativeMemoryKeepFreed(void);
typedef enum { kNativeElsewhere, kNativeInUse, kNativeFreed } NativePlace;
NativePlace nativeMemoryHolds(const void* address);
/* What a socket and a timer of the SDK take of C's heap on a 32-bit chip. The runtime's own are larger. */
enum {
	/*
	 * TCPRecord of modules/io/socket/lwip: pointers, flags, one slot, with callbacks. lwIP's tcp_pcb and its packets
	 * are not in it.
	 */
	kSocketBytes = 48,
	/* modTimerRecord of modules/base/timer/mc, in it modTimerScriptRecord of modTimer.c with one slot. */
	kTimerBytes = 51,
};
#if SIM_FIRMWARE
	#define nativeMemoryFails() false
	#define nativeMemoryCharge(size) ((void)0)
	#define nativeMemoryDischarge(size) ((void)0)
#else
/* Counts what a device's runtime would allocate, or free, and this one has elsewhere. */
void nativeMemoryCharge(size_t size);
void nativeMemoryDischarge(size_t size);
/*
 * True where this allocation is to fail: also asked where the runtime allocates what a device takes from C's heap, too.
 */
bool nativeMemoryFails(void);
#endif
/* peaks.c: how much lies in chunks, slots and native memory together at most. */
void peaksNote(void);
void peaksReset(txMachine* the);

/* Freed before the app's machine exists: counts for nothing. */
void* scratchAllocate(size_t size);
void scratchFree(void* block);

#endif
