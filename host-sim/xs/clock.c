/*
	Two clocks. The wall clock is the device's. It starts at the host's time, at one that was given, or unset, which on
	the ESP32 means at 1970. Script may set it. Durations come from a monotonic clock that nothing sets. Behind Date
	(the engine asks simTimeOfDay) and after the SDK's module "time" (modules/time.ts).
*/

#include "sim.h"

/* Wall clock minus monotonic clock. */
static double offset;
static bool usesHost = true;

/* Seconds for which the clock has stood still, and where it stands now; < 0 while it runs. */
static double pausedFor, pausedAt = -1;

static double hostSeconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double monotonicSeconds(void)
{
	return (pausedAt >= 0 ? pausedAt : hostSeconds()) - pausedFor;
}

void clockPause(bool paused)
{
	if (paused && pausedAt < 0)
		pausedAt = hostSeconds();
	else if (!paused && pausedAt >= 0) {
		pausedFor += hostSeconds() - pausedAt;
		pausedAt = -1;
	}
}

uint32_t modMilliseconds(void)
{
	return (uint32_t)(uint64_t)(monotonicSeconds() * 1000);
}

void clockSet(double seconds)
{
	offset = seconds - monotonicSeconds();
	usesHost = false;
}

void clockUseHost(void)
{
	usesHost = true;
}

int simTimeOfDay(struct timeval* now, void* zone)
{
	(void)zone;
	if (usesHost) {
		struct timespec host;
		clock_gettime(CLOCK_REALTIME, &host);
		now->tv_sec = host.tv_sec;
		now->tv_usec = (suseconds_t)(host.tv_nsec / 1000);
		return 0;
	}
	double seconds = offset + monotonicSeconds(), whole = floor(seconds);
	now->tv_sec = (time_t)whole;
	now->tv_usec = (suseconds_t)((seconds - whole) * 1e6);
	return 0;
}

#if !SIM_FIRMWARE
/* 2000-01-01: a clock below it was never set. */
static const double kFirstSetSecond = 946684800;

/* What a time server would say: the device's clock, or the host's where that was never set. */
void simNetworkTime(xsMachine* the)
{
	struct timeval now;
	simTimeOfDay(&now, NULL);
	double seconds = (double)now.tv_sec;
	xsResult = xsNumber(seconds < kFirstSetSecond ? (double)time(NULL) : seconds);
}
#endif

void simTimeSet(xsMachine* the)
{
	clockSet(xsToNumber(*argument(the, 0)));
}

void simTimeTicks(xsMachine* the)
{
	xsResult = xsNumber(floor(monotonicSeconds() * 1000));
}

void simTimeMicroseconds(xsMachine* the)
{
	xsResult = xsNumber(floor(monotonicSeconds() * 1e6));
}

void simTimeDelta(xsMachine* the)
{
	double end = argumentIsGiven(the, 1) ? xsToNumber(xsArg(1)) : floor(monotonicSeconds() * 1000);
	xsResult = xsNumber(end - xsToNumber(*argument(the, 0)));
}

/* The device's clock knows no zone here: UTC, without daylight saving. */
void simTimeZone(xsMachine* the)
{
	xsResult = xsInteger(0);
}
