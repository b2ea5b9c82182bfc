/*
	QEMU's machine "virt" as the firmware uses it: where things are, and what the files of this folder share. The linker
	script (../layout.ts) defines the symbols.
*/

#ifndef FW_BOARD_H
#define FW_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory, by the linker script. ROM holds code and constants; after them, up to romEnd(), the preloaded heap. */
extern uint8_t __rom_start[], __preload_start[], __preload_limit[];
/* Below SRAM nothing is: there the C stack ends up that is full. */
extern uint8_t __guard_start[], __sram_start[], __sram_end[], __stack_end[], __heap_start[], __heap_end[];
/* What only the step that makes the preloaded heap uses; no device has it. */
extern uint8_t __build_start[], __build_ram[], __build_stack[], __build_end[];

/* Unused C stack and C heap are filled with this, to see how far they were used. */
enum { kPaint = 0xA5 };

/* boot.c */
/* Locks memory: ROM can't be written, SRAM can't run, all other RAM is out of bounds. Lasts until reset. */
void boardLock(void);
void boardExit(int code) __attribute__((noreturn));

/* trap.c: where the processor goes on a fault. */
void trapEntry(void);

/* clock.c */
void instructionsStart(void);
/* Instructions since then, those left out that were spent in waiting, moving bytes and measuring. */
uint64_t instructionsWorked(void);
/* The count stands still in between; may be nested. */
void instructionsPause(void);
void instructionsResume(void);
/* The same for the C functions of the app, of which each has its share. */
typedef struct {
	const char* name;
	uint32_t calls;
	uint64_t instructions;
} NativeCount;
void nativeEnter(NativeCount* count);
void nativeLeave(void);
uint64_t nativeInstructions(void);
/* mtime in seconds; sleeps until then, or until the serial line has something. */
double boardSeconds(void);
void boardSleepUntil(double seconds);
/* The firmware's clocks are to go on by so much. */
void boardSlept(double seconds);

/* rom.c: the preloaded heap. */
bool romIsBuilt(void);
const uint8_t* romEnd(void);
/* Takes the app and the root machine from ROM. */
void romOpen(void);

/* build.c: makes the preloaded heap, writes it to a file, and ends. */
void buildRom(void) __attribute__((noreturn));

/* link.c: sees to it that all that was sent has arrived at the other end of the serial line. */
void linkFinish(void);

/* figures.c */
void figuresPrint(void);

#endif
