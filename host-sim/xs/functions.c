/*
	The engine's functions (its xsFunction.c, included here in place of being compiled alone) as they are on a device: the SDK's linker strips
	the properties "length" and "name" of what is made at run time, which saves two slots for each closure; what is preloaded has them.
	Compiled with the engine's flags.
*/

#define fxNewFunctionLength engineNewFunctionLength
#define fxNewFunctionName engineNewFunctionName

#include "xsFunction.c"

#undef fxNewFunctionLength
#undef fxNewFunctionName

#include "sim.h"

txSlot* fxNewFunctionLength(txMachine* the, txSlot* instance, txNumber length)
{
	return the == sim.the ? NULL : engineNewFunctionLength(the, instance, length);
}

txSlot* fxNewFunctionName(txMachine* the, txSlot* instance, txID id, txIndex index, txID former, txString prefix)
{
	return the == sim.the ? NULL : engineNewFunctionName(the, instance, id, index, former, prefix);
}
