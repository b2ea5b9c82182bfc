/*
	The start: from reset to main. Interrupts stay off; nothing here runs beside the program. The machine is QEMU's
	"virt". QEMU does what a device's ROM loader would do: it has put ROM's content where it belongs.
*/

#include "board.h"

#include <string.h>

extern uint8_t __data_start[], __data_end[], __data_source[], __bss_start[], __bss_end[], __tls_base[];
extern void _set_tls(void* tls);
extern int main(void);

/* What paint() itself needs of the stack. */
enum { kMargin = 128 };

enum { kLocked = 0x80, kTopOfRange = 0x08, kRead = 1, kWrite = 2, kExecute = 4 };

/* Exit codes go to QEMU's test device. */
#define kFinisher ((volatile uint32_t*)0x100000)
enum { kFinisherFail = 0x3333, kFinisherPass = 0x5555 };

static void start(void) __attribute__((noreturn, used));

/* The step that builds ROM, where recursion is deep, has a stack outside of SRAM. */
__attribute__((naked, noreturn, section(".start"))) void _start(void)
{
	asm volatile(".option push\n.option norelax\nla gp, __global_pointer$\n.option pop\n"
				 ".option push\n.option arch, +zicsr\nla t0, trapEntry\ncsrw mtvec, t0\n.option pop\n"
				 "la sp, __stack_end\n"
				 "lw t0, __preload_start\n"
				 "bnez t0, 1f\n"
				 "la sp, __build_end\n"
				 "1: j %0\n" ::"i"(start));
}

static void paint(uint8_t* from, uint8_t* to)
{
	memset(from, kPaint, (size_t)(to - from));
}

static void start(void)
{
	memcpy(__data_start, __data_source, (size_t)(__data_end - __data_start));
	memset(__bss_start, 0, (size_t)(__bss_end - __bss_start));
	_set_tls(__tls_base);
	paint(__heap_start, __heap_end);
	uint8_t* stack;
	asm volatile("mv %0, sp" : "=r"(stack));
	if (stack <= __stack_end)
		paint(__sram_start, stack - kMargin);
	boardExit(main());
}

static uint8_t* pageUp(const uint8_t* address)
{
	return (uint8_t*)(((uintptr_t)address + 4095) & ~(uintptr_t)4095);
}

/*
	Physical memory protection, in ranges that each begin where the last one ended. Locked, so that it binds machine
	mode, which is the only one here.
*/
void boardLock(void)
{
	const uint8_t kNothing = kLocked | kTopOfRange, kData = kNothing | kRead | kWrite,
				  kCode = kNothing | kRead | kExecute;
	asm volatile(".option push\n.option arch, +zicsr\n"
				 "csrw pmpaddr0, %0\ncsrw pmpaddr1, %1\ncsrw pmpaddr2, %2\ncsrw pmpaddr3, %3\ncsrw pmpaddr4, %4\ncsrw "
				 "pmpaddr5, %5\n"
				 "csrw pmpcfg0, %6\ncsrw pmpcfg1, %7\n"
				 ".option pop\n" ::"r"(0x1000 >> 2), /* null pointers */
		"r"((uintptr_t)__rom_start >> 2),            /* devices */
		"r"((uintptr_t)pageUp(romEnd()) >> 2),       /* ROM */
		"r"((uintptr_t)__sram_start >> 2),           /* below the stack */
		"r"((uintptr_t)__sram_end >> 2),             /* SRAM */
		"r"(0xFFFFFFFF),                             /* what a device has not */
		"r"(kNothing | kData << 8 | kCode << 16 | (uint32_t)kNothing << 24), "r"(kData | kNothing << 8));
}

void boardExit(int code)
{
	*kFinisher = code ? (uint32_t)code << 16 | kFinisherFail : kFinisherPass;
	for (;;) { }
}

/* For the C library. */
void _exit(int code)
{
	boardExit(code);
}
