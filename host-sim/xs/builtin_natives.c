/*
	The C functions of the modules that the runtime provides (host-sim/modules), by the names that those modules bind.
	Also the names of properties that they use. Those are in flash, as the names that C uses are on a device.
*/

#include "sim.h"
#include "native_table.h"

#define DECLARE(NAME) extern void NAME(xsMachine* the);
#define ENTRY(NAME) {#NAME, NAME},

/* clang-format off */
#define NATIVES(ITEM) \
	ITEM(simTimerSet) ITEM(simTimerRepeat) ITEM(simTimerSchedule) ITEM(simTimerClear) ITEM(simTimerDelay) \
	ITEM(simTimeSet) ITEM(simTimeTicks) ITEM(simTimeMicroseconds) ITEM(simTimeDelta) ITEM(simTimeZone) \
	ITEM(simTCP) ITEM(simTCPClose) ITEM(simTCPRead) ITEM(simTCPWrite) ITEM(simTCPRemoteAddress) ITEM(simTCPRemotePort) \
	ITEM(simTCPFormat) ITEM(simTCPSetFormat) \
	ITEM(simResource) ITEM(simResourceExists) ITEM(simResourceByteLength) ITEM(simResourceSlice)

#if SIM_FIRMWARE
#define OWN_NATIVES(ITEM) \
	ITEM(fwMark) ITEM(fwInstructions)
#else
#define OWN_NATIVES(ITEM) \
	ITEM(simNetResolve) ITEM(simNetworkTime) ITEM(simMemory) ITEM(simResetPeaks) ITEM(simMeter) ITEM(simLongestTurn) ITEM(simCollect) ITEM(simExit) ITEM(simSetClock) \
	ITEM(simMark) ITEM(simAccelerators) ITEM(simAccelerate) ITEM(simSetChip) ITEM(simEnvironment) \
	ITEM(simSearchMemory) ITEM(simFailNative) ITEM(simKeepFreed) \
	ITEM(simPreferenceSet) ITEM(simPreferenceGet) ITEM(simPreferenceDelete) ITEM(simPreferenceKeys) \
	ITEM(simFile) ITEM(simFileReadable) ITEM(simFileFill) ITEM(simFileWrite) ITEM(simFileClose) ITEM(simFileLength) ITEM(simFilePosition) \
	ITEM(simFileSetPosition) ITEM(simFileDelete) ITEM(simFileExists) ITEM(simFileRename) ITEM(simFilesUsed) \
	ITEM(simDirectoryCreate) ITEM(simDirectoryDelete) ITEM(simFileIterator) ITEM(simFileIteratorNext)
#endif

NATIVES(DECLARE)
OWN_NATIVES(DECLARE)
/* clang-format on */

extern void simResourceDestructor(void* data);
extern void simTCPDestructor(void* data);
extern void simFileDestructor(void* data);
extern void simFileIteratorDestructor(void* data);

#define DESTRUCTOR(NAME) {#NAME, (xsCallback)(void (*)(void))NAME},

/* clang-format off */
const SimNative simBuiltinNatives[] = {
	NATIVES(ENTRY) OWN_NATIVES(ENTRY) DESTRUCTOR(simResourceDestructor) DESTRUCTOR(simTCPDestructor)
#if !SIM_FIRMWARE
	DESTRUCTOR(simFileDestructor) DESTRUCTOR(simFileIteratorDestructor)
#endif
	{NULL, NULL}
};
/* clang-format on */

/* Names that the SDK's C files for a device have, too: its TCP class, its timers, what opens either. */
const char* const simDeviceNames[] = {
	"address", "format", "from", "nodelay", "onError", "onReadable", "onWritable", "port", "target", NULL};

/* Names that only the simulator's C files have. */
const char* const simBuiltinNames[] = {"default", "trace", "byteLength", "host", "chunks", "chunksPeak", "chunksLimit",
	"slots", "slotsPeak", "slotsLimit", "slotSize", "stack", "stackPeak", "stackLimit", "keys", "collections",
	"nativeBytes", "nativePeak", "nativeAllocations", "slotAllocations", "chunkAllocations", "keySlots", "name",
	"calls", "bytes", "failed", "freeChunks", "native", "freed", "other", "total", "length", NULL};
