/*
	What a module takes of flash once the SDK's linker (xs/tools/xsl, with -s "*") has linked it. The linker writes a
	heap of XS 17. Where the heap of flash.c differs from that, the count follows the linker.

	- A module's own code runs while it links and is left out. What is left is the code of its functions.
	- A native has no function object, only a value that refers to a table, but for constructors and accessors.
	- Functions without properties that have the same home share one slot for it, where they lie one after the other.
	- A module has one slot more, a null. An array's items are slots after one for their length.
	- Each name of a property that is new takes a slot, an entry in a table, and its text.
	- Functions have neither name nor length. A debug build here keeps them (functions.c), and they are not counted.
*/

#include "sim.h"

enum {
	/* Slots of a native's function object: instance, callback, home. */
	kNativeSlots = 3,
	kSlotSize = 16,
	/* The linker's heap begins and ends with a slot that refers to its end. */
	kHeapEnds = 2,
	kPointerSize = 4,
#if SIM_SDK_ENGINE
	kNewerSlots = 0,
	kNewerKeys = 0,
#else
	/* Built-ins that XS 13 lacks, and newerNames: what --engine sdk counts beyond this (SDK 8.2.3). */
	kNewerSlots = 329,
	kNewerKeys = 53,
#endif
	kWord = 8,
	/*
	 * A module's entry in the linker's table of scripts, and a native's in the table of its module, on a 32-bit chip.
	 */
	kScriptRecord = 36,
	kHostRecord = 8,
};

#if SIM_SDK_ENGINE
static const char* const newerNames[] = {NULL};
#else
/* Names that the SDK's engine (8.2.3) has of its own, and XS 13 has not: a module that uses one brings nothing new. */
static const char* const newerNames[] = {"Float16Array", "Iterator", "Native", "alphabet", "async", "detached",
	"difference", "drop", "f16round", "fromAsync", "fromBase64", "fromHex", "getFloat16", "getOrInsert",
	"getOrInsertComputed", "groupBy", "intersection", "irandom", "isDisjointFrom", "isError", "isRawJSON", "isSubsetOf",
	"isSupersetOf", "isWellFormed", "lastChunkHandling", "native", "omitPadding", "options", "promise", "rawJSON",
	"read", "setFloat16", "setFromBase64", "setFromHex", "sumPrecise", "symmetricDifference", "take", "toArray",
	"toBase64", "toHex", "toReversed", "toSorted", "toSpliced", "toWellFormed", "transferToFixedLength", "try", "type",
	"unicodeSets", "union", "waitAsync", "with", "withResolvers", "written", NULL};
#endif

typedef struct {
	double slots, chunks, code;
} Linked;

/* Where code of functions lies, in the order of addresses. */
typedef struct {
	const txByte* address;
	txSize size;
	bool isCounted;
} Function;

static Function* functions;
static int functionCount, functionRoom;
static Linked before;
static LinkedUse all;

/* Names below this ID are those of the modules that are linked so far. */
static txID namesEnd;

void linkedAddFunction(const txByte* address, txSize size)
{
	if (functionCount == functionRoom) {
		functionRoom = functionRoom ? 2 * functionRoom : 1024;
		functions = simRealloc(functions, (size_t)functionRoom * sizeof(Function));
		if (!functions) {
			fprintf(stderr, "%s: no memory\n", SIM_NAME);
			exit(kExitUsage);
		}
	}
	functions[functionCount++] = (Function) {address, size, false};
}

/* What was counted: the compiler of the linker's heap merges equal texts, buffers and functions. */
typedef struct {
	const void* data;
	size_t size;
	unsigned walk;
} Merged;

enum { kMergedRoom = 1 << 15 };

static Merged* mergedData;
static Merged* mergedCode;

/* How often the heap has been walked. Code is counted once for all walks, as if in one. */
static unsigned walks;

static bool isFirst(Merged** table, const void* data, size_t size, unsigned walk)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ ((const uint8_t*)data)[i]) * 16777619u;
	if (!*table)
		*table = simCalloc(kMergedRoom, sizeof(Merged));
	for (uint32_t tried = 0; *table && tried < kMergedRoom; tried++) {
		Merged* entry = &(*table)[(hash + tried) % kMergedRoom];
		if (entry->walk != walk) {
			*entry = (Merged) {data, size, walk};
			return true;
		}
		if (entry->size == size && !memcmp(entry->data, data, size))
			return false;
	}
	return true;
}

