/* What scripts may ask of the simulator itself: the module "simulator" (modules/simulator.ts). */

#include "sim.h"
#include "accelerators.h"

static void setNumber(xsMachine* the, const char* name, double value)
{
	xsSet(xsResult, xsID((txString)name), xsNumber(value));
}

/* Taken before the result is made, which takes memory itself. */
void simMemory(xsMachine* the)
{
	MemoryUse use;
	memoryUse(the, &use);
	const struct {
		const char* name;
		double value;
	} numbers[] = {
		{"chunks", use.chunks},
		{"chunksPeak", use.chunksPeak},
		{"chunksLimit", use.chunksLimit},
		{"slots", use.slots},
		{"slotsPeak", use.slotsPeak},
		{"slotsLimit", use.slotsLimit},
		{"slotSize", use.slotSize},
		{"stack", use.stack},
		{"stackPeak", use.stackPeak},
		{"stackLimit", use.stackLimit},
		{"keys", use.keys},
		{"collections", use.collections},
		{"nativeBytes", sim.native.current},
		{"nativePeak", sim.native.peak},
		{"nativeAllocations", sim.native.allocations},
		{"slotAllocations", use.slotAllocations},
		{"chunkAllocations", use.chunkAllocations},
		{"keySlots", chipKeySlots()},
	};
	xsResult = xsNewObject();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		setNumber(the, numbers[i].name, numbers[i].value);
}

void simResetPeaks(xsMachine* the)
{
	memoryResetPeaks(the);
	sim.native.peak = sim.native.current;
}

void simMeter(xsMachine* the)
{
	xsResult = xsNumber(meterTotal(the));
}

void simLongestTurn(xsMachine* the)
{
	xsResult = xsNumber(turnsLongest());
}

void simCollect(xsMachine* the)
{
	xsCollectGarbage();
}

void simExit(xsMachine* the)
{
	xsIntegerValue code = argumentIntegerOr(the, 0, kExitNormal);
	if (code < 0 || code > kExitScriptMax)
		xsRangeError("exit codes of scripts are 0 to %d", kExitScriptMax);
	exitMachine(the, code);
}

/* Without an argument the clock is as on a device that was just switched on. */
void simSetClock(xsMachine* the)
{
	if (!argumentIsGiven(the, 0))
		clockSet(0);
	else
		clockSet(xsToNumber(xsArg(0)));
}

void simAccelerators(xsMachine* the)
{
	const Accelerator* accelerator;
	xsVars(1);
	xsResult = xsNewArray(0);
	for (int i = 0; (accelerator = acceleratorAt(i)); i++) {
		xsVar(0) = xsNewObject();
		xsSet(xsVar(0), xsID("name"), xsString((xsStringValue)accelerator->name));
		xsSet(xsVar(0), xsID("calls"), xsNumber(accelerator->calls));
		xsSet(xsVar(0), xsID("bytes"), xsNumber(accelerator->bytes));
		xsSet(xsVar(0), xsID("failed"), xsNumber(accelerator->failed));
		xsSetIndex(xsResult, i, xsVar(0));
	}
}

/* What may happen to a call, and the PSA status that comes of it. */
static const struct {
	const char* action;
	int status;
} faults[] = {
	{"fail", -147},        /* PSA_ERROR_HARDWARE_FAILURE */
	{"busy", -132},        /* PSA_ERROR_GENERIC_ERROR: what ESP-IDF's driver gives where it gets no DMA channel */
	{"memory", -141},      /* PSA_ERROR_INSUFFICIENT_MEMORY: no key slot, or no memory for the driver's own state */
	{"unsupported", -134}, /* PSA_ERROR_NOT_SUPPORTED: a key that the chip can't do */
	{"late", 0},
};

/* accelerate(action, name, nth, delay): that happens to the accelerator's nth call from now on. */
void simAccelerate(xsMachine* the)
{
	xsIntegerValue nth = argumentInteger(the, 2), delay = argumentIntegerOr(the, 3, 0);
	size_t i = 0;
	while (i < sizeof(faults) / sizeof(faults[0]) && strcmp(argumentString(the, 0), faults[i].action))
		i++;
	if (i == sizeof(faults) / sizeof(faults[0]))
		xsRangeError("unknown action: %s", argumentString(the, 0));
	if (nth < 1)
		xsRangeError("calls are counted from 1");
	Accelerator* accelerator = acceleratorNamed(argumentString(the, 1));
	if (!accelerator)
		xsRangeError("no such accelerator: %s", argumentString(the, 1));
	accelerator->faultAfter = nth;
	accelerator->fault = faults[i].status;
	accelerator->delay = delay;
}

/*
 * failNative(nth): the nth native allocation from now on fails; 0: none. True where the one asked for before has
 * failed.
 */
void simFailNative(xsMachine* the)
{
	xsIntegerValue nth = argumentIntegerOr(the, 0, 0);
	if (nth < 0)
		xsRangeError("allocations are counted from 1");
	xsResult = xsBoolean(nativeMemoryFail((unsigned)nth));
}

void simKeepFreed(xsMachine* the)
{
	(void)the;
	nativeMemoryKeepFreed();
}

/* setChip(features): what the chip does from now on. */
void simSetChip(xsMachine* the)
{
	chipFeaturesSet(argumentInteger(the, 0));
}

void simEnvironment(xsMachine* the)
{
	const char* value = getenv(argumentString(the, 0));
	if (value)
		xsResult = xsString((xsStringValue)value);
}
