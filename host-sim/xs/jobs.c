/*
	Promise jobs. The engine asks for a turn when it has the first one; each callback into script is followed by the
	jobs that it caused. A rejection that nothing handles by then ends the run, as in other engines; XS on a device
	notices it when the promise is collected.
*/

#include "sim.h"

void fxQueuePromiseJobs(txMachine* the)
{
	the->promiseJobs = 1;
}

void jobsRun(txMachine* machine)
{
	while (machine->promiseJobs) {
		machine->promiseJobs = 0;
		xsBeginHost(machine);
		fxRunPromiseJobs(the);
		xsEndHost(machine);
	}
	fxCheckUnhandledRejections(machine, 1);
}
