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
	NativeUse native;
	memoryUse(the, &use);
	nativeMemoryUse(&native);
	const struct { const char* name; double value; } numbers[] = {
		{ "chunks", use.chunks }, { "chunksPeak", use.chunksPeak }, { "chunksLimit", use.chunksLimit },
		{ "slots", use.slots }, { "slotsPeak", use.slotsPeak }, { "slotsLimit", use.slotsLimit }, { "slotSize", use.slotSize },
		{ "stack", use.stack }, { "stackPeak", use.stackPeak }, { "stackLimit", use.stackLimit },
		{ "keys", use.keys }, { "collections", use.collections },
		{ "nativeBytes", native.current }, { "nativePeak", native.peak }, { "nativeAllocations", native.allocations },
		{ "slotAllocations", use.slotAllocations }, { "chunkAllocations", use.chunkAllocations },
	};
	xsResult = xsNewObject();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		setNumber(the, numbers[i].name, numbers[i].value);
}

void simResetPeaks(xsMachine* the)
{
	memoryResetPeaks(the);
	nativeMemoryResetPeak();
}

void simMeter(xsMachine* the)
{
	xsResult = xsNumber(machineMeter(the));
}

void simCollect(xsMachine* the)
{
	xsCollectGarbage();
}

void simExit(xsMachine* the)
{
	xsIntegerValue code = xsToInteger(xsArgc) > 0 ? xsToInteger(xsArg(0)) : kExitNormal;
	if (code < 0 || code > kExitScriptMax)
		xsRangeError("exit codes of scripts are 0 to %d", kExitScriptMax);
	exitMachine(the, code);
}

/* Without an argument the clock is as on a device that was just switched on. */
void simSetClock(xsMachine* the)
{
	if (xsToInteger(xsArgc) == 0 || xsTypeOf(xsArg(0)) == xsUndefinedType)
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

/* accelerate("fail", name, nth): the nth call of that accelerator from now on fails. */
void simAccelerate(xsMachine* the)
{
	xsIntegerValue nth = xsToInteger(xsArg(2));
	if (strcmp(xsToString(xsArg(0)), "fail"))
		xsRangeError("unknown action: %s", xsToString(xsArg(0)));
	if (nth < 1)
		xsRangeError("calls are counted from 1");
	Accelerator* accelerator = acceleratorNamed(xsToString(xsArg(1)));
	if (!accelerator)
		xsRangeError("no such accelerator: %s", xsToString(xsArg(1)));
	accelerator->failsAfter = nth;
}

void simEnvironment(xsMachine* the)
{
	const char* value = getenv(xsToString(xsArg(0)));
	if (value)
		xsResult = xsString((xsStringValue)value);
}
