/*
	The two machines of a run: the root, which holds the built-ins and the preloaded modules and becomes flash, and the app's own,
	cloned from it with the limits of `creation`. Also the frame that aborts return to, and the meter with its limits.
*/

#include "sim.h"

enum {
	/* The root's stack and table of names can't grow, so they are ample. */
	kRootStack = 16 * 1024,
	kRootKeys = 32000,
	/* How many steps the meter takes between looks at limits and time. */
	kMeterInterval = 20000,
	/* for the census, which asks where the work is done */
	kCensusInterval = 8,
};

#if mxMetering
static struct {
	double total;
	uint32_t last;
} meter;
#endif

/*
	Aborts jump to the outermost frame. That one must be silent: the engine's own xsBeginHost would, being the outermost, abort
	again for ever.
*/
bool machineRun(txMachine* the, void (*run)(txMachine* the, void* argument), void* argument)
{
	txJump jump;
	volatile bool finished = false;
	memset(&jump, 0, sizeof(jump));
	jump.stack = the->stack;
	jump.scope = the->scope;
	jump.frame = the->frame;
	jump.code = the->code;
	the->firstJump = &jump;
	if (c_setjmp(jump.buffer) == 0) {
		run(the, argument);
		finished = true;
	}
	the->stack = jump.stack;
	the->scope = jump.scope;
	the->frame = jump.frame;
	the->code = jump.code;
	the->firstJump = NULL;
	return finished;
}

static void preload(txMachine* the, void* argument)
{
	App* app = argument;
	consoleInstall(the);
#if !SIM_FIRMWARE
	builtinsInstall(the);
#endif
	modulesPrepare(the, app);
	fxCollectGarbage(the);
	linkedStart(the);
	for (Module* module = app->modules; module; module = module->next) {
		if (!module->preload)
			continue;
		modulesImport(the, module->name);
		jobsRun(the);
		fxCollectGarbage(the);
		linkedCountModule(the, module);
	}
}

txMachine* machineCreateRoot(App* app, const RootSizes* sizes)
{
	txCreation creation = app->creation;
	creation.initialChunkSize = sizes->chunks;
	creation.incrementalChunkSize = sizes->moreChunks;
	creation.initialHeapCount = sizes->slots;
	creation.incrementalHeapCount = sizes->moreSlots;
	creation.stackCount = kRootStack;
	creation.initialKeyCount = kRootKeys;
	creation.incrementalKeyCount = 0;
	memoryCreate(&sim.rootMemory, kMemoryFlash, 0);
	sim.building = true;
	txMachine* root = fxCreateMachine(&creation, "flash", &sim.rootMemory, XS_NO_ID);
	if (!root || !machineRun(root, preload, app))
		return NULL;
	for (const Module* module = app->modules; module; module = module->next) {
		if (module->preload && !sim.options.keepsLiterals)
			scriptCopyAtRunTime(module);
	}
	flashShare(root);
	sim.building = false;
	flashProtect();
	return root;
}

txMachine* machineClone(App* app, txMachine* root)
{
	bool arena = app->creation.staticSize > 0;
	memoryCreate(&sim.memory, arena ? kMemoryArena : kMemoryPools, (size_t)app->creation.staticSize);
	txMachine* the = fxCloneMachine(&app->creation, root, "app", &sim.memory);
	if (the) {
		debuggerDescribe(the);
		debuggerSettle(the);
	}
	return the;
}

/* As the SDK's linker has it: natives ask for what the manifest says of the heap. There is no preparation here. */
void* xsPreparationAndCreation(txCreation** creation)
{
	if (creation)
		*creation = &sim.app.creation;
	return NULL;
}

#if mxMetering

/* The engine counts to 2^32 and starts again at 0 before a look that would pass it. */
static void takeMeter(txMachine* the)
{
	meter.total += (double)(the->meterIndex - meter.last);
	meter.last = the->meterIndex;
}

double machineMeter(txMachine* the)
{
	takeMeter(the);
	return meter.total;
}

static txU4 meterInterval(void)
{
	return sim.options.census ? kCensusInterval : kMeterInterval;
}

static txBoolean checkLimits(txMachine* the, txU4 index)
{
	if (takesCensus(the))
		censusCountWork(the, the->meterIndex - meter.last);
	takeMeter(the);
	if (index + meterInterval() < index)
		meter.last = 0;
	if (sim.options.timeout > 0 && monotonicSeconds() - sim.startTime > sim.options.timeout)
		timeoutEnd(the);
	return sim.options.meterLimit == 0 || meter.total < sim.options.meterLimit;
}

void machineStartMeter(txMachine* the)
{
	meter.total = 0;
	meter.last = 0;
	fxBeginMetering(the, checkLimits, meterInterval());
}

#else

/* A bare engine: nothing is counted, and no limit holds. */
double machineMeter(txMachine* the)
{
	(void)the;
	return 0;
}

void machineStartMeter(txMachine* the)
{
	(void)the;
}

#endif
