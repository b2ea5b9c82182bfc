/* Finds and imports modules by name; script.c has read them. The engine calls fxFindModule and fxLoadModule. */

#include "sim.h"
#include "native_table.h"

enum { kNameMax = 512 };

/* The module whose host functions the engine is about to ask for: pushHosts has no argument that would tell. */
static const HostTable* loadingHosts;

static void pushHosts(txMachine* the)
{
	fxBuildHosts(the, loadingHosts->count, loadingHosts->builders);
	mxPullSlot(mxResult);
}

static void addNames(txMachine* root, const char* const* names)
{
	for (; *names; names++)
		fxNewNameC(root, (txString)*names);
}

/*
	Names are made in the linker's order. Those that only the simulator has come last: a module that uses one is charged
	with it.
*/
void modulesPrepare(txMachine* root, App* app)
{
	addNames(root, simDeviceNames);
	for (Module* module = app->modules; module; module = module->next) {
		txID first = root->keyIndex;
		scriptRead(root, module);
		if (module->hosts)
			module->script->callback = pushHosts;
		fxNewNameC(root, module->name);
		linkedCountNames(root, module, first);
	}
	addNames(root, simBuiltinNames);
}

/* "./x" and "../x" are relative to the importing module's name; an extension is dropped, as by the SDK. */
static bool resolve(const char* base, const char* name, char* path)
{
	size_t length = 0;
	if (name[0] == '.') {
		if (!base || strlen(base) >= kNameMax)
			return false;
		const char* slash = strrchr(base, '/');
		length = slash ? (size_t)(slash - base) + 1 : 0;
		memcpy(path, base, length);
		if (!strncmp(name, "./", 2))
			name += 2;
		for (; !strncmp(name, "../", 3); name += 3) {
			if (length == 0)
				return false;
			for (length--; length > 0 && path[length - 1] != '/'; length--) { }
		}
	}
	int written = snprintf(path + length, kNameMax - length, "%s", name);
	if (written < 0 || (size_t)written >= kNameMax - length)
		return false;
	char* dot = strrchr(path, '.');
	if (dot && (!strcmp(dot, ".js") || !strcmp(dot, ".mjs")))
		*dot = 0;
	return true;
}

txID fxFindModule(txMachine* the, txSlot* realm, txID moduleID, txSlot* slot)
{
	char name[kNameMax], path[kNameMax];
	(void)realm;
	fxToStringBuffer(the, slot, name, sizeof(name));
	const char* base = moduleID == XS_NO_ID ? NULL : fxGetKeyName(the, moduleID);
	if (!resolve(base, name, path) || !appModule(&sim.app, path))
		return XS_NO_ID;
	return fxNewNameC(the, path);
}

void fxLoadModule(txMachine* the, txSlot* slot, txID moduleID)
{
	Module* module = appModule(&sim.app, fxGetKeyName(the, moduleID));
	if (!module)
		return;
	loadingHosts = module->hosts;
	fxResolveModule(the, slot, moduleID, module->script, NULL, NULL);
}

/* A main module whose default export is a function has it called, as by the SDK. */
static void onFulfilled(xsMachine* the)
{
	if (sim.building)
		return;
	xsResult = xsGet(xsArg(0), xsID("default"));
	if (xsIsCallable(xsResult))
		xsCallFunction0(xsResult, xsGlobal);
}

static void onRejected(xsMachine* the)
{
	xsException = xsArg(0);
	fxAbort(the, XS_UNHANDLED_EXCEPTION_EXIT);
}

void modulesImport(txMachine* machine, const char* name)
{
	xsBeginHost(machine);
	{
		txSlot* realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
		mxPushStringC((txString)name);
#if SIM_SDK_ENGINE
		mxPushUndefined();
		fxRunImport(the, realm, NULL);
#else
		fxRunImport(the, realm, XS_NO_ID);
#endif
		mxDub();
		mxGetID(mxID(_then));
		mxCall();
		fxNewHostFunction(the, onFulfilled, 1, XS_NO_ID, XS_NO_ID);
		fxNewHostFunction(the, onRejected, 1, XS_NO_ID, XS_NO_ID);
		mxRunCount(2);
		mxPop();
	}
	xsEndHost(machine);
}
