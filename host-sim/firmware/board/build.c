/*
	Makes the preloaded heap and writes it to a file by semihosting. The firmware's command line is APP.txt, the file,
	and the sizes of the heap, so that no room is left in it. Only ../image.ts runs this; the linker puts it, with what
	reads the app, outside of ROM.
*/

#include "rom.h"
#include "board.h"

#include <fcntl.h>
#include <semihost.h>

enum { kArguments = 6, kLineMax = 2048 };

/* Slack for what a module needs while it is loaded. */
enum { kMoreChunks = 512, kMoreSlots = 32 };

static void fail(const char* what) __attribute__((noreturn));
static void fail(const char* what)
{
	fprintf(stderr, "firmware: the preloaded heap can't be made: %s\n", what);
	boardExit(kExitUsage);
}

static int arguments(char* line, char** values)
{
	int count = 0;
	if (sys_semihost_get_cmdline(line, kLineMax))
		fail("no command line");
	for (char* word = strtok(line, "\t "); word && count < kArguments; word = strtok(NULL, "\t "))
		values[count++] = word;
	return count;
}

static void readResource(Resource* resource)
{
	int file = open(resource->path, O_RDONLY);
	off_t size = file < 0 ? -1 : lseek(file, 0, SEEK_END);
	uint8_t* data = size < 0 ? NULL : flashAllocate((size_t)size);
	if (!data || lseek(file, 0, SEEK_SET) < 0 || read(file, data, (size_t)size) != size)
		fail(resource->path);
	close(file);
	resource->data = data;
	resource->size = (size_t)size;
}

static void* copy(const void* from, size_t size)
{
	void* to = flashAllocate(size);
	if (!to)
		fail("ROM is full");
	return memcpy(to, from, size);
}

/* The root never runs again: of its stack, the top is left, which has the built-ins; of its tables, what is filled. */
static txMachine* keep(txMachine* root)
{
	size_t stackSize = (size_t)((uint8_t*)root->stackTop - (uint8_t*)root->stack);
	root->stack = root->stackBottom = copy(root->stack, stackSize);
	root->stackTop = root->stackPrototypes = (txSlot*)((uint8_t*)root->stack + stackSize);
	root->keyArray = copy(root->keyArray, (size_t)root->keyIndex * sizeof(txSlot*));
	root->nameTable = copy(root->nameTable, (size_t)root->nameModulo * sizeof(txSlot*));
	root->symbolTable = copy(root->symbolTable, (size_t)root->symbolModulo * sizeof(txSlot*));
	return copy(root, sizeof(*root));
}

static void writeFile(const char* path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (file < 0)
		fail(path);
	for (uint8_t* at = __preload_start; at < romBuild.next;) {
		ssize_t count = write(file, at, (size_t)(romBuild.next - at));
		if (count <= 0)
			fail(path);
		at += count;
	}
	close(file);
}

void buildRom(void)
{
	char* values[kArguments] = {NULL};
	RomHeader* header = (RomHeader*)__preload_start;
	romBuild = (RomBuild) {true, __preload_start + sizeof(RomHeader), __build_ram};
	romBuild.next = (uint8_t*)(((uintptr_t)romBuild.next + 15) & ~(uintptr_t)15);
	if (arguments(scratchAllocate(kLineMax), values) != 5)
		fail("wrong arguments");
	RootSizes sizes = {atoi(values[3]), kMoreChunks, atoi(values[4]), kMoreSlots};
	appRead(&sim.app, values[1]);
	for (Resource* resource = sim.app.resources; resource; resource = resource->next)
		readResource(resource);
	txMachine* root = machineCreateRoot(&sim.app, &sizes);
	if (!root)
		fail(sim.reason);
	printf("chunks %d %d slots %d %d\n", (int)root->currentChunksSize, (int)root->maximumChunksSize,
		(int)root->currentHeapCount, (int)root->maximumHeapCount);
	flashUse(&header->use);
	header->app = sim.app;
	header->root = keep(root);
	header->end = romBuild.next;
	header->magic = kRomMagic;
	writeFile(values[2]);
	fflush(stdout);
	boardExit(kExitNormal);
}
