/*
	Reads a module's bytecode (.xsb, see compile.c) into flash, once, at the start. It then lies there as that of linked
	modules does on a device, whether preloaded or not. Names are interned in the root machine, and code is never copied
	into a heap.
*/

#include "sim.h"
#include "native_table.h"

extern void fxRemapIDs(txMachine* the, txByte* code, txSize size, txID* ids);

static void fail(const Module* module, const char* what, const char* name)
{
	fprintf(stderr, "sim: %s: %s%s%s\n", module->path, what, name ? " " : "", name ? name : "");
	exit(kExitUsage);
}

static txByte* readFile(const Module* module, size_t* size)
{
	FILE* file = fopen(module->path, "rb");
	if (!file)
		fail(module, strerror(errno), NULL);
	fseek(file, 0, SEEK_END);
	*size = (size_t)ftell(file);
	rewind(file);
	txByte* bytes = scratchAllocate(*size);
	if (!bytes || fread(bytes, 1, *size, file) != *size)
		fail(module, "can't be read", NULL);
	fclose(file);
	return bytes;
}

static uint32_t read32(const txByte* bytes)
{
	const uint8_t* b = (const uint8_t*)bytes;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Finds an atom in a script; NULL if it has none. */
static txByte* findAtom(const Module* module, txByte* bytes, size_t size, const char* type, txSize* length)
{
	size_t offset = 8;
	while (offset + 8 <= size) {
		size_t atomSize = read32(bytes + offset);
		if (atomSize < 8 || atomSize > size - offset)
			fail(module, "is damaged", NULL);
		if (!memcmp(bytes + offset + 4, type, 4)) {
			*length = (txSize)(atomSize - 8);
			return bytes + offset + 8;
		}
		offset += atomSize;
	}
	return NULL;
}

static txID* internSymbols(txMachine* root, txByte* symbols)
{
	txID count;
	mxDecodeID(symbols, count);
	txID* ids = scratchAllocate((size_t)count * sizeof(txID));
	if (!ids)
		return NULL;
	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		ids[i] = fxNewNameC(root, (txString)symbols);
		symbols += strlen((char*)symbols) + 1;
	}
	return ids;
}

static txCallback findNative(const char* name)
{
	for (const SimNative* native = simBuiltinNatives; native->name; native++) {
		if (!strcmp(native->name, name))
			return native->callback;
	}
	for (const SimNative* native = simNatives; native->name; native++) {
		if (!strcmp(native->name, name))
			return native->callback;
	}
	return NULL;
}

/* The functions that the module's `@ "name"` refer to, in the order in which its code does. */
static HostTable* readHosts(const Module* module, txByte* hosts, const txID* ids)
{
	txID count, id;
	mxDecodeID(hosts, count);
	HostTable* table = c_calloc(1, sizeof(HostTable) + (size_t)count * sizeof(txHostFunctionBuilder));
	if (!table)
		fail(module, "no memory", NULL);
	table->count = count;
	for (txID i = 0; i < count; i++) {
		txHostFunctionBuilder* builder = &table->builders[i];
		builder->length = *hosts++;
		mxDecodeID(hosts, id);
		builder->id = id == XS_NO_ID ? XS_NO_ID : ids[id];
		builder->callback = findNative((char*)hosts);
		if (!builder->callback)
			fail(module, "is bound to a C function that is not in the app:", (char*)hosts);
		hosts += strlen((char*)hosts) + 1;
	}
	return table;
}

/* The operand of an operation whose length is in the code: so many bytes follow. */
static txByte* skipOperand(txByte* code, txS1 length)
{
	txU2 size2;
	txU4 size4;
	code++;
	switch (length) {
	case -1: return code + 1 + *(txU1*)code;
	case -2: mxDecode2(code, size2); return code + size2;
	default: mxDecode4(code, size4); return code + size4;
	}
}

typedef struct {
	txU1 copying, referring;
} Pair;

/*
 * The operations that copy code or a string into a chunk each time they are done, and those that refer to where it
 * lies.
 */
