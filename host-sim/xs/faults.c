/*
	Signals that end a run. A write to flash is a fault of the processor, here as on a device. The pages of flash.c are
	read-only, and the handler says so, with the line that script had reached. Other faults take their usual course. An
	alarm ends a run whose C code never returns to the limits that the engine checks.
*/

#include "sim.h"

#include <signal.h>

enum { kAlarmGrace = 2, kSignalStack = 64 * 1024 };

static struct sigaction formerSegv, formerBus;
static uint8_t signalStack[kSignalStack];

static void onFault(int signal, siginfo_t* info, void* context)
{
	static volatile sig_atomic_t faults;
	(void)context;
	if (faults++ || !flashHolds(info->si_addr)) {
		/*
		 * back to where it happens again, with the handler that was there before: a core dump, or a sanitizer's report
		 */
		sigaction(SIGSEGV, &formerSegv, NULL);
		sigaction(SIGBUS, &formerBus, NULL);
		return;
	}
	(void)signal;
	char place[256] = "";
	if (sim.the)
		scriptPlace(sim.the, place, sizeof(place));
	endWith(kExitFlash, "a write to flash: a preloaded module's data is read-only%s%s", place[0] ? ", at " : "", place);
	reportWrite();
	_exit(sim.exitCode);
}

static void onAlarm(int signal)
{
	(void)signal;
	endWith(kExitTimeout, "the time is up: %g seconds, in C code", sim.options.timeout);
	reportWrite();
	_exit(sim.exitCode);
}

void faultsCatch(void)
{
	stack_t stack = {.ss_sp = signalStack, .ss_size = sizeof(signalStack)};
	struct sigaction fault = {.sa_sigaction = onFault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &fault, &formerSegv);
	sigaction(SIGBUS, &fault, &formerBus);
	if (sim.options.timeout > 0 && !sim.options.debug) {
		struct sigaction alarmed = {.sa_handler = onAlarm, .sa_flags = SA_ONSTACK};
		sigaction(SIGALRM, &alarmed, NULL);
		alarm((unsigned)ceil(sim.options.timeout) + kAlarmGrace);
	}
}
