/*
	Turns of the event loop: a callback into script, with the promise jobs that it caused. Each is measured, so that
	tests can ask for the longest one.
*/

#include "sim.h"

/* Metered steps until the turn that ended last, and of the longest turn since `turnsLongest` was called. */
static double metered, longest;

void turnsEnd(txMachine* the)
{
	jobsRun(the);
	double now = meterTotal(the);
	if (now - metered > longest)
		longest = now - metered;
	metered = now;
}

double turnsLongest(void)
{
	double result = longest;
	longest = 0;
	return result;
}
