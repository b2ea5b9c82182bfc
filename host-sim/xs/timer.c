/*
	Timers: the module "timer" of the SDK (modules/timer.ts). A timer is a host object that is kept alive, with its
	callback, until it has fired for the last time or is cleared. The loop calls timersNext and timersRun.
*/

#include "sim.h"

typedef struct Timer {
	struct Timer* next;
	xsMachine* the;
	xsSlot self;
	xsSlot callback;
	double when;     /* monotonic milliseconds */
	double interval; /* 0: fires once; < 0: unscheduled */
	bool scheduled;
	bool running;
	bool cleared;
} Timer;

static Timer* timers;

static double milliseconds(void)
{
	return monotonicSeconds() * 1000;
}

static void unlinkTimer(Timer* timer)
{
	for (Timer** link = &timers; *link; link = &(*link)->next) {
		if (*link == timer) {
			*link = timer->next;
			return;
		}
	}
}

static void freeTimer(Timer* timer)
{
	nativeMemoryDischarge(kTimerBytes);
	c_free(timer);
}

/* The object outlives its timer: script may still hold it. */
static void forget(Timer* timer)
{
	xsMachine* the = timer->the;
	xsForget(timer->callback);
	xsForget(timer->self);
	xsSetHostData(timer->self, NULL);
	unlinkTimer(timer);
	freeTimer(timer);
}

/* Only when the machine is deleted: until then timers are kept. */
static void destroyTimer(void* data)
{
	if (!data)
		return;
	unlinkTimer(data);
	freeTimer(data);
}

static void schedule(Timer* timer, xsIntegerValue delay, xsIntegerValue interval)
{
	timer->when = milliseconds() + (delay > 0 ? delay : 0);
	timer->interval = interval > 0 ? interval : 0;
	timer->scheduled = true;
}

static void createTimer(xsMachine* the, xsIntegerValue delay, xsIntegerValue interval)
{
	if (!xsIsCallable(*argument(the, 0)))
		xsTypeError("callback is not a function");
	xsResult = xsNewHostObject(destroyTimer);
	Timer* timer = nativeMemoryFails() ? NULL : c_calloc(1, sizeof(Timer));
	if (!timer)
		xsUnknownError("not enough native memory for a timer");
	nativeMemoryCharge(kTimerBytes);
	timer->the = the;
	timer->self = xsResult;
	timer->callback = xsArg(0);
	xsSetHostData(xsResult, timer);
	xsRemember(timer->self);
	xsRemember(timer->callback);
	schedule(timer, delay, interval);
	/* last in the list, so that timers due at the same time fire in the order of their creation */
	Timer** end = &timers;
	while (*end)
		end = &(*end)->next;
	*end = timer;
}

static Timer* timerArgument(xsMachine* the)
{
	Timer* timer = hostDataOf(the, argument(the, 0), destroyTimer, "timer");
	if (!timer)
		xsUnknownError("the timer is cleared or has fired");
	return timer;
}

void simTimerSet(xsMachine* the)
{
	xsIntegerValue delay = argumentIntegerOr(the, 1, 0), interval = argumentIntegerOr(the, 2, 0);
	createTimer(the, delay, interval);
}

void simTimerRepeat(xsMachine* the)
{
	xsIntegerValue interval = argumentInteger(the, 1);
	createTimer(the, interval, interval);
}

void simTimerSchedule(xsMachine* the)
{
	xsIntegerValue delay = argumentIntegerOr(the, 1, 0), interval = argumentIntegerOr(the, 2, 0);
	Timer* timer = timerArgument(the);
	if (xsToInteger(xsArgc) == 1) {
		timer->scheduled = false;
		timer->interval = -1;
	}
	else
		schedule(timer, delay, interval);
}

/* As in the SDK, a value that is not a timer, or was cleared, is passed over. */
void simTimerClear(xsMachine* the)
{
	Timer* timer = argumentIsGiven(the, 0) ? hostDataIf(&xsArg(0), destroyTimer) : NULL;
	if (!timer)
		return;
	if (timer->running) {
		timer->cleared = true;
		timer->scheduled = false;
	}
	else
		forget(timer);
}

void simTimerDelay(xsMachine* the)
{
	xsIntegerValue delay = argumentInteger(the, 0);
	if (delay > 0)
		usleep((useconds_t)delay * 1000);
}

/* Milliseconds until a timer is due, < 0 if none is scheduled. */
double timersNext(void)
{
	double next = -1, now = milliseconds();
	for (Timer* timer = timers; timer; timer = timer->next) {
		if (!timer->scheduled)
			continue;
		double wait = timer->when > now ? timer->when - now : 0;
		if (next < 0 || wait < next)
			next = wait;
	}
	return next;
}

static void fire(Timer* timer)
{
	timer->running = true;
	if (timer->interval > 0)
		timer->when += timer->interval;
	else
		timer->scheduled = false;
	xsBeginHost(timer->the);
	{
		xsVars(2);
		xsVar(0) = timer->callback;
		xsVar(1) = timer->self;
		xsCallFunction1(xsVar(0), xsGlobal, xsVar(1));
	}
	xsEndHost(timer->the);
	timer->running = false;
	/* As in the SDK: one that fires once is gone even if its callback scheduled it anew; unscheduled, it stays. */
	if (timer->cleared || timer->interval == 0)
		forget(timer);
}

/* Fires those that are due now; what they start waits for the next turn. */
void timersRun(txMachine* the)
{
	double now = milliseconds();
	for (;;) {
		Timer* due = NULL;
		for (Timer* timer = timers; timer; timer = timer->next) {
			if (timer->scheduled && timer->when <= now && (!due || timer->when < due->when))
				due = timer;
		}
		if (!due)
			return;
		fire(due);
		turnsEnd(the);
	}
}
