/*
	Time and instructions. Under QEMU's -icount an instruction takes a nanosecond and the counter minstret is exact.
	Sleeping adds to it, so what is measured leaves waiting out. The serial line, whose timing is that of the host, is
	left out with it.

	The firmware's own clocks count what was worked, and sleep that came to its end; waiting for the serial line takes
	no time. So they, too, are the same in each run: a number in floating point takes more or fewer instructions by its
	digits.
*/

#include "board.h"

#include <errno.h>
#include <time.h>

#define kTimeCompare ((volatile uint32_t*)0x02004000)
#define kTime ((volatile uint32_t*)0x0200BFF8)
#define kRealTime ((volatile uint32_t*)0x00101000)
enum { kSecond = 1000000000, kTimeRate = 10000000, kTimerInterrupt = 1 << 7, kExternalInterrupt = 1 << 11 };

/* QEMU's interrupt controller, for the first hart's machine mode; the serial line is its number 10. */
#define kInterruptPriority ((volatile uint32_t*)0x0C000028)
#define kInterruptEnable ((volatile uint32_t*)0x0C002000)
#define kInterruptClaim ((volatile uint32_t*)0x0C200004)
enum { kSerialInterrupt = 10 };

static uint64_t counter(void)
{
	uint32_t high, low, again;
	do {
		asm volatile(
			".option push\n.option arch, +zicsr\ncsrr %0, minstreth\ncsrr %1, minstret\ncsrr %2, minstreth\n.option pop"
			: "=r"(high), "=r"(low), "=r"(again));
	} while (high != again);
	return (uint64_t)high << 32 | low;
}

static struct {
	uint64_t origin, since, total;
	int depth;
} paused;
static uint64_t slept;

void instructionsStart(void)
{
	paused.origin = counter();
}

uint64_t instructionsWorked(void)
{
	return (paused.depth ? paused.since : counter()) - paused.origin - paused.total;
}

void instructionsPause(void)
{
	if (paused.depth++ == 0)
		paused.since = counter();
}

void instructionsResume(void)
{
	if (--paused.depth == 0)
		paused.total += counter() - paused.since;
}

static struct {
	NativeCount* count;
	uint64_t since, total;
} native;

void nativeEnter(NativeCount* count)
{
	count->calls++;
	native.count = count;
	native.since = instructionsWorked();
}

/* One that throws does not come here: its instructions count for script. */
void nativeLeave(void)
{
	uint64_t spent = instructionsWorked() - native.since;
	native.count->instructions += spent;
	native.total += spent;
}

uint64_t nativeInstructions(void)
{
	return native.total;
}

static uint64_t ticks(void)
{
	uint32_t high, low;
	do {
		high = kTime[1];
		low = kTime[0];
	} while (high != kTime[1]);
	return (uint64_t)high << 32 | low;
}

double boardSeconds(void)
{
	return (double)ticks() / kTimeRate;
}

void boardSleepUntil(double seconds)
{
	uint64_t when = seconds < 1e9 ? (uint64_t)(seconds * kTimeRate) : UINT64_MAX;
	uint32_t claim = *kInterruptClaim;
	if (claim)
		*kInterruptClaim = claim;
	*kInterruptPriority = 1;
	*kInterruptEnable = 1 << kSerialInterrupt;
	kTimeCompare[1] = UINT32_MAX;
	kTimeCompare[0] = (uint32_t)when;
	kTimeCompare[1] = (uint32_t)(when >> 32);
	asm volatile(
		".option push\n.option arch, +zicsr\ncsrw mie, %0\n.option pop\nwfi" ::"r"(kTimerInterrupt | kExternalInterrupt)
		: "memory");
}

void boardSlept(double seconds)
{
	slept += (uint64_t)(seconds * kSecond);
}

/*
 * The wall clock when the machine was switched on, in whole seconds. The order of reading the halves is the device's.
 */
static time_t startTime(void)
{
	static time_t start;
	if (!start) {
		uint32_t low = kRealTime[0];
		start = (time_t)(((uint64_t)kRealTime[1] << 32 | low) / kSecond);
	}
	return start;
}

/* For the runtime's clocks. */
int clock_gettime(clockid_t clock, struct timespec* result)
{
	uint64_t nanoseconds = instructionsWorked() + slept;
	result->tv_sec = (time_t)(nanoseconds / kSecond) + (clock == CLOCK_REALTIME ? startTime() : 0);
	result->tv_nsec = (long)(nanoseconds % kSecond);
	return 0;
}

int usleep(useconds_t microseconds)
{
	double until = boardSeconds() + microseconds / 1e6;
	instructionsPause();
	while (boardSeconds() < until)
		boardSleepUntil(until);
	boardSlept(microseconds / 1e6);
	instructionsResume();
	return 0;
}
