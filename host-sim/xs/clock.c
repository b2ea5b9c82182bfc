/*
	Two clocks. The wall clock is the device's: it starts at the host's time, at one that was given, or unset, which on the ESP32
	means at 1970; script may set it. Durations come from a monotonic clock that nothing sets. Behind Date (the engine asks
	simTimeOfDay) and behind the SDK's module "time" (modules/time.ts).
*/

#define _DEFAULT_SOURCE
#include "sim.h"

/* Wall clock minus monotonic clock. */
static double offset;
static bool usesHost = true;

double monotonicSeconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
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

/* The end of a date: nothing or Z for UTC, or what is to be subtracted, +HH:MM. False for anything else. */
static bool parseZone(const char* text, double* seconds)
{
	int hours, minutes, length = 0;
	*seconds = 0;
	if (!strcmp(text, "") || !strcmp(text, "Z"))
		return true;
	if ((*text != '+' && *text != '-') || sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &length) != 2 || text[1 + length])
		return false;
	*seconds = (hours * 60 + minutes) * (*text == '-' ? -60 : 60);
	return true;
}

/* "unset", seconds since 1970, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS[.mmm] with an optional zone; without one in UTC. */
bool clockParse(const char* text)
{
	struct tm date = { 0 };
	double fraction = 0, zone;
	char* end;
	int length = 0;
	if (!strcmp(text, "unset")) {
		clockSet(0);
		return true;
	}
	double seconds = strtod(text, &end);
	if (end != text && !*end) {
		clockSet(seconds);
		return true;
	}
	if (sscanf(text, "%d-%d-%d%n", &date.tm_year, &date.tm_mon, &date.tm_mday, &length) != 3)
		return false;
	text += length;
	if (*text == 'T') {
		if (sscanf(text, "T%d:%d:%d%n", &date.tm_hour, &date.tm_min, &date.tm_sec, &length) != 3)
			return false;
		text += length;
		if (*text == '.') {
			fraction = strtod(text, &end);
			text = end;
		}
	}
	if (!parseZone(text, &zone))
		return false;
	date.tm_year -= 1900;
	date.tm_mon -= 1;
	clockSet((double)timegm(&date) - zone + fraction);
	return true;
}

void simTimeSet(xsMachine* the)
{
	clockSet(xsToNumber(xsArg(0)));
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
	bool isGiven = xsToInteger(xsArgc) > 1 && xsTypeOf(xsArg(1)) != xsUndefinedType;
	double end = isGiven ? xsToNumber(xsArg(1)) : floor(monotonicSeconds() * 1000);
	xsResult = xsNumber(end - xsToNumber(xsArg(0)));
}

/* The device's clock knows no zone here: UTC, without daylight saving. */
void simTimeZone(xsMachine* the)
{
	xsResult = xsInteger(0);
}
