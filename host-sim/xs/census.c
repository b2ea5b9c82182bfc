/*
	The census (--census FILE): what the app's heap holds, by constructor, at the end of each interval (marks.c) and at
	its peak. It also names the lines of script that did the work, in units of the meter. It names those that asked for
	memory, with what was in use at the peak. With --live the peak is free of garbage. A slot belongs to the object in
	whose list it is, a chunk to the slot that refers to it.
*/

#include "sim.h"

enum { kKindsMax = 512, kLinesMax = 4096, kNameSize = 64 };

typedef struct {
	char name[kNameSize];
	uint32_t objects, slots;
	size_t bytes;
} Kind;
typedef struct {
	bool used;
	txID file;
	txInteger line;
	uint32_t slots, chunks, meter;
	size_t bytes;
	uint32_t heldSlots;
	size_t heldBytes;
} Line;
typedef struct {
	Kind kinds[kKindsMax];
	int count;
} Census;

static Census atPeak, now;
static Line lines[kLinesMax];
/* The line that asked for each slot of the arena. */
static Line** askers;
static Line* asker;
static FILE* file;

static Kind* kindNamed(Census* census, const char* name)
{
	for (int i = 0; i < census->count; i++) {
		if (!strcmp(census->kinds[i].name, name))
			return &census->kinds[i];
	}
	if (census->count == kKindsMax)
		return &census->kinds[kKindsMax - 1];
	Kind* kind = &census->kinds[census->count++];
	snprintf(kind->name, kNameSize, "%s", name);
	return kind;
}

/* A chunk of the app's own heap; those in flash cost nothing. */
static size_t chunkSize(txMachine* the, const void* data)
{
	const txByte* address = data;
	for (txBlock* block = the->firstBlock; block; block = block->nextBlock) {
		if (address > (txByte*)block && address < block->limit)
			return (size_t)(((txChunk*)(address - sizeof(txChunk)))->size & 0x7fffffff);
	}
	return 0;
}

static size_t bytesOf(txMachine* the, const txSlot* slot)
{
	switch (slot->kind) {
	case XS_STRING_KIND: return chunkSize(the, slot->value.string);
	case XS_KEY_KIND: return chunkSize(the, slot->value.key.string);
	case XS_BIGINT_KIND: return chunkSize(the, slot->value.bigint.data);
	case XS_ARRAY_BUFFER_KIND: return chunkSize(the, slot->value.arrayBuffer.address);
	case XS_CODE_KIND: return chunkSize(the, slot->value.code.address);
	case XS_GLOBAL_KIND: return chunkSize(the, slot->value.table.address);
	case XS_IDS_KIND: return chunkSize(the, slot->value.IDs);
	case XS_MAP_KIND:
	case XS_SET_KIND: return chunkSize(the, slot->value.table.address);
	case XS_ARGUMENTS_SLOPPY_KIND:
	case XS_ARGUMENTS_STRICT_KIND:
	case XS_ARRAY_KIND:
	case XS_STACK_KIND: return chunkSize(the, slot->value.array.address);
	case XS_HOST_KIND: return slot->flag & XS_HOST_CHUNK_FLAG ? chunkSize(the, slot->value.host.data) : 0;
	case XS_REGEXP_KIND: return chunkSize(the, slot->value.regexp.code) + chunkSize(the, slot->value.regexp.data);
	default: return 0;
	}
}

static const txSlot* ownProperty(const txSlot* instance, txID id)
{
	const txSlot* property = instance->next;
	while (property && property->ID != id)
		property = property->next;
	return property;
}

static const char* functionName(const txSlot* function)
{
	const txSlot* name = ownProperty(function, mxID(_name));
	if (name && (name->kind == XS_STRING_KIND || name->kind == XS_STRING_X_KIND) && name->value.string[0])
		return name->value.string;
	return "without a name";
}

/* The constructor that the prototypes name; a function has its own name added. */
static void instanceName(const txSlot* instance, char* name)
{
	const txSlot* internal = instance->next;
	if (internal && internal->ID == XS_ENVIRONMENT_BEHAVIOR) {
		snprintf(name, kNameSize, "(environment of closures)");
		return;
	}
	if (internal
		&& (internal->kind == XS_CODE_KIND || internal->kind == XS_CODE_X_KIND || internal->kind == XS_CALLBACK_KIND)) {
		snprintf(name, kNameSize, "function %.40s", functionName(instance));
		return;
	}
	for (const txSlot* prototype = instance->value.instance.prototype; prototype;
		 prototype = prototype->value.instance.prototype) {
		const txSlot* constructor = ownProperty(prototype, mxID(_constructor));
		if (constructor && constructor->kind == XS_REFERENCE_KIND) {
			snprintf(name, kNameSize, "%.60s", functionName(constructor->value.reference));
			return;
		}
	}
	snprintf(name, kNameSize, "(internal object)");
}

