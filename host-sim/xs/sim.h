/*
	What the files of the simulator's runtime share. Natives that scripts call see xsmc.h only; these files are the host
	around the engine, so they include the engine's own headers as well.

	One process runs one app: the state of the run is one global, `sim`.
*/

#ifndef SIM_H
#define SIM_H

#include "xsAll.h"
#include "xsScript.h"
#include "xs.h"

/*
 * The runtime is built with XS 13, the npm package's, or with the SDK's own, XS 17 or newer. The version tells what
 * only one of them has.
 */
#define SIM_SDK_ENGINE (XS_MAJOR_VERSION >= 17)

#include "app.h"
#include "arguments.h"
#include "flash.h"
#include "memory_use.h"
#include "observe.h"

/* The engine defines them; xsmc.h, which can't be included with xs.h, declares them. */
extern void* fxGetHostDataValidate(txMachine* the, txSlot* slot, void* destructor);
extern xsIntegerValue _xsmcGetBuffer(
	xsMachine* the, xsSlot* slot, void** data, xsUnsignedValue* count, xsBooleanValue writable);

/* Exit codes. 0 to 9 belong to the script: simulator.exit(code). */
enum {
	kExitNormal = 0,
	kExitOutput = 1, /* a file that the run was to write */
	kExitUsage = 2,
	kExitException = 10,
	kExitRejection = 11,
	kExitChunks = 20,
	kExitSlots = 21,
	kExitStack = 22,
	kExitNativeStack = 23,
	kExitKeys = 24,
	kExitMeter = 25,
	kExitTimeout = 26,
	kExitFlash = 27,
	kExitEngine = 28,
	kExitDebugger = 30, /* 29 is the firmware's */
	kExitScriptMax = 9,
};

/* faults.c */
void faultsCatch(void);

/* machine.c */

/* What the root machine starts with, and how much it gets when that is full: bytes of chunks, slots. */
typedef struct RootSizes {
	txSize chunks, moreChunks, slots, moreSlots;
} RootSizes;

txMachine* machineCreateRoot(App* app, const RootSizes* sizes);
txMachine* machineClone(App* app, txMachine* root);
void* xsPreparationAndCreation(txCreation** creation);
/* Runs a function with the frame that an abort returns to; false if it did. */
bool machineRun(txMachine* the, void (*run)(txMachine* the, void* argument), void* argument);

/* meter.c: limits count from `meterStart` on. */
void meterStart(txMachine* the);
double meterTotal(txMachine* the);

/* abort.c: every early end, in words. */
void endWith(int code, const char* format, ...) __attribute__((format(printf, 2, 3)));
/* The place that script had reached, as "file:line", or "". */
void scriptPlace(txMachine* the, char* buffer, size_t size);
void exitMachine(txMachine* the, int code) XS_FUNCTION_NORETURN;
void timeoutEnd(txMachine* the) XS_FUNCTION_NORETURN;

/* loop.c */
typedef struct Watch {
	struct Watch* next;
	int fd; /* < 0: nothing to poll */
	short events;
	bool due; /* to be called at the next turn, whatever poll says */
	void (*ready)(struct Watch* watch, short events);
} Watch;

void loopAdd(Watch* watch);
void loopRemove(Watch* watch);
void loopRun(txMachine* the);

/* jobs.c */
void jobsRun(txMachine* the);

/* turns.c: a callback has returned. Runs the promise jobs that it caused. */
void turnsEnd(txMachine* the);
/* Metered steps of the longest turn since this was called last. */
double turnsLongest(void);

/* timer.c */
double timersNext(void);
void timersRun(txMachine* the);

/* clock.c */
double monotonicSeconds(void);
void clockSet(double seconds);
void clockUseHost(void);
/* Stops the monotonic clock, or lets it go on from where it stood. */
void clockPause(bool paused);

/* chip/key_slots.c: keys that PSA Crypto holds. */
int chipKeySlots(void);

/* resolver.c: looks a name up beside the loop; `found` gets a numeric address, or NULL. Cancelled by its handle. */
typedef struct Lookup Lookup;
Lookup* resolverLookup(const char* name, void (*found)(void* context, const char* address), void* context);
void resolverCancel(Lookup* lookup);

/* console.c */
void consoleInstall(txMachine* root);

/* builtins.c */
void builtinsInstall(txMachine* root);

typedef struct Options {
	const char* app;
	const char* report;
	const char* census;
	const char* trace;
	const char* debug;
	const char* files; /* a folder for what the app keeps */
	bool live;
	bool keepsLiterals;
	double meterLimit;
	double timeout;
	size_t tcpBuffer; /* bytes each way; 0: lwIP's */
} Options;

void optionsRead(Options* options, int argc, char** argv);

typedef struct Sim {
	Options options;
	App app;
	Memory rootMemory;
	Memory memory;
	NativeUse native; /* set by native_memory.c */
	double metered;   /* set by meter.c */
	txMachine* root;
	txMachine* the; /* the app's machine */
	bool building;  /* the root machine is being made: its tables go to flash */
	bool ended;
	int exitCode;
	char reason[512];
	bool useKnown; /* `use` was taken before the end disturbed it */
	MemoryUse use;
	double startTime;
} Sim;

extern Sim sim;

/* True where a census is asked for. The firmware has no files to write one to. */
static inline bool takesCensus(const txMachine* the)
{
#if SIM_FIRMWARE
	(void)the;
	return false;
#else
	return the == sim.the && sim.options.census;
#endif
}

#endif