static int compareFunctions(const void* a, const void* b)
{
	const Function *one = a, *other = b;
	return one->address < other->address ? -1 : one->address > other->address;
}

/* The code that a slot refers to; 0 for anything but a module's function, and for one counted before. */
static double codeSize(const txSlot* slot)
{
	Function key = {slot->value.code.address, 0, false};
	Function* function = bsearch(&key, functions, (size_t)functionCount, sizeof(Function), compareFunctions);
	if (!function || function->isCounted)
		return 0;
	function->isCounted = true;
	if (!isFirst(&mergedCode, function->address, (size_t)function->size, 1))
		return 0;
	/* the linker runs on a 64-bit computer, whose chunks have whole words; a text of C ends in one byte more */
	return (function->size + kWord - 1) / kWord * kWord + 1;
}

static bool isPlainNative(const txSlot* slot)
{
	const txSlot* code = slot->next;
	return slot->kind == XS_INSTANCE_KIND && !(slot->flag & XS_CAN_CONSTRUCT_FLAG) && code
		&& (code->kind == XS_CALLBACK_KIND || code->kind == XS_CALLBACK_X_KIND) && code->next
		&& code->next->kind == XS_HOME_KIND && !code->next->next;
}

static int isNativeAccessor(const txSlot* function)
{
	return function && isPlainNative(function);
}

static double mergedBytes(const void* data, size_t size)
{
	return isFirst(&mergedData, data, size, walks) ? (double)size + 1 : 0;
}

static bool isNewerName(const char* name)
{
	for (const char* const* newer = newerNames; *newer; newer++) {
		if (!strcmp(name, *newer))
			return true;
	}
	return false;
}

static bool isLinkedName(txMachine* the, const char* text)
{
	txID id = fxFindName(the, (txString)text);
	return (id != XS_NO_ID && id < namesEnd) || isNewerName(text);
}

/* Bytes of the texts and buffers that a slot owns. A text that is a name, too, is there once. */
static double ownedBytes(txMachine* the, const txSlot* slot)
{
	switch (slot->kind) {
	case XS_STRING_KIND:
	case XS_STRING_X_KIND:
		return isLinkedName(the, slot->value.string) ? 0 : mergedBytes(slot->value.string, strlen(slot->value.string));
	case XS_ARRAY_BUFFER_KIND:
		return slot->next ? mergedBytes(slot->value.arrayBuffer.address, (size_t)slot->next->value.bufferInfo.length)
						  : 0;
	case XS_BIGINT_KIND: return slot->value.bigint.size * (double)sizeof(txU4);
	default: return 0;
	}
}

/* Whether two functions' homes become one. */
static bool isSameHome(const txSlot* home, const txSlot* other)
{
	return home && home->flag == other->flag && home->value.home.object == other->value.home.object
		&& home->value.home.module == other->value.home.module;
}

static bool isFunction(const txSlot* slot)
{
	const txSlot* code = slot->next;
	return slot->kind == XS_INSTANCE_KIND && code
		&& (code->kind == XS_CALLBACK_KIND || code->kind == XS_CALLBACK_X_KIND || code->kind == XS_CODE_KIND
			|| code->kind == XS_CODE_X_KIND);
}

/* Properties "name" and "length" as the engine makes them for a function. */
static int functionNames(const txSlot* function)
{
	int count = 0;
	if (sim.app.isRelease || !isFunction(function))
		return 0;
	for (const txSlot* property = function->next; property; property = property->next) {
		if (!(property->flag & XS_INTERNAL_FLAG) && (property->ID == mxID(_name) || property->ID == mxID(_length))
			&& property->flag & XS_DONT_ENUM_FLAG && property->kind != XS_ACCESSOR_KIND)
			count++;
	}
	return count;
}

typedef struct {
	Linked linked;
	const txSlot* home;
} Walk;

static void countItems(txMachine* the, const txSlot* array, Walk* walk)
{
	const txSlot* item = array->value.array.address;
	txIndex count = fxGetIndexSize(the, (txSlot*)array);
	walk->linked.slots += 1.0 + count;
	for (; count > 0; count--, item++)
		walk->linked.chunks += ownedBytes(the, item);
}

