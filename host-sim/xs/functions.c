/*
	The engine's functions (its xsFunction.c, included here in place of being compiled alone) as they are on a device.
	They have no properties "length" and "name", which the SDK's linker leaves out. That saves two slots for each
	function, in flash and in the heap. What is preloaded keeps them in a debug build, where they are what stacks are
	written with. Compiled with the engine's flags.
*/

#define fxNewFunctionLength engineNewFunctionLength
#define fxNewFunctionName engineNewFunctionName

#include "xsFunction.c"

#undef fxNewFunctionLength
#undef fxNewFunctionName

#include "sim.h"

static bool leavesOut(const txMachine* the)
{
	return sim.app.isRelease || the == sim.the;
}

txSlot* fxNewFunctionLength(txMachine* the, txSlot* instance, txNumber length)
{
	return leavesOut(the) ? NULL : engineNewFunctionLength(the, instance, length);
}

txSlot* fxNewFunctionName(txMachine* the, txSlot* instance, txID id, txIndex index, txID former, txString prefix)
{
	return leavesOut(the) ? NULL : engineNewFunctionName(the, instance, id, index, former, prefix);
}
