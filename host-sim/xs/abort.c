/*
	Every early end of a run, in one sentence and an exit code. These are the engine's aborts (fxAbort), uncaught
	exceptions with their stack, limits that were reached. The first reason stands; what fails while it is being printed
	is not reported.
*/

#include "sim.h"

enum { kCausesMax = 4 };

/* Figures are taken before the sentence is made, which may need memory itself. */
static void takeFigures(txMachine* the)
{
	if (the != sim.the || sim.useKnown)
		return;
	memoryUse(the, &sim.use);
	sim.useKnown = true;
}

void endWith(int code, const char* format, ...)
{
	va_list arguments;
	if (sim.ended)
		return;
	sim.ended = true;
	sim.exitCode = code;
	va_start(arguments, format);
	vsnprintf(sim.reason, sizeof(sim.reason), format, arguments);
	va_end(arguments);
	fflush(stdout);
	if (sim.reason[0])
		fprintf(stderr, "%s: %s\n", SIM_NAME, sim.reason);
}

void exitMachine(txMachine* the, int code)
{
	takeFigures(the);
	endWith(code, "%s", "");
	fxExitToHost(the);
	abort();
}

void timeoutEnd(txMachine* the)
{
	char place[256];
	takeFigures(the);
	scriptPlace(the, place, sizeof(place));
	endWith(kExitTimeout, "the time is up: %g seconds%s%s", sim.options.timeout, place[0] ? ", at " : "", place);
	fxExitToHost(the);
	abort();
}

void scriptPlace(txMachine* the, char* buffer, size_t size)
{
	buffer[0] = 0;
	for (txSlot* frame = the->frame; frame; frame = frame->next) {
		txSlot* environment = mxFrameToEnvironment(frame);
		if (environment->ID == XS_NO_ID)
			continue;
		snprintf(buffer, size, "%s:%d", fxGetKeyName(the, environment->ID), (int)environment->value.environment.line);
		return;
	}
}

/* The arena does not even hold what it starts with: says what each part takes, as one of them may be a default. */
static void endWithoutRoom(const txMachine* the)
{
	const Memory* memory = the->memory;
	const txCreation* creation = &sim.app.creation;
	endWith(memory->askedSlot ? kExitSlots : kExitChunks,
		"creation.static is too small to start with: %.0f bytes were asked for %s, %zu are free; "
		"stack has %d slots, heap.initial %d slots of %zu bytes, chunk.initial %d bytes "
		"(without a value in the manifest 384, 2048 and 32768): set smaller ones, or a larger static",
		(double)memory->asked,
		memory->askedSlot ? "stack and slots (creation.stack, creation.heap.initial)"
						  : "chunks (creation.chunk.initial)",
		memoryFree(the), (int)creation->stackCount, (int)creation->initialHeapCount, sizeof(txSlot),
		(int)creation->initialChunkSize);
}

static void endWithoutMemory(txMachine* the)
{
	const Memory* memory = the->memory;
	MemoryUse use;
	char place[256];
	memoryUse(the, &use);
	scriptPlace(the, place, sizeof(place));
	const char* at = place[0] ? ", at " : "";
	double asked = (double)memory->asked;
	if (!sim.the)
		endWithoutRoom(the);
	else if (memory->kind == kMemoryArena) {
		endWith(memory->askedSlot ? kExitSlots : kExitChunks,
			"memory is full: a %s of %.0f bytes was asked for, %zu bytes of creation.static are free "
			"(chunks %.0f bytes, slots %.0f x %.0f bytes)%s%s",
			memory->askedSlot ? "slot" : "chunk", asked, memoryFree(the), use.chunks, use.slots, use.slotSize, at,
			place);
	}
	else if (memory->askedSlot)
		endWith(kExitSlots,
			"the slot heap is full: one slot was asked for, all of its %.0f slots of %.0f bytes are in use%s%s",
			use.slotsLimit, use.slotSize, at, place);
	else
		endWith(kExitChunks, "the chunk heap is full: %.0f bytes were asked for, %.0f of its %.0f bytes are free%s%s",
			asked, use.chunksLimit - use.chunks, use.chunksLimit, at, place);
}