static void countSlot(txMachine* the, const txSlot* slot, Walk* walk)
{
	const txSlot* next = slot->next;
	if (slot->kind == XS_KEY_KIND || slot->kind == XS_KEY_X_KIND)
		return;
	walk->linked.slots += 1 - functionNames(slot);
	walk->linked.chunks += ownedBytes(the, slot);
	if (isPlainNative(slot))
		walk->linked.slots -= kNativeSlots;
	if (slot->kind == XS_ACCESSOR_KIND)
		walk->linked.slots += kNativeSlots
			* (isNativeAccessor(slot->value.accessor.getter) + isNativeAccessor(slot->value.accessor.setter));
	if (slot->kind == XS_MODULE_KIND)
		walk->linked.slots++;
	if (slot->kind == XS_ARRAY_KIND && slot->value.array.address)
		countItems(the, slot, walk);
	if (slot->kind == XS_CODE_KIND || slot->kind == XS_CODE_X_KIND)
		walk->linked.code += codeSize(slot);
	if (next && !next->next && next->kind == XS_HOME_KIND && slot->kind != XS_CALLBACK_KIND
		&& slot->kind != XS_CALLBACK_X_KIND) {
		if (isSameHome(walk->home, next))
			walk->linked.slots--;
		else
			walk->home = next;
	}
}

/* All that is in flash so far, but code that was counted before. */
static Linked walkHeap(txMachine* the)
{
	Walk walk = {{0, 0, 0}, NULL};
	walks++;
	for (txSlot* slot = the->freeHeap; slot; slot = slot->next)
		slot->flag |= XS_MARK_FLAG;
	for (txSlot* heap = the->firstHeap; heap; heap = heap->next) {
		for (txSlot *slot = heap + 1, *limit = heap->value.reference; slot < limit; slot++) {
			if (!(slot->flag & XS_MARK_FLAG))
				countSlot(the, slot, &walk);
		}
	}
	for (txSlot* slot = the->freeHeap; slot; slot = slot->next)
		slot->flag &= ~XS_MARK_FLAG;
	return walk.linked;
}

void linkedStart(txMachine* root)
{
	const Module* first = sim.app.modules;
	qsort(functions, (size_t)functionCount, sizeof(Function), compareFunctions);
	namesEnd = first ? first->linked.namesStart : root->keyIndex;
	before = walkHeap(root);
}

void linkedCountModule(txMachine* root, Module* module)
{
	namesEnd = module->linked.namesEnd;
	Linked now = walkHeap(root);
	module->linked.slots = now.slots - before.slots;
	module->linked.chunks = now.chunks - before.chunks;
	module->linked.code = now.code;
	all.code += now.code;
	before = now;
}

void linkedCountNames(txMachine* root, Module* module, txID first)
{
	/* the linker knows a module that is only compiled by its path */
	txID end = module->preload ? root->keyIndex : root->keyIndex - 1;
	double names = module->preload ? 0 : (double)strlen(module->name) + 1;
	for (txID id = first; id < end; id++) {
		const char* name = fxGetKeyName(root, id);
		if (!isNewerName(name))
			names += kSlotSize + kPointerSize + (double)strlen(name) + 1;
	}
	module->linked.namesStart = first;
	module->linked.namesEnd = root->keyIndex;
	module->linked.names = names;
	module->linked.tables = kScriptRecord + (module->hosts ? module->hosts->count * (double)kHostRecord : 0);
}

static bool isKey(const txSlot* key)
{
	return key->kind == XS_KEY_KIND || key->kind == XS_KEY_X_KIND;
}

void linkedFinish(txMachine* root)
{
	namesEnd = root->keyIndex;
	Linked last = walkHeap(root);
	all.slots = last.slots + kHeapEnds + kNewerSlots;
	all.chunks = last.chunks;
	all.keys = root->keyIndex + kNewerKeys;
	for (txID id = 0; id < root->keyIndex; id++) {
		if (isKey(root->keyArray[id]))
			all.slots++;
	}
	/* those that modules use are counted among the newer ones, too */
	for (const char* const* newer = newerNames; *newer; newer++) {
		if (fxFindName(root, (txString)*newer) != XS_NO_ID) {
			all.slots--;
			all.keys--;
		}
	}
	for (const Module* module = sim.app.modules; module; module = module->next) {
		if (!module->preload)
			all.code += (double)module->codeSize;
	}
}

void linkedUse(LinkedUse* use)
{
	*use = all;
}
