/*
	What a run took: instructions and peaks of memory, by the marks that the app sets (the module "firmware"). Its end
	prints them as one line of JSON for ../run.ts. In the place of the desktop's marks.c and report.c.
*/

#include "sim.h"
#include "native_counts.h"
#include "rom.h"

enum { kMarksMax = 24, kMarkName = 16 };

typedef struct {
	char name[kMarkName];
	uint64_t instructions, natives;
	uint32_t meter, chunksPeak, slotsPeak, heapPeak, stackPeak;
} Mark;

static Mark marks[kMarksMax];
static int marksCount;
static uint32_t heapPeak;
static struct {
	uint32_t sent, received;
} wire;

void wireSent(size_t count)
{
	wire.sent += count;
}

void wireReceived(size_t count)
{
	wire.received += count;
}

static uint32_t heapNow(const txMachine* the)
{
	return (uint32_t)the->currentChunksSize + (uint32_t)the->currentHeapCount * sizeof(txSlot);
}

/* At each allocation, so without the desktop's floating point. */
void peaksNote(void)
{
	uint32_t now = sim.the ? heapNow(sim.the) : 0;
	if (now > heapPeak)
		heapPeak = now;
}

/* Ends an interval of the run and starts the next. */
void fwMark(xsMachine* the)
{
	instructionsPause();
	if (marksCount == kMarksMax) {
		instructionsResume();
		xsRangeError("a run has at most %d marks", kMarksMax);
	}
	Mark* mark = &marks[marksCount++];
	xsToStringBuffer(xsArg(0), mark->name, sizeof(mark->name));
	mark->instructions = instructionsWorked();
	mark->natives = nativeInstructions();
	mark->meter = (uint32_t)meterTotal(the);
	mark->chunksPeak = (uint32_t)the->peakChunksSize;
	mark->slotsPeak = (uint32_t)the->peakHeapCount;
	mark->heapPeak = heapPeak;
	mark->stackPeak = (uint32_t)(the->stackTop - the->stackPeak);
	memoryResetPeaks(the);
	heapPeak = heapNow(the);
	instructionsResume();
}

void fwInstructions(xsMachine* the)
{
	xsResult = xsNumber((double)instructionsWorked());
}

static uint32_t painted(const uint8_t* from, const uint8_t* to)
{
	const uint8_t* at = from;
	while (at < to && *at == kPaint)
		at++;
	return (uint32_t)(at - from);
}

/* The C heap grows up, the C stack down. */
static uint32_t heapUsed(void)
{
	const uint8_t* at = __heap_end;
	while (at > __heap_start && at[-1] == kPaint)
		at--;
	return (uint32_t)(at - __heap_start);
}

static void printMarks(void)
{
	printf("\"marks\":[");
	for (int i = 0; i < marksCount; i++) {
		const Mark* mark = &marks[i];
		printf("%s{\"name\":\"%s\",\"instructions\":%llu,\"natives\":%llu,\"meter\":%lu,", i ? "," : "", mark->name,
			(unsigned long long)mark->instructions, (unsigned long long)mark->natives, (unsigned long)mark->meter);
		printf("\"chunksPeak\":%lu,\"slotsPeak\":%lu,\"heapPeak\":%lu,\"stackPeak\":%lu}",
			(unsigned long)mark->chunksPeak, (unsigned long)mark->slotsPeak, (unsigned long)mark->heapPeak,
			(unsigned long)mark->stackPeak);
	}
	printf("],");
}

static void printNatives(void)
{
	const char* separator = "";
	printf("\"functions\":[");
	for (NativeCount* count = fwNativeCounts; count->name; count++) {
		if (!count->calls)
			continue;
		printf("%s{\"name\":\"%s\",\"calls\":%lu,\"instructions\":%llu}", separator, count->name,
			(unsigned long)count->calls, (unsigned long long)count->instructions);
		separator = ",";
	}
	printf("],");
}

static void printMemory(const txMachine* the)
{
	printf("\"slotSize\":%d,\"stackLimit\":%d,\"keys\":%d,\"collections\":%llu,\"slotAllocations\":%llu,"
		   "\"chunkAllocations\":%llu,",
		(int)sizeof(txSlot), (int)(the->stackTop - the->stackBottom), (int)(the->keyIndex - the->keyOffset),
		(unsigned long long)the->memory->collections, (unsigned long long)the->memory->slotAllocations,
		(unsigned long long)the->memory->chunkAllocations);
	printf("\"arena\":%d,\"cStack\":%lu,\"cStackLimit\":%lu,\"cHeap\":%lu,\"cHeapLimit\":%lu,",
		(int)sim.app.creation.staticSize,
		(unsigned long)(__stack_end - __sram_start) - painted(__sram_start, __stack_end),
		(unsigned long)(__stack_end - __sram_start), (unsigned long)heapUsed(),
		(unsigned long)(__heap_end - __heap_start));
}

void figuresPrint(void)
{
	const RomHeader* rom = (const RomHeader*)__preload_start;
	/* script may have printed without an end of line */
	printf("\n@figures {\"exitCode\":%d,", sim.exitCode);
	printf("\"rom\":{\"bytes\":%lu,\"bytecode\":%.0f,\"slots\":%.0f,\"chunks\":%.0f,\"keys\":%.0f},",
		(unsigned long)(rom->end - __preload_start), rom->use.bytecode, rom->use.slots, rom->use.chunks, rom->use.keys);
	printMarks();
	printNatives();
	printMemory(sim.the);
	printf("\"meter\":%.0f,\"instructions\":%llu,\"natives\":%llu,\"sent\":%lu,\"received\":%lu}\n",
		meterTotal(sim.the), (unsigned long long)instructionsWorked(), (unsigned long long)nativeInstructions(),
		(unsigned long)wire.sent, (unsigned long)wire.received);
	fflush(stdout);
}
