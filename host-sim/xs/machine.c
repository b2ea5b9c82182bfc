/*
	The two machines of a run. The root holds the built-ins and the preloaded modules and becomes flash. The app's own
	is cloned from it with the limits of `creation`. Also the frame that aborts return to.
*/

#include "sim.h"

enum {
	/* The root's stack and table of names can't grow, so they are ample. */
	kRootStack = 16 * 1024,
	kRootKeys = 32000,
};

/*
	Aborts jump to the outermost frame. That one must be silent: the engine's own xsBeginHost would, being the
	outermost, abort again for ever.
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
	linkedFinish(the);
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
