/*
	How long a chunk XS can still make, for memory.ts. XS has no call that says so, and ends the run where a chunk can't be made; so it is asked in ways
	that do not. Which one fits comes from the manifest's `creation`. Where a Worker has another one, that of the app is taken for it.
*/

#include "binding.h"

enum {
	kAround = 64,	/* octets of headers and of what they are rounded up to */
	kSteps = 8,	/* the parts of itself by which a length shrinks that was not to be had */
};

#if ESP32 || SIM_ARENA

/* Made by the SDK's linker. */
extern void* xsPreparationAndCreation(xsCreation** creation);

#if SIM_ARENA
typedef xsMachine Machine;
#else
/* How a machine's record goes on after what xs.h has of it, where the SDK is built without INCLUDE_XSPLATFORM (its xs/platforms/esp/xsPlatform.h). */
typedef struct {
	xsMachine record;
	uint8_t* heap;		/* start of the arena; NULL where chunks and slots are pools */
	uint8_t* heap_ptr;	/* end of the chunks */
	uint8_t* heap_pend;	/* start of slots and stack */
} Machine;
#endif

/* True where chunks come from an arena. It must look like one: another release of the SDK may have something else in this place. */
static bool isArena(const Machine* machine, const uint8_t* chunk)
{
	return machine->heap && machine->heap <= chunk && chunk < machine->heap_ptr && machine->heap_ptr <= machine->heap_pend;
}

/* One arena (`static`): chunks end where a new one begins, and all from there to the slots can become chunks. */
static xsIntegerValue arenaRoom(const Machine* machine, const uint8_t* chunk, xsIntegerValue incremental)
{
	return (xsIntegerValue)(machine->heap_pend - chunk) - incremental - kAround;
}

/* A pool that can't grow: a chunk that is to be made longer stays as it is where there is no room. It goes with the next collection. */
static xsIntegerValue poolRoom(xsMachine* the, void* chunk, xsIntegerValue wanted)
{
	xsIntegerValue length = wanted;
	while (length >= kSteps && !fxRenewChunk(the, chunk, length + kAround))
		length -= length / kSteps;
	fxCollectGarbage(the);
	return length;
}

/* A pool that grows gets its next block from C's heap, like anything else. */
static xsIntegerValue heapRoom(xsIntegerValue wanted, xsIntegerValue incremental)
{
	xsIntegerValue length = wanted;
	void* block = NULL;
	while (length >= kSteps && !(block = c_malloc((size_t)length + incremental + kAround)))
		length -= length / kSteps;
	c_free(block);
	return length;
}

static xsIntegerValue room(xsMachine* the, xsIntegerValue wanted)
{
	xsCreation* creation;
	xsPreparationAndCreation(&creation);
	xsIntegerValue incremental = creation->incrementalChunkSize;
	void* chunk = fxNewChunk(the, 1);
	if (incremental && isArena((Machine*)the, chunk))
		return arenaRoom((Machine*)the, chunk, incremental);
	if (incremental && !creation->staticSize)
		return heapRoom(wanted, incremental);
	return poolRoom(the, chunk, wanted);
}

#else

/* The SDK's simulators take what they need from a computer. */
static xsIntegerValue room(xsMachine* the, xsIntegerValue wanted)
{
	return wanted;
}

#endif

void xs_largest_buffer(xsMachine* the)
{
	xsIntegerValue wanted = xsmcToInteger(xsArg(0));
	if (wanted < 0 || wanted > 0xffffff)
		xsRangeError("no length of a buffer");
	xsIntegerValue length = room(the, wanted);
	if (length < wanted) {
		fxCollectGarbage(the);
		length = room(the, wanted);
	}
	xsmcSetInteger(xsResult, length < 0 ? 0 : length < wanted ? length : wanted);
}