/* Marks of a walk: one byte for each slot of each block, in the order of the blocks. */
typedef struct {
	uint8_t* seen;
	txSlot* heap;
} Seen;
enum { kBlocksMax = 256 };
static Seen seenBlocks[kBlocksMax];
static int seenCount;

static uint8_t* seenAt(const txSlot* slot)
{
	for (int i = 0; i < seenCount; i++) {
		const txSlot* heap = seenBlocks[i].heap;
		if (slot > heap && slot < heap->value.reference)
			return &seenBlocks[i].seen[slot - heap];
	}
	return NULL;
}

static void seenStart(txMachine* the)
{
	seenCount = 0;
	for (txSlot* heap = the->firstHeap; heap && seenCount < kBlocksMax; heap = heap->next)
		seenBlocks[seenCount++] = (Seen) {simCalloc((size_t)(heap->value.reference - heap) + 1, 1), heap};
	for (txSlot* slot = the->freeHeap; slot; slot = slot->next) {
		uint8_t* seen = seenAt(slot);
		if (seen)
			*seen = 1;
	}
}

static void seenEnd(void)
{
	for (int i = 0; i < seenCount; i++)
		simFree(seenBlocks[i].seen);
}

static void countSlots(txMachine* the, Kind* kind, const txSlot* slot)
{
	for (; slot; slot = slot->next) {
		uint8_t* seen = seenAt(slot);
		if (!seen || *seen)
			return;
		*seen = 1;
		kind->slots++;
		kind->bytes += bytesOf(the, slot);
		if (slot->kind == XS_PRIVATE_KIND)
			countSlots(the, kind, slot->value.private.first);
		else if (slot->kind == XS_LIST_KIND)
			countSlots(the, kind, slot->value.list.first);
	}
}

static void takeCensus(txMachine* the, Census* census)
{
	char name[kNameSize];
	census->count = 0;
	memset(census->kinds, 0, sizeof(census->kinds));
	seenStart(the);
	for (int i = 0; i < seenCount; i++) {
		txSlot* heap = seenBlocks[i].heap;
		for (txSlot* slot = heap + 1; slot < heap->value.reference; slot++) {
			if (slot->kind != XS_INSTANCE_KIND || *seenAt(slot))
				continue;
			instanceName(slot, name);
			Kind* kind = kindNamed(census, name);
			kind->objects++;
			countSlots(the, kind, slot);
		}
	}
	for (int i = 0; i < seenCount; i++) {
		txSlot* heap = seenBlocks[i].heap;
		for (txSlot* slot = heap + 1; slot < heap->value.reference; slot++) {
			uint8_t* seen = seenAt(slot);
			if (*seen)
				continue;
			*seen = 1;
			snprintf(name, kNameSize, "(variable or key, kind %d)", slot->kind);
			Kind* kind = kindNamed(census, name);
			kind->slots++;
			kind->bytes += bytesOf(the, slot);
		}
	}
	seenEnd();
}

static Line** askerOf(txMachine* the, const txSlot* slot)
{
	if (!askers)
		askers = simCalloc((size_t)(the->memory->arenaEnd - the->memory->arena) / sizeof(txSlot) + 1, sizeof(Line*));
	return &askers[(size_t)((uint8_t*)slot - the->memory->arena) / sizeof(txSlot)];
}

/* What is in use now, by the line that asked for it. */
static void countHeld(txMachine* the)
{
	if (the->memory->kind != kMemoryArena)
		return;
	for (Line* line = lines; line < lines + kLinesMax; line++) {
		line->heldSlots = 0;
		line->heldBytes = 0;
	}
	seenStart(the);
	for (int i = 0; i < seenCount; i++) {
		txSlot* heap = seenBlocks[i].heap;
		for (txSlot* slot = heap + 1; slot < heap->value.reference; slot++) {
			Line* line = *askerOf(the, slot);
			if (*seenAt(slot) || !line)
				continue;
			line->heldSlots++;
			line->heldBytes += bytesOf(the, slot);
		}
	}
	seenEnd();
}

/* The peak's census is taken at the next allocation, when the heap is whole again. */
static Line* lineNow(txMachine* the)
{
	txID id = XS_NO_ID;
	txInteger number = 0;
	if (the->memory->isPeak) {
		the->memory->isPeak = false;
		takeCensus(the, &atPeak);
		countHeld(the);
	}
	for (txSlot* frame = the->frame; frame && id == XS_NO_ID; frame = frame->next) {
		const txSlot* environment = mxFrameToEnvironment(frame);
		id = environment->ID;
		number = environment->value.environment.line;
	}
	for (uint32_t i = ((uint32_t)id * 31 + (uint32_t)number) % kLinesMax, tries = 0; tries < kLinesMax;
		 i = (i + 1) % kLinesMax, tries++) {
		Line* line = &lines[i];
		if (!line->used)
			*line = (Line) {.used = true, .file = id, .line = number};
		if (line->file == id && line->line == number)
			return line;
	}
	return &lines[0];
}

