/*
	The meter: steps of script, counted over the whole run, and the limits of steps and time, which are looked at every
	few thousand.
*/

#include "sim.h"

#if mxMetering

enum {
	/* How many steps the meter takes between looks at limits and time. */
	kMeterInterval = 20000,
	/* for the census, which asks where the work is done */
	kCensusInterval = 8,
};

/* The engine's count of steps: 32 bits in XS 13, 64 in the SDK's. */
typedef __typeof__(((txMachine*)0)->meterIndex) MeterCount;

/* The engine's count when it was last added to `sim.metered`. */
static MeterCount last;

/* XS 13 counts to 2^32 and starts again at 0 before a look that would pass it. */
static void takeMeter(txMachine* the)
{
	sim.metered += (double)(the->meterIndex - last);
	last = the->meterIndex;
}

double meterTotal(txMachine* the)
{
	takeMeter(the);
	return sim.metered;
}

static MeterCount meterInterval(void)
{
	return sim.options.census ? kCensusInterval : kMeterInterval;
}

static txBoolean checkLimits(txMachine* the, MeterCount index)
{
	if (takesCensus(the))
		censusCountWork(the, (uint32_t)(the->meterIndex - last));
	takeMeter(the);
	if (index + meterInterval() < index)
		last = 0;
	if (sim.options.timeout > 0 && monotonicSeconds() - sim.startTime > sim.options.timeout)
		timeoutEnd(the);
	return sim.options.meterLimit == 0 || sim.metered < sim.options.meterLimit;
}

void meterStart(txMachine* the)
{
	sim.metered = 0;
	last = 0;
	fxBeginMetering(the, checkLimits, meterInterval());
}

#else

/* A bare engine: nothing is counted, and no limit holds. */
double meterTotal(txMachine* the)
{
	(void)the;
	return 0;
}

void meterStart(txMachine* the)
{
	(void)the;
}

#endif
