/*
	An app as APP.txt has it, and its modules. Included by sim.h.
*/

#ifndef APP_H
#define APP_H

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
		txID namesStart, namesEnd;
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

/* script.c, modules.c */
void scriptRead(txMachine* root, Module* module);
void scriptCopyAtRunTime(const Module* module);
void modulesPrepare(txMachine* root, App* app);
void modulesImport(txMachine* the, const char* name);

/* resource_files.c */
void resourcesMap(App* app);

#endif
