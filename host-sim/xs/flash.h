/*
	The memory that stands for a device's flash. Included by sim.h.
*/

#ifndef FLASH_H
#define FLASH_H

/* Where flash comes from: flash_pages.c. */
void* flashAllocate(size_t size);
/* For the root machine's stack, of which only the top is flash in the end. */
void* flashAllocateStack(size_t size);
bool flashHolds(const void* address);
void flashProtect(void);

/* flash.c: the read-only memory of preloaded modules. */
void flashShare(txMachine* root);
typedef struct FlashUse {
	double bytecode, slots, slotBytes, chunks, keys;
} FlashUse;
void flashUse(FlashUse* use);
void flashCountBytecode(size_t size);

/* linked.c: what modules take of flash. The firmware shows what is in its ROM in place of that. */
#if SIM_FIRMWARE
	#define linkedAddFunction(address, size) ((void)(address), (void)(size))
	#define linkedStart(root) ((void)0)
	#define linkedCountModule(root, module) ((void)0)
	#define linkedCountNames(root, module, first) ((void)(first))
	#define linkedFinish(root) ((void)0)
#else
void linkedAddFunction(const txByte* address, txSize size);
void linkedStart(txMachine* root);
void linkedCountModule(txMachine* root, Module* module);
/* `first`: the first property name that came with the module. */
void linkedCountNames(txMachine* root, Module* module, txID first);
/* After the last module. */
void linkedFinish(txMachine* root);
/* All of flash, the built-ins included: bytes of code and of chunks, slots with those of names, names. */
typedef struct LinkedUse {
	double code, slots, chunks, keys;
} LinkedUse;
void linkedUse(LinkedUse* use);
#endif

#endif