/* XS 13 has one status for both stacks; only the native one is near the limit that the engine computed for it. */
static void endWithStackOverflow(txMachine* the)
{
	char here, place[256];
	scriptPlace(the, place, sizeof(place));
	const char* at = place[0] ? ", at " : "";
	if (&here <= the->stackLimit)
		endWith(kExitNativeStack, "the native stack is full: too many calls nested in C%s%s", at, place);
	else
		endWith(kExitStack, "the JavaScript stack is full: creation.stack has %d slots%s%s",
			(int)(the->stackTop - the->stackBottom), at, place);
}

/* Prints what was thrown, an error with its stack, and what caused it. */
static void printThrown(txMachine* the, txSlot* thrown)
{
	mxTry(the)
	{
		mxPushSlot(thrown);
		for (int i = 0; i < kCausesMax && !mxIsUndefined(the->stack); i++) {
			txSlot* error = the->stack;
			mxPushSlot(error);
			if (mxIsReference(error))
				mxGetID(mxID(_stack));
			if (!(the->stack->kind == XS_STRING_KIND || the->stack->kind == XS_STRING_X_KIND)) {
				mxPop();
				mxPushSlot(error);
			}
			fprintf(stderr, "%s%s\n", i ? "caused by: " : "", fxToString(the, the->stack));
			mxPop();
			if (!mxIsReference(error))
				break;
			mxGetID(mxID(_cause));
		}
	}
	mxCatch(the)
	{
		fputs("(it can't be shown)\n", stderr);
	}
}

/* Script is still where it threw: it goes back to where C called it, to have room and a frame for printing. */
static void endWithThrown(txMachine* the, int code, const char* what)
{
	txSlot thrown = mxException;
	const txJump* jump = the->firstJump;
	if (sim.ended)
		return;
	endWith(code, "%s", what);
	if (jump) {
		the->stack = jump->stack;
		the->scope = jump->scope;
		the->frame = jump->frame;
		the->code = jump->code;
	}
	fxBeginHost(the);
	mxPushSlot(&thrown);
	printThrown(the, the->stack);
}

void fxAbort(txMachine* the, int status)
{
	char place[256];
	takeFigures(the);
	switch (status) {
	case XS_NOT_ENOUGH_MEMORY_EXIT: endWithoutMemory(the); break;
#if SIM_SDK_ENGINE
	case XS_JAVASCRIPT_STACK_OVERFLOW_EXIT:
	case XS_NATIVE_STACK_OVERFLOW_EXIT:
#else
	case XS_STACK_OVERFLOW_EXIT:
#endif
		endWithStackOverflow(the);
		break;
	case XS_NO_MORE_KEYS_EXIT:
		endWith(kExitKeys, "the key table is full: all %d keys of creation.keys are in use",
			the->keyCount - the->keyOffset);
		break;
	case XS_TOO_MUCH_COMPUTATION_EXIT:
		scriptPlace(the, place, sizeof(place));
		endWith(kExitMeter, "the meter reached %.0f, its limit is %.0f%s%s", sim.metered, sim.options.meterLimit,
			place[0] ? ", at " : "", place);
		break;
	case XS_UNHANDLED_EXCEPTION_EXIT: endWithThrown(the, kExitException, "uncaught exception"); break;
	case XS_UNHANDLED_REJECTION_EXIT: endWithThrown(the, kExitRejection, "unhandled rejection"); break;
	case XS_DEBUGGER_EXIT: endWith(kExitDebugger, "the debugger ended the run"); break;
	default: endWith(kExitEngine, "the engine stopped with status %d", status); break;
	}
	if (the->firstJump)
		fxExitToHost(the);
	exit(sim.exitCode);
}
