/*
	--trace FILE: what happened on each TCP connection, a line of JSON for each event, with what the meter and memory
	say at that moment. It is read by ../trace, which makes a capture, a list of messages or a picture of it. Bytes are
	in hexadecimal.
*/

#include "sim.h"

/* Bytes by which the sum of memory differs from the last event that told of it before there is another. */
enum { kMemoryStep = 256 };

static FILE* traceFile;
static double tracedBytes;

static FILE* traceOpen(void)
{
	if (traceFile || !sim.options.trace)
		return traceFile;
	traceFile = fopen(sim.options.trace, "w");
	if (!traceFile) {
		fprintf(stderr, "sim: --trace: %s can't be written: %s\n", sim.options.trace, strerror(errno));
		sim.options.trace = NULL;
	}
	return traceFile;
}

int traceConnection(void)
{
	static int last;
	return ++last;
}

static void writeString(FILE* file, const char* name, const char* text)
{
	fprintf(file, ",\"%s\":\"", name);
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == '"' || *text == '\\')
			fprintf(file, "\\u%04x", (unsigned char)*text);
		else
			fputc(*text, file);
	}
	fputc('"', file);
}

static void begin(FILE* file, int connection, const char* event)
{
	MemoryUse use = {0};
	if (sim.the)
		memoryUse(sim.the, &use);
	tracedBytes = use.chunks + use.slots * use.slotSize + sim.native.current;
	fprintf(file,
		"{\"time\":%.6f,\"meter\":%.0f,\"connection\":%d,\"chunks\":%.0f,\"slots\":%.0f,\"native\":%.0f,\"event\":\"%"
		"s\"",
		monotonicSeconds() - sim.startTime, sim.the ? meterTotal(sim.the) : 0, connection, use.chunks,
		use.slots * use.slotSize, sim.native.current, event);
}

void traceEvent(int connection, const char* event, const void* data, size_t count)
{
	FILE* file = traceOpen();
	if (!file)
		return;
	begin(file, connection, event);
	if (count) {
		fputs(",\"bytes\":\"", file);
		for (size_t i = 0; i < count; i++)
			fprintf(file, "%02x", ((const uint8_t*)data)[i]);
		fputc('"', file);
	}
	fputs("}\n", file);
}

void traceOpening(int connection, const char* address, const char* port)
{
	FILE* file = traceOpen();
	if (!file)
		return;
	begin(file, connection, "open");
	writeString(file, "address", address);
	writeString(file, "port", port);
	fputs("}\n", file);
}

void traceMark(const char* name)
{
	FILE* file = traceOpen();
	if (!file)
		return;
	begin(file, 0, "mark");
	writeString(file, "name", name);
	fputs("}\n", file);
}

/* Called at each allocation: tells of memory where it has changed by much. The app's machine must be running. */
void traceMemory(double bytes)
{
	if (traceFile && fabs(bytes - tracedBytes) >= kMemoryStep)
		traceEvent(0, "memory", NULL, 0);
}

void traceEnd(void)
{
	if (traceFile)
		outputClose(traceFile, sim.options.trace);
	traceFile = NULL;
}
