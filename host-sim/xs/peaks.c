/* The peak of chunks, slots and native memory together: looked at with each allocation of the app's machine or of C. */

#include "sim.h"

static double heapNow(const txMachine* the)
{
	return (double)the->currentChunksSize + (double)the->currentHeapCount * sizeof(txSlot);
}

void peaksNote(void)
{
	txMachine* the = sim.the;
	if (!the)
		return;
	double heap = heapNow(the), bytes = heap + sim.native.current;
	traceMemory(bytes);
	if (heap > the->memory->heapPeak)
		the->memory->heapPeak = heap;
	if (bytes > the->memory->bytesPeak) {
		the->memory->bytesPeak = bytes;
		the->memory->isPeak = true;
	}
}

void peaksReset(txMachine* the)
{
	sim.native.peak = sim.native.current;
	the->memory->heapPeak = heapNow(the);
	the->memory->bytesPeak = heapNow(the) + sim.native.current;
}
