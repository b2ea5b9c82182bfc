/*
	Runs an app in the simulator. Reads what the builder made of its manifest, builds flash and the app's machine,
	imports the main module, runs the loop, reports. README.md has the picture.
*/

#include "sim.h"

#include <signal.h>

Sim sim;

/* Pages of flash cost nothing here. */
static const RootSizes kRoomy = {1024 * 1024, 1024 * 1024, 32 * 1024, 32 * 1024};

static void runApp(txMachine* the, void* argument)
{
	const App* app = argument;
	modulesImport(the, app->main);
	loopRun(the);
}

static int finish(void)
{
	fflush(stdout);
	reportWrite();
	censusWrite();
	linesWrite(sim.the);
	traceEnd();
	/* Destructors of natives run, as they do when a machine ends; after an abort the heap can't be trusted to. */
	if (sim.the && !sim.ended) {
		fxDeleteMachine(sim.the);
		memoryDelete(&sim.memory);
	}
	return sim.exitCode;
}

int main(int argc, char** argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* A peer that is gone is an error of the socket. */
	signal(SIGPIPE, SIG_IGN);
	optionsRead(&sim.options, argc, argv);
	appRead(&sim.app, sim.options.app);
	resourcesMap(&sim.app);
	sim.startTime = monotonicSeconds();
	linesStart();
	faultsCatch();
	sim.root = machineCreateRoot(&sim.app, &kRoomy);
	if (sim.root)
		sim.the = machineClone(&sim.app, sim.root);
	if (!sim.the)
		return finish();
	heapSetLive(sim.options.live);
	meterStart(sim.the);
	machineRun(sim.the, runApp, &sim.app);
	return finish();
}
