/*
	How the XS engine sees the simulator: what its own xsPlatform.h asks a port for (see platforms/ in the engine's
	package). Every C file of an app is compiled with this: the engine, the runtime in this folder and the app's
	natives. What natives allocate with c_malloc is counted (native_memory.c); what the engine and the runtime allocate
	is not, except where SIM_NATIVE is set.

	SIM_FIRMWARE: the same on bare metal (../firmware), without threads and with the C library's own heap.
*/

#ifndef SIM_PLATFORM_H
#define SIM_PLATFORM_H

#ifdef __APPLE__
	#undef mxMacOSX
	#define mxMacOSX 1
#elif !SIM_FIRMWARE
	#undef mxLinux
	#define mxLinux 1
#endif

#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

#include <ctype.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/time.h>
#include <unistd.h>
#if SIM_FIRMWARE
	#define SIM_NAME "firmware"
	#define mxMisalignedSettersCrash 1
	#define mxUnalignedAccess 0
#else
	#define SIM_NAME "sim"
	#include <arpa/inet.h>
	#include <pthread.h>
	#define mxUseGCCAtomics 1
	#define mxUsePOSIXThreads 1
	#define mxUseDefaultParseScript 1
#endif

/* The engine's own ways to build keys, to parse and to share; memory, modules, promises and aborts are ours. */
#define mxUseDefaultBuildKeys 1
#define mxUseDefaultSharedChunks 1

/*
	What a machine carries for us: where its heap comes from (memory.c), and whether promise jobs wait (loop.c). The
	arena has the names that it has on the ESP32 (the SDK's xs/platforms/esp/xsPlatform.h), by which natives find it.
	Chunks end at heap_ptr, slots start at heap_pend.
*/
#define SIM_ARENA 1
#define mxMachinePlatform  \
	uint8_t* heap;         \
	uint8_t* heap_ptr;     \
	uint8_t* heap_pend;    \
	struct Memory* memory; \
	int promiseJobs;       \
	void* waiterCondition; \
	void* waiterData;      \
	void* waiterLink;

/* The device's clock may be unset, or set to any time (clock.c). */
int simTimeOfDay(struct timeval* now, void* zone);
typedef struct timeval c_timeval;
#define c_timezone timezone
#define c_gettimeofday simTimeOfDay

void* simMalloc(size_t size);
void* simCalloc(size_t count, size_t size);
void* simRealloc(void* block, size_t size);
void simFree(void* block);
void* simNativeMalloc(size_t size);
void* simNativeCalloc(size_t count, size_t size);
void* simNativeRealloc(void* block, size_t size);
void simNativeFree(void* block);
void* simTableMalloc(size_t size);
void simTableFree(void* block);

#if SIM_FIRMWARE && (SIM_NATIVE || SIM_ENGINE)
	#define c_malloc malloc
	#define c_calloc calloc
	#define c_realloc realloc
	#define c_free free
#elif SIM_NATIVE
	#define c_malloc simNativeMalloc
	#define c_calloc simNativeCalloc
	#define c_realloc simNativeRealloc
	#define c_free simNativeFree
#else
	#define c_malloc simMalloc
	#define c_calloc simCalloc
	#define c_realloc simRealloc
	#define c_free simFree
#endif
#ifndef SIM_NATIVE
	/* Only the tables of keys and aliases are allocated by these; those of preloaded modules are in flash. */
	#define c_malloc_uint32 simTableMalloc
	#define c_free_uint32 simTableFree
#endif

/* Of the SDK's xsmc.h, for its natives: this engine's has the functions, and not the names. */
#define xsmcToUnsigned(_SLOT) fxToUnsigned(the, &_SLOT)
#define xsmcToReference(_SLOT) fxToReference(the, &_SLOT)

#ifdef SIM_ENGINE
	/* The engine derives its milliseconds from the clock, which may be set; ours never jump. */
	#define modMilliseconds engineMilliseconds
#endif

#endif
