/*
	The event loop: promise jobs, sockets and answers of the resolver, timers, in turn, until none is left. Each
	callback into script ends a turn (turns.c).
*/

#include "sim.h"

#include <poll.h>

enum { kWatchesMax = 256 };

static Watch* watches;

/* What is being polled, so that a callback may remove any watch. */
static Watch* polled[kWatchesMax];
static int polledCount;

void loopAdd(Watch* watch)
{
	watch->next = watches;
	watches = watch;
}

void loopRemove(Watch* watch)
{
	for (Watch** link = &watches; *link; link = &(*link)->next) {
		if (*link == watch) {
			*link = watch->next;
			break;
		}
	}
	for (int i = 0; i < polledCount; i++) {
		if (polled[i] == watch)
			polled[i] = NULL;
	}
}

/* Milliseconds to wait for: 0 if something is due, -1 for ever. */
static int waitTime(bool due)
{
	double wait = due ? 0 : timersNext();
	if (sim.options.timeout > 0) {
		double left = ceil((sim.startTime + sim.options.timeout - monotonicSeconds()) * 1000) + 1;
		if (left < 0)
			left = 0;
		if (wait < 0 || left < wait)
			wait = left;
	}
	return wait > INT_MAX ? INT_MAX : (int)ceil(wait);
}

static bool pollWatches(txMachine* the)
{
	struct pollfd files[kWatchesMax + 1];
	bool due = false;
	polledCount = 0;
	for (Watch* watch = watches; watch && polledCount < kWatchesMax; watch = watch->next) {
		/* without events it is left out: poll would report a broken connection over and over */
		files[polledCount] = (struct pollfd) {.fd = watch->events ? watch->fd : -1, .events = watch->events};
		polled[polledCount++] = watch;
		due |= watch->due;
	}
	nfds_t count = (nfds_t)polledCount;
	if (debuggerFile() >= 0)
		files[count++] = (struct pollfd) {.fd = debuggerFile(), .events = POLLIN};
	if (poll(files, count, waitTime(due)) < 0 && errno != EINTR)
		endWith(kExitEngine, "poll failed: %s", strerror(errno));
	if (count > (nfds_t)polledCount && files[polledCount].revents)
		debuggerCommand(the);
	for (int i = 0; i < polledCount; i++) {
		Watch* watch = polled[i];
		if (!watch || !(watch->due || files[i].revents))
			continue;
		watch->due = false;
		watch->ready(watch, files[i].revents);
		turnsEnd(the);
	}
	polledCount = 0;
	return !sim.ended;
}

void loopRun(txMachine* the)
{
	debuggerSample(the);
	turnsEnd(the);
	while (!sim.ended && (watches || timersNext() >= 0)) {
		if (sim.options.timeout > 0 && monotonicSeconds() - sim.startTime > sim.options.timeout)
			timeoutEnd(the);
		if (!pollWatches(the))
			return;
		timersRun(the);
		debuggerSample(the);
	}
}
