/* Files that a run writes. If one can't be written to its end, that is reported, and the run fails. */

#include "sim.h"

void outputClose(FILE* file, const char* path)
{
	bool isBad = ferror(file) != 0;
	if (fclose(file) != 0)
		isBad = true;
	if (!isBad)
		return;
	fprintf(stderr, "sim: %s can't be written: is the disk full?\n", path);
	if (sim.exitCode == kExitNormal)
		sim.exitCode = kExitOutput;
}