void censusCountSlot(txMachine* the)
{
	asker = lineNow(the);
	asker->slots++;
}

void censusNoteSlot(txMachine* the, const txSlot* slot)
{
	if (the->memory->kind == kMemoryArena)
		*askerOf(the, slot) = asker;
}

/* What was done since the last look counts for the line where it is looked again: the next call or turn of a loop. */
void censusCountWork(txMachine* the, uint32_t meter)
{
	lineNow(the)->meter += meter;
}

void censusCountChunk(txMachine* the, size_t size)
{
	Line* line = lineNow(the);
	line->chunks++;
	line->bytes += size;
}

static void writeKinds(const char* title, const Census* census)
{
	fprintf(file, ",\n\t\t\"%s\": [", title);
	for (int i = 0; i < census->count; i++) {
		const Kind* kind = &census->kinds[i];
		fprintf(file, "%s\n\t\t\t{ \"name\": \"%s\", \"objects\": %u, \"slots\": %u, \"chunkBytes\": %zu }",
			i ? "," : "", kind->name, kind->objects, kind->slots, kind->bytes);
	}
	fputs("\n\t\t]", file);
}

static int byAllocations(const void* a, const void* b)
{
	const Line *one = a, *other = b;
	uint32_t left = one->slots + one->chunks, right = other->slots + other->chunks;
	return left < right ? 1 : left > right ? -1 : 0;
}

static int byWork(const void* a, const void* b)
{
	const Line *one = a, *other = b;
	return one->meter < other->meter ? 1 : one->meter > other->meter ? -1 : 0;
}

static int byHeld(const void* a, const void* b)
{
	const Line *one = a, *other = b;
	size_t left = one->heldSlots * sizeof(txSlot) + one->heldBytes,
		   right = other->heldSlots * sizeof(txSlot) + other->heldBytes;
	return left < right ? 1 : left > right ? -1 : 0;
}

enum { kAllocations, kHeld, kWork };

static bool writeLine(const Line* line, int what)
{
	switch (what) {
	case kAllocations:
		fprintf(file, "\"slots\": %u, \"chunks\": %u, \"bytes\": %zu }", line->slots, line->chunks, line->bytes);
		return line->slots || line->chunks;
	case kHeld:
		fprintf(file, "\"slots\": %u, \"chunks\": 0, \"bytes\": %zu }", line->heldSlots, line->heldBytes);
		return line->heldSlots > 0;
	default: fprintf(file, "\"meter\": %u }", line->meter); return line->meter > 0;
	}
}

/* Lines in that order; the last has nothing to show. */
static void writeLines(txMachine* the, const char* title, int what, int (*order)(const void*, const void*))
{
	static Line sorted[kLinesMax];
	memcpy(sorted, lines, sizeof(lines));
	qsort(sorted, kLinesMax, sizeof(Line), order);
	fprintf(file, ",\n\t\t\"%s\": [", title);
	for (int i = 0; i < kLinesMax; i++) {
		const Line* line = &sorted[i];
		const char* name = line->file == XS_NO_ID ? NULL : fxGetKeyName(the, line->file);
		fprintf(file, "%s\n\t\t\t{ \"place\": \"%s:%d\", ", i ? "," : "", name ? name : "(native)", (int)line->line);
		if (!writeLine(line, what))
			break;
	}
	fputs("\n\t\t]", file);
}

/* What was asked for counts from mark to mark. */
static void forgetLines(void)
{
	for (Line* line = lines; line < lines + kLinesMax; line++) {
		line->slots = line->chunks = line->meter = 0;
		line->bytes = 0;
	}
}

void censusMark(txMachine* the, const char* name)
{
	if (!sim.options.census)
		return;
	const char* start = file ? "," : "[";
	if (!file)
		file = fopen(sim.options.census, "w");
	if (!file) {
		fprintf(stderr, "sim: %s can't be written: %s\n", sim.options.census, strerror(errno));
		exit(kExitOutput);
	}
	fprintf(file, "%s\n\t{ \"interval\": \"%s\"", start, name);
	writeKinds("peak", &atPeak);
	takeCensus(the, &now);
	writeKinds("end", &now);
	writeLines(the, "allocations", kAllocations, byAllocations);
	writeLines(the, "held", kHeld, byHeld);
	writeLines(the, "work", kWork, byWork);
	forgetLines();
	fputs(" }", file);
	atPeak.count = 0;
	the->memory->isPeak = false;
}

void censusWrite(void)
{
	if (!file)
		return;
	fputs("\n]\n", file);
	outputClose(file, sim.options.census);
}
