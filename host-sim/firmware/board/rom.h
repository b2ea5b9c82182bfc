/*
	The preloaded heap: what lies in ROM after code and constants. It is the root machine (xs/machine.c), made once by
	this same program in QEMU, at the address where it will be (build.c). It is written to a file, which is then loaded
	there and locked. So every pointer in it, to itself and to C functions, is right as it is: nothing is relocated or
	built at start.
*/

#ifndef FW_ROM_H
#define FW_ROM_H

#include "sim.h"

enum { kRomMagic = 0x584d4f52 };

/* At __preload_start. */
typedef struct RomHeader {
	uint32_t magic;
	const uint8_t* end;
	App app;
	txMachine* root;
	FlashUse use;
} RomHeader;

/* While it is made: all that flashAllocate gives is in it, one after the other; the rest is thrown away. */
typedef struct RomBuild {
	bool isOn;
	uint8_t* next;
	uint8_t* nextScratch;
} RomBuild;

extern RomBuild romBuild;

#endif
