/*
	Marks: an app divides its run into intervals, mark("name") of the module "simulator", and each is reported with what
	it used. The figures stay in C until the report is written, so that measuring takes nothing from the app's heap.
	Valgrind's callgrind can be told to write a profile whenever simMark is entered (--dump-before=simMark): the same
	intervals in instructions.
*/

#include "sim.h"
#include "accelerators.h"

enum { kMarksMax = 16384, kAcceleratorsMax = 48 };

typedef struct Mark {
	char name[32];
	MemoryUse use;
	NativeUse native;
	double bytesPeak, heapPeak, meter, sent, received, turns;
	uint32_t calls[kAcceleratorsMax];
	double bytes[kAcceleratorsMax];
} Mark;

static Mark* marks;
static int marksCount;
static struct {
	double sent, received, turns;
	bool owesAnswer;
} wire;

void wireSent(size_t count)
{
	wire.sent += (double)count;
	wire.owesAnswer = true;
}

/* A turn is counted when the peer's first bytes after ours arrive: one round trip. */
void wireReceived(size_t count)
{
	wire.received += (double)count;
	wire.turns += wire.owesAnswer;
	wire.owesAnswer = false;
}

/* Ends the interval since the last mark, with its peaks, and starts another. */
void simMark(xsMachine* the)
{
	const Accelerator* accelerator;
	if (!marks)
		marks = simCalloc(kMarksMax, sizeof(Mark));
	if (!marks || marksCount == kMarksMax)
		xsRangeError("a run has at most %d marks", kMarksMax);
	const char* name = argumentString(the, 0);
	Mark* mark = &marks[marksCount++];
	snprintf(mark->name, sizeof(mark->name), "%s", name);
	memoryUse(the, &mark->use);
	mark->native = sim.native;
	mark->bytesPeak = the->memory->bytesPeak;
	mark->heapPeak = the->memory->heapPeak;
	mark->meter = meterTotal(the);
	mark->sent = wire.sent;
	mark->received = wire.received;
	mark->turns = wire.turns;
	for (int i = 0; i < kAcceleratorsMax && (accelerator = acceleratorAt(i)); i++) {
		mark->calls[i] = (uint32_t)accelerator->calls;
		mark->bytes[i] = accelerator->bytes;
	}
	censusMark(the, mark->name);
	traceMark(mark->name);
	memoryResetPeaks(the);
	peaksReset(the);
}

static void writeCalls(FILE* file, const Mark* mark)
{
	const Accelerator* accelerator;
	const char* separator = "";
	for (int i = 0; i < kAcceleratorsMax && (accelerator = acceleratorAt(i)); i++) {
		if (!mark->calls[i])
			continue;
		fprintf(file, "%s ", separator);
		jsonWriteText(file, accelerator->name);
		fprintf(file, ": [%u, %.0f]", mark->calls[i], mark->bytes[i]);
		separator = ",";
	}
}

static void raise(double* peak, double other)
{
	if (other > *peak)
		*peak = other;
}

/* Peaks since the last mark become those of the whole run. */
void marksRaisePeaks(MemoryUse* use, NativeUse* native)
{
	for (const Mark* mark = marks; mark < marks + marksCount; mark++) {
		raise(&use->chunksPeak, mark->use.chunksPeak);
		raise(&use->slotsPeak, mark->use.slotsPeak);
		raise(&use->stackPeak, mark->use.stackPeak);
		raise(&native->peak, mark->native.peak);
	}
}

/* For the report. */
void marksWrite(FILE* file)
{
	fputs("\t\"marks\": [", file);
	for (int i = 0; i < marksCount; i++) {
		const Mark* mark = &marks[i];
		const MemoryUse* use = &mark->use;
		fprintf(file, "%s\n\t\t{ \"name\": ", i ? "," : "");
		jsonWriteText(file, mark->name);
		fprintf(file,
			", \"meter\": %.0f, \"chunks\": %.0f, \"chunksPeak\": %.0f, \"slots\": %.0f, \"slotsPeak\": %.0f, ",
			mark->meter, use->chunks, use->chunksPeak, use->slots, use->slotsPeak);
		fprintf(file,
			"\"slotSize\": %.0f, \"stackPeak\": %.0f, \"collections\": %.0f, \"native\": %.0f, \"nativePeak\": %.0f, "
			"\"bytesPeak\": %.0f, ",
			use->slotSize, use->stackPeak, use->collections, mark->native.current, mark->native.peak, mark->bytesPeak);
		fprintf(file, "\"heapPeak\": %.0f, ", mark->heapPeak);
		fprintf(file, "\"slotAllocations\": %.0f, \"chunkAllocations\": %.0f, \"nativeAllocations\": %.0f, ",
			use->slotAllocations, use->chunkAllocations, mark->native.allocations);
		fprintf(file, "\"sent\": %.0f, \"received\": %.0f, \"turns\": %.0f, \"accelerators\": {", mark->sent,
			mark->received, mark->turns);
		writeCalls(file, mark);
		fputs(" } }", file);
	}
	fputs("\n\t],\n", file);
}
