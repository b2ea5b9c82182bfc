/* Reads APP.txt, which the builder writes: one directive a line, its fields separated by tabs. */

#include "sim.h"

enum { kFieldsMax = 4 };

static const char* appPath;
static int appLine;

static void fail(const char* what, const char* name)
{
	fprintf(stderr, "%s:%d: %s: %s\n", appPath, appLine, what, name);
	exit(kExitUsage);
}

static char* copy(const char* text)
{
	size_t size = strlen(text) + 1;
	char* result = c_malloc(size);
	if (!result)
		fail("no memory", text);
	return memcpy(result, text, size);
}

static void* allocate(size_t size)
{
	void* result = c_calloc(1, size);
	if (!result)
		fail("no memory", "app");
	return result;
}

Module* appModule(const App* app, const char* name)
{
	Module* module = app->modules;
	while (module && strcmp(module->name, name))
		module = module->next;
	return module;
}

const Resource* appResource(const App* app, const char* name)
{
	const Resource* resource = app->resources;
	while (resource && strcmp(resource->name, name))
		resource = resource->next;
	return resource;
}

static void addModule(App* app, char** fields)
{
	Module** end = &app->modules;
	while (*end)
		end = &(*end)->next;
	*end = allocate(sizeof(Module));
	(*end)->name = copy(fields[1]);
	(*end)->path = copy(fields[2]);
}

static void addResource(App* app, char** fields)
{
	Resource* resource = allocate(sizeof(Resource));
	resource->name = copy(fields[1]);
	resource->path = copy(fields[2]);
	resource->next = app->resources;
	app->resources = resource;
}

static void preload(App* app, char** fields)
{
	Module* module = appModule(app, fields[1]);
	if (!module)
		fail("preloaded module is not in the app", fields[1]);
	module->preload = true;
}

static void setMain(App* app, char** fields)
{
	app->main = copy(fields[1]);
}

static void setRelease(App* app, char** fields)
{
	(void)fields;
	app->isRelease = true;
}

static void setCreation(App* app, char** fields)
{
	txCreation* creation = &app->creation;
	const struct {
		const char* name;
		txSize* value;
		txSize least;
	} numbers[] = {
		{"static", &creation->staticSize, 0},
		{"chunk.initial", &creation->initialChunkSize, 1},
		{"chunk.incremental", &creation->incrementalChunkSize, 0},
		{"heap.initial", &creation->initialHeapCount, 2},
		{"heap.incremental", &creation->incrementalHeapCount, 0},
		{"stack", &creation->stackCount, 64},
		{"keys.initial", &creation->initialKeyCount, 0},
		{"keys.available", &creation->initialKeyCount, 0},
		{"keys.incremental", &creation->incrementalKeyCount, 0},
		{"keys.name", &creation->nameModulo, 1},
		{"keys.symbol", &creation->symbolModulo, 1},
		{"parser.buffer", &creation->parserBufferSize, 1},
		{"parser.table", &creation->parserTableModulo, 1},
	};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(numbers[i].name, fields[1]))
			continue;
		char* end;
		long value = strtol(fields[2], &end, 10);
		if (*end || end == fields[2] || value < numbers[i].least || value > 0x40000000)
			fail("number out of range for creation", fields[1]);
		*numbers[i].value = (txSize)value;
		return;
	}
	fail("unknown key of creation", fields[1]);
}

static void readLine(App* app, char* line)
{
	static const struct {
		const char* name;
		int fields;
		void (*read)(App* app, char** fields);
	} directives[] = {
		{"module", 3, addModule},
		{"preload", 2, preload},
		{"resource", 3, addResource},
		{"creation", 3, setCreation},
		{"main", 2, setMain},
		{"release", 1, setRelease},
	};
	char* fields[kFieldsMax] = {NULL};
	int count = 0;
	for (char* field = line; field && count < kFieldsMax; count++) {
		fields[count] = field;
		field = strchr(field, '\t');
		if (field)
			*field++ = 0;
	}
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (strcmp(directives[i].name, fields[0]))
			continue;
		if (count != directives[i].fields)
			fail("wrong number of fields", fields[0]);
		directives[i].read(app, fields);
		return;
	}
	fail("unknown directive", fields[0]);
}

void appRead(App* app, const char* path)
{
	char line[8192];
	FILE* file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "sim: %s: %s\n", path, strerror(errno));
		exit(kExitUsage);
	}
	appPath = path;
	/* The SDK's values for what a manifest does not say (tools/mcconfig). */
	app->creation = (txCreation) {
		.initialChunkSize = 32768,
		.incrementalChunkSize = 1024,
		.initialHeapCount = 2048,
		.incrementalHeapCount = 64,
		.stackCount = 384,
		.initialKeyCount = 256,
		.nameModulo = 127,
		.symbolModulo = 127,
		.parserBufferSize = 32768,
		.parserTableModulo = 1993,
	};
	while (fgets(line, sizeof(line), file)) {
		appLine++;
		line[strcspn(line, "\n")] = 0;
		if (line[0])
			readLine(app, line);
	}
	fclose(file);
	if (!app->main || !appModule(app, app->main))
		fail("main is not a module of the app", app->main ? app->main : "none given");
}