static const Pair pairs[] = {
	{XS_CODE_CODE_1, XS_CODE_CODE_ARCHIVE_1},
	{XS_CODE_CODE_2, XS_CODE_CODE_ARCHIVE_2},
	{XS_CODE_CODE_4, XS_CODE_CODE_ARCHIVE_4},
	{XS_CODE_STRING_1, XS_CODE_STRING_ARCHIVE_1},
	{XS_CODE_STRING_2, XS_CODE_STRING_ARCHIVE_2},
	{XS_CODE_STRING_4, XS_CODE_STRING_ARCHIVE_4},
};

static txU1 otherOf(txU1 code, bool refers)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(Pair); i++) {
		if (code == (refers ? pairs[i].copying : pairs[i].referring))
			return refers ? pairs[i].referring : pairs[i].copying;
	}
	return code;
}

/* The code of a function lies after the operation that makes the function. */
static void noteFunction(txByte* code)
{
	txU2 size2 = 0;
	txU4 size4 = 0;
	txByte* operand = code + 1;
	switch (*(const txU1*)code) {
	case XS_CODE_CODE_ARCHIVE_1: linkedAddFunction(operand + 1, *(const txU1*)operand); break;
	case XS_CODE_CODE_ARCHIVE_2:
		mxDecode2(operand, size2);
		linkedAddFunction(operand, size2);
		break;
	case XS_CODE_CODE_ARCHIVE_4:
		mxDecode4(operand, size4);
		linkedAddFunction(operand, (txSize)size4);
		break;
	default: break;
	}
}

/* Makes each of these operations the one that refers to flash, or the one that copies. */
static void mapCode(txByte* code, txSize size, bool refers)
{
	txByte* end = code + size;
	while (code < end) {
		*(txU1*)code = otherOf(*(txU1*)code, refers);
		if (refers)
			noteFunction(code);
		txS1 length = gxCodeSizes[*(txU1*)code];
		if (length > 0)
			code += length;
		else if (length == 0)
			code += 1 + sizeof(txID);
		else
			code = skipOperand(code, length);
	}
}

/*
	What a preloaded module makes while it is preloaded lies in flash. What its functions make when they run is copied,
	strings of the source and closures alike: so the SDK's linker leaves it (xslBase.c, fxMapCode). Modules that are not
	preloaded refer to flash in both.
*/
void scriptCopyAtRunTime(const Module* module)
{
	mapCode(module->script->codeBuffer, module->script->codeSize, false);
}

static void placeInFlash(txMachine* root, Module* module, const txByte* code, txSize size, txID* ids)
{
	txScript* script = module->script;
	script->codeSize = size;
	script->codeBuffer = flashAllocate((size_t)size);
	if (!script->codeBuffer)
		fail(module, "no memory", NULL);
	memcpy(script->codeBuffer, code, (size_t)size);
	fxRemapIDs(root, script->codeBuffer, size, ids);
	mapCode(script->codeBuffer, size, true);
	module->codeSize = (size_t)size;
	flashCountBytecode((size_t)size);
}

void scriptRead(txMachine* root, Module* module)
{
	size_t size;
	txSize length, codeLength;
	txByte* bytes = readFile(module, &size);
	if (size < 8 || memcmp(bytes + 4, "XS_B", 4))
		fail(module, "is not XS bytecode", NULL);
	const txByte* version = findAtom(module, bytes, size, "VERS", &length);
	if (!version || length != XS_VERSION_SIZE || version[0] != XS_MAJOR_VERSION || version[1] != XS_MINOR_VERSION)
		fail(module, "was compiled for another version of XS", NULL);
	txByte* symbols = findAtom(module, bytes, size, "SYMB", &length);
	txByte* code = findAtom(module, bytes, size, "CODE", &codeLength);
	txByte* hosts = findAtom(module, bytes, size, "HOST", &length);
	txID* ids = symbols ? internSymbols(root, symbols) : NULL;
	module->script = c_calloc(1, sizeof(txScript));
	if (!module->script || !ids || !code)
		fail(module, "is damaged", NULL);
	placeInFlash(root, module, code, codeLength, ids);
	if (hosts)
		module->hosts = readHosts(module, hosts, ids);
	scratchFree(ids);
	scratchFree(bytes);
}
