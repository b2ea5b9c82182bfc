/*
	The engine's interpreter, its xsRun.c, which is included here and not compiled alone. It notes the lines of script
	that were run. With SIM_LINES in the environment, the run writes a file named by its process into that folder: one
	"FILE:LINE" a line. Compiled with the engine's flags.
*/

#if SIM_FIRMWARE

	#include "xsRun.c"

#else

	#define fxCheckProfiler linesCheck

	#include "xsRun.c"

	#undef fxCheckProfiler

	#include "sim.h"

extern void fxCheckProfiler(txMachine* the, txSlot* frame);

enum { kFiles = 0x10000, kLineBytes = 0x10000 / 8 };

/* For each file, which the engine knows by a key, one bit a line; NULL where nothing is noted. */
static uint8_t** seenLines;

void linesStart(void)
{
	if (getenv("SIM_LINES"))
		seenLines = simCalloc(kFiles, sizeof(uint8_t*));
}

/* The engine calls it at each line, once the line is known. */
void linesCheck(txMachine* the, txSlot* frame)
{
	if (seenLines && frame) {
		const txSlot* environment = mxFrameToEnvironment(frame);
		uint16_t file = (uint16_t)environment->ID;
		uint16_t line = (uint16_t)environment->value.environment.line;
		if (!seenLines[file])
			seenLines[file] = simCalloc(kLineBytes, 1);
		seenLines[file][line >> 3] |= (uint8_t)(1 << (line & 7));
	}
	fxCheckProfiler(the, frame);
}

static void writeFile(FILE* out, txMachine* the, int file)
{
	const char* name = (txID)file == XS_NO_ID ? NULL : fxGetKeyName(the, (txID)file);
	if (!name)
		return;
	for (int line = 0; line < 0x10000; line++) {
		if (seenLines[file][line >> 3] & (1 << (line & 7)))
			fprintf(out, "%s:%d\n", name, line);
	}
}

void linesWrite(txMachine* the)
{
	char path[1024];
	if (!seenLines || !the)
		return;
	snprintf(path, sizeof(path), "%s/%d", getenv("SIM_LINES"), (int)getpid());
	FILE* out = fopen(path, "w");
	if (!out) {
		fprintf(stderr, "sim: %s: %s\n", path, strerror(errno));
		return;
	}
	for (int file = 0; file < kFiles; file++) {
		if (seenLines[file])
			writeFile(out, the, file);
	}
	fclose(out);
}

#endif
