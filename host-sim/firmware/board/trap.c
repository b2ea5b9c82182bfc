/*
	Faults of the processor, in words. Nothing goes on after one. The handler has a stack of its own: the fault may be
	that the other one is full.
*/

#include "sim.h"
#include "board.h"

enum { kExitTrap = 29, kTrapStack = 2048 };

/* mcause (the privileged specification, table 3.6). */
enum { kFetchAccess = 1, kIllegal = 2, kLoadAccess = 5, kStoreAccess = 7 };

static uint8_t trapStack[kTrapStack] __attribute__((aligned(16)));

static void report(uint32_t cause, uint32_t place, uint32_t address) __attribute__((noreturn, used));

__attribute__((naked, aligned(4))) void trapEntry(void)
{
	asm volatile(".option push\n.option arch, +zicsr\n"
				 "la sp, %0 + %1\n"
				 "csrr a0, mcause\ncsrr a1, mepc\ncsrr a2, mtval\n"
				 "j %2\n"
				 ".option pop\n" ::"i"(trapStack),
		"i"(kTrapStack), "i"(report));
}

static const char* attempt(uint32_t cause)
{
	switch (cause) {
	case kLoadAccess: return "a read of";
	case kStoreAccess: return "a write to";
	default: return NULL;
	}
}

static void report(uint32_t cause, uint32_t place, uint32_t address)
{
	static bool isSecond;
	const uint8_t* where = (const uint8_t*)(uintptr_t)address;
	const char* what = attempt(cause);
	if (isSecond)
		boardExit(kExitTrap);
	isSecond = true;
	if (cause != kFetchAccess && where < __sram_start && where >= __guard_start)
		endWith(kExitNativeStack, "the C stack is full: its %d bytes are used up (at %08lx)",
			(int)(__stack_end - __sram_start), (unsigned long)place);
	else if (cause == kStoreAccess && where >= __rom_start && where < romEnd())
		endWith(kExitFlash, "a write to ROM, %08lx (at %08lx): code, constants and preloaded modules are read-only",
			(unsigned long)address, (unsigned long)place);
	else if (cause == kFetchAccess)
		endWith(kExitTrap, "a jump to %08lx, where no code is", (unsigned long)address);
	else if (what)
		endWith(kExitTrap, "%s %08lx, where nothing is (at %08lx)", what, (unsigned long)address, (unsigned long)place);
	else if (cause == kIllegal)
		endWith(kExitTrap, "an instruction that the processor does not know (at %08lx)", (unsigned long)place);
	else
		endWith(kExitTrap, "the processor stopped with cause %lu (at %08lx, address %08lx)", (unsigned long)cause,
			(unsigned long)place, (unsigned long)address);
	boardExit(sim.exitCode);
}
