/* The report of a run (--report FILE): JSON, written at the end, however it ends. Numbers are as scripts see them. */

#include "sim.h"
#include "accelerators.h"

static void writePool(FILE* file, const char* name, double current, double peak, double limit)
{
	fprintf(file, "\t\t\"%s\": { \"current\": %.0f, \"peak\": %.0f, \"limit\": %.0f },\n", name, current, peak, limit);
}

static void writeMemory(FILE* file, MemoryUse* use)
{
	NativeUse native = sim.native;
	marksRaisePeaks(use, &native);
	fputs("\t\"memory\": {\n", file);
	writePool(file, "chunks", use->chunks, use->chunksPeak, use->chunksLimit);
	fprintf(file, "\t\t\"slots\": { \"current\": %.0f, \"peak\": %.0f, \"limit\": %.0f, \"size\": %.0f },\n",
		use->slots, use->slotsPeak, use->slotsLimit, use->slotSize);
	writePool(file, "stack", use->stack, use->stackPeak, use->stackLimit);
	fprintf(file, "\t\t\"collections\": %.0f,\n\t\t\"keys\": %.0f,\n", use->collections, use->keys);
	fprintf(file, "\t\t\"native\": { \"current\": %.0f, \"peak\": %.0f, \"allocations\": %.0f },\n", native.current,
		native.peak, native.allocations);
	fprintf(file, "\t\t\"allocations\": { \"slots\": %.0f, \"chunks\": %.0f }\n\t},\n", use->slotAllocations,
		use->chunkAllocations);
}

static void writeFlash(FILE* file)
{
	LinkedUse use;
	linkedUse(&use);
	fprintf(file, "\t\"flash\": { \"bytecode\": %.0f, \"slots\": %.0f, \"chunks\": %.0f, \"keys\": %.0f },\n", use.code,
		use.slots, use.chunks, use.keys);
}

/*
 * Modules in the order of the app, with what each takes of flash. One that is not preloaded has all of its code there.
 */
static void writeModules(FILE* file)
{
	const char* separator = "\t\"modules\": [";
	for (const Module* module = sim.app.modules; module; module = module->next) {
		fprintf(file, "%s\n\t\t{ \"name\": ", separator);
		jsonWriteText(file, module->name);
		fprintf(file, ", \"bytecode\": %.0f, \"slots\": %.0f, \"chunks\": %.0f, \"names\": %.0f, \"tables\": %.0f }",
			module->preload ? module->linked.code : (double)module->codeSize, module->linked.slots,
			module->linked.chunks, module->linked.names, module->linked.tables);
		separator = ",";
	}
	fputs("\n\t],\n", file);
}

static void writeAccelerators(FILE* file)
{
	const Accelerator* accelerator;
	fputs("\t\"accelerators\": [", file);
	for (int i = 0; (accelerator = acceleratorAt(i)); i++) {
		fputs(i ? ",\n\t\t{ \"name\": " : "\n\t\t{ \"name\": ", file);
		jsonWriteText(file, accelerator->name);
		fprintf(file, ", \"calls\": %.0f, \"bytes\": %.0f, \"failed\": %.0f }", accelerator->calls, accelerator->bytes,
			accelerator->failed);
	}
	fputs("\n\t]\n", file);
}

void reportWrite(void)
{
	if (!sim.options.report)
		return;
	FILE* file = fopen(sim.options.report, "w");
	if (!file) {
		fprintf(stderr, "sim: %s: %s\n", sim.options.report, strerror(errno));
		return;
	}
	if (sim.the && !sim.useKnown)
		memoryUse(sim.the, &sim.use);
	fprintf(file, "{\n\t\"exitCode\": %d,\n\t\"reason\": ", sim.exitCode);
	jsonWriteText(file, sim.reason);
	fprintf(file, ",\n\t\"live\": %s,\n\t\"meter\": %.0f,\n", sim.options.live ? "true" : "false",
		sim.the ? meterTotal(sim.the) : 0);
	writeMemory(file, &sim.use);
	writeFlash(file);
	writeModules(file);
	marksWrite(file);
	writeAccelerators(file);
	fputs("}\n", file);
	outputClose(file, sim.options.report);
}
