/*
	What the files of the simulator's runtime share. Natives that scripts call see xsmc.h only; these files are the host around
	the engine, so they include the engine's own headers as well.

	One process runs one app: the state of the run is one global, `sim`.
*/

#ifndef SIM_H
#define SIM_H

#include "xsAll.h"
#include "xsScript.h"
#include "xs.h"

/* The engine defines them; xsmc.h, which can't be included with xs.h, declares them. */
extern void* fxGetHostDataValidate(txMachine* the, txSlot* slot, void* destructor);
extern xsIntegerValue _xsmcGetBuffer(
	xsMachine* the, xsSlot* slot, void** data, xsUnsignedValue* count, xsBooleanValue writable);

/* Exit codes. 0 to 9 belong to the script: simulator.exit(code). */
enum {
	kExitNormal = 0,
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

/* app.c: what APP.txt says. */

/* The C functions that a module is bound to. */
typedef struct HostTable {
	txInteger count;
	txHostFunctionBuilder builders[];
} HostTable;

typedef struct Module {
	struct Module* next;
	char* name;
	char* path;
	bool preload;
	txScript* script;
	size_t codeSize;
	HostTable* hosts;
	/* What it takes of flash when the SDK's linker has linked it: linked.c. */
	struct {
		double code, slots, chunks, names, tables;
	} linked;
} Module;

typedef struct Resource {
	struct Resource* next;
	char* name;
	char* path;
	const void* data;
	size_t size;
} Resource;

typedef struct App {
	Module* modules;
	Resource* resources;
	char* main;
	bool isRelease;
	txCreation creation;
} App;

/* Reads APP.txt; exits with kExitUsage and a sentence where it is wrong. */
void appRead(App* app, const char* path);
Module* appModule(const App* app, const char* name);
const Resource* appResource(const App* app, const char* name);

/* memory.c: where a machine's chunks and slots come from. */

typedef enum { kMemoryFlash, kMemoryArena, kMemoryPools } MemoryKind;

typedef struct Memory {
	MemoryKind kind;
	uint8_t* arena; /* creation.static: chunks grow up from its start, slots down from its end */
	uint8_t* arenaEnd;
	size_t asked; /* bytes of the last allocation, for the sentence when it fails */
	bool askedSlot;
	uint64_t slotAllocations; /* counted by heap.c */
	uint64_t chunkAllocations;
	uint64_t collections;
	double bytesPeak; /* chunks, slots and native memory together, kept by marks.c */
	double heapPeak;  /* chunks and slots alone */
	bool isPeak;      /* it has just risen: for census.c */
} Memory;

void memoryCreate(Memory* memory, MemoryKind kind, size_t arenaSize);
void memoryDelete(Memory* memory);
size_t memoryFree(const txMachine* the);

/* What a machine uses, as scripts and reports see it. */
typedef struct MemoryUse {
	double chunks, chunksPeak, chunksLimit;
	double slots, slotsPeak, slotsLimit, slotSize;
	double stack, stackPeak, stackLimit;
	double keys, collections, slotAllocations, chunkAllocations;
} MemoryUse;

void memoryUse(txMachine* the, MemoryUse* use);
void memoryResetPeaks(txMachine* the);

/* heap.c: the engine's allocator, counted. */
void heapSetLive(bool live);

/* marks.c: intervals of a run; how much lies in chunks, slots and native memory together at most; traffic. */
void memoryNotePeak(void);
void marksWrite(FILE* file);
void wireSent(size_t count);
void wireReceived(size_t count);

/* census.c (--census FILE): what the heap holds, and which lines take it. */
void censusCountSlot(txMachine* the);
void censusNoteSlot(txMachine* the, const txSlot* slot);
void censusCountWork(txMachine* the, uint32_t meter);
void censusCountChunk(txMachine* the, size_t size);
void censusMark(txMachine* the, const char* name);
void censusWrite(void);

/* trace.c (--trace FILE): what happened on each connection. */
#if SIM_FIRMWARE
static inline int traceConnection(void)
{
	return 0;
}
static inline void traceEvent(int connection, const char* event, const void* data, size_t count)
{
	(void)connection;
	(void)event;
	(void)data;
	(void)count;
}
static inline void traceOpening(int connection, const char* address, const char* port)
{
	(void)connection;
	(void)address;
	(void)port;
}
#else
int traceConnection(void);
void traceEvent(int connection, const char* event, const void* data, size_t count);
void traceOpening(int connection, const char* address, const char* port);
void traceMark(const char* name);
void traceMemory(double bytes);
void traceEnd(void);
#endif

/* lines.c: which lines of script were run. */
void linesStart(void);
void linesWrite(txMachine* the);

/* script.c, modules.c */
void scriptRead(txMachine* root, Module* module);
void scriptCopyAtRunTime(const Module* module);
void modulesPrepare(txMachine* root, App* app);
void modulesImport(txMachine* the, const char* name);

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
#else
void linkedAddFunction(const txByte* address, txSize size);
void linkedStart(txMachine* root);
void linkedCountModule(txMachine* root, Module* module);
/* `first`: the first property name that came with the module. */
void linkedCountNames(txMachine* root, Module* module, txID first);
#endif

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
/* Meter and limits start now. */
void machineStartMeter(txMachine* the);
double machineMeter(txMachine* the);

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
/* A turn of the loop has ended: a callback, with the promise jobs that it caused. */
void loopEndTurn(txMachine* the);
/* Metered steps of the longest turn since this was called last. */
double loopLongestTurn(void);

/* jobs.c */
void jobsRun(txMachine* the);

/* debugger.c */
#if SIM_FIRMWARE
static inline int debuggerFile(void)
{
	return -1;
}
static inline void debuggerSettle(txMachine* the)
{
	(void)the;
}
static inline void debuggerDescribe(txMachine* the)
{
	(void)the;
}
static inline void debuggerSample(txMachine* the)
{
	(void)the;
}
static inline void debuggerCommand(txMachine* the)
{
	(void)the;
}
#else
/* The connection, for the loop to wait for; < 0 if there is none. */
int debuggerFile(void);
/* Takes the debugger's first commands, before the app runs. */
void debuggerSettle(txMachine* the);
/* Tells which figures samples have. */
void debuggerDescribe(txMachine* the);
/* Sends the debugger's instruments, once a second. */
void debuggerSample(txMachine* the);
/* Does what the debugger asks for while the app waits. */
void debuggerCommand(txMachine* the);
#endif

/* timer.c */
double timersNext(void);
void timersRun(txMachine* the);

/* clock.c */
double monotonicSeconds(void);
void clockSet(double seconds);
void clockUseHost(void);
/* Stops the monotonic clock, or lets it go on from where it stood. */
void clockPause(bool paused);

/* Freed before the app's machine exists: counts for nothing. */
void* scratchAllocate(size_t size);
void scratchFree(void* block);

/* native_memory.c */
typedef struct NativeUse {
	double current, peak, allocations;
} NativeUse;
void marksRaisePeaks(MemoryUse* use, NativeUse* native);
void nativeMemoryUse(NativeUse* use);
void nativeMemoryResetPeak(void);
/* Leaves out what is allocated until it is called again: what the simulator does in libraries, not the app. */
void nativeMemoryPause(bool paused);
/* The nth allocation from now on fails, once; 0: none. Returns whether the one that was asked for before has failed. */
bool nativeMemoryFail(unsigned nth);
/* From now on what is freed is neither reused nor changed. */
void nativeMemoryKeepFreed(void);
typedef enum { kNativeElsewhere, kNativeInUse, kNativeFreed } NativePlace;
NativePlace nativeMemoryHolds(const void* address);
/* What a socket and a timer of the SDK take of C's heap on a 32-bit chip. The runtime's own are larger. */
enum {
	/* TCPRecord of modules/io/socket/lwip: pointers, flags, one slot, with callbacks. lwIP's tcp_pcb and its packets are not in it. */
	kSocketBytes = 48,
	/* modTimerRecord of modules/base/timer/mc, in it modTimerScriptRecord of modTimer.c with one slot. */
	kTimerBytes = 51,
};
#if SIM_FIRMWARE
	#define nativeMemoryFails() false
	#define nativeMemoryCharge(size) ((void)0)
	#define nativeMemoryDischarge(size) ((void)0)
#else
/* Counts what a device's runtime would allocate, or free, and this one has elsewhere. */
void nativeMemoryCharge(size_t size);
void nativeMemoryDischarge(size_t size);
/* True where this allocation is to fail: also asked where the runtime allocates what a device takes from C's heap, too. */
bool nativeMemoryFails(void);
#endif
/* chip/key_slots.c: keys that PSA Crypto holds. */
int chipKeySlots(void);

/* resolver.c: looks a name up beside the loop; `found` gets a numeric address, or NULL. Cancelled by its handle. */
typedef struct Lookup Lookup;
Lookup* resolverLookup(const char* name, void (*found)(void* context, const char* address), void* context);
void resolverCancel(Lookup* lookup);

/* arguments.c: what script gives to the runtime's own natives. Each throws TypeError where it is not there, or not of the kind. */
bool argumentIsGiven(xsMachine* the, int index);
xsSlot* argument(xsMachine* the, int index);
xsIntegerValue argumentInteger(xsMachine* the, int index);
/* The same for one that need not be given. */
xsIntegerValue argumentIntegerOr(xsMachine* the, int index, xsIntegerValue otherwise);
xsStringValue argumentString(xsMachine* the, int index);
/* A buffer's bytes; valid until XS runs or allocates. */
void* argumentBuffer(xsMachine* the, int index, bool isWritable, xsUnsignedValue* count);
/* A host object's slot; NULL for anything else. */
txSlot* hostSlot(const xsSlot* slot);
/* The data of an object of the class whose destructor this is; NULL where it is closed. */
void* hostDataOf(xsMachine* the, const xsSlot* slot, xsDestructor destructor, const char* name);
/* The same without a check: NULL also for what is no such object. */
void* hostDataIf(const xsSlot* slot, xsDestructor destructor);
/* Begins a constructor: `this` must be a new object of the class. */
void hostConstruct(xsMachine* the, xsDestructor destructor, const char* name);

/* resource_files.c */
void resourcesMap(App* app);

/* console.c */
void consoleInstall(txMachine* root);

/* builtins.c */
void builtinsInstall(txMachine* root);

/* report.c */
void reportWrite(void);
/* A string of JSON. */
void reportWriteText(FILE* file, const char* text);

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
