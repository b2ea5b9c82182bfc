/* Runs the app that lies in ROM; without one there, makes it (build.c). */

#include "sim.h"
#include "board.h"

Sim sim;

/* For what the engine calls between two looks at the stack, and for natives. */
enum { kStackReserve = 1536 };

/* The engine's own knows no stack but those of operating systems. */
char* fxCStackLimit(void)
{
	return romIsBuilt() ? (char*)__sram_start + kStackReserve : (char*)__build_stack + kStackReserve;
}

/* There is no parser in the firmware: eval and Function throw. */
txScript* fxParseScript(txMachine* the, void* stream, txGetter getter, txUnsigned flags)
{
	(void)the, (void)stream, (void)getter, (void)flags;
	return NULL;
}

static void runApp(txMachine* the, void* argument)
{
	const App* app = argument;
	modulesImport(the, app->main);
	loopRun(the);
}

int main(void)
{
	if (!romIsBuilt())
		buildRom();
	boardLock();
	instructionsStart();
	romOpen();
	sim.the = machineClone(&sim.app, sim.root);
	if (!sim.the) {
		endWith(kExitEngine, "no memory for the JavaScript machine");
		return sim.exitCode;
	}
	meterStart(sim.the);
	machineRun(sim.the, runApp, &sim.app);
	linkFinish();
	instructionsPause();
	fflush(stdout);
	figuresPrint();
	return sim.exitCode;
}
