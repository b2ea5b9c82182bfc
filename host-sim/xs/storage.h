/* What an app keeps beyond a run: preferences.c and files.c, in the folder of --files. */

#ifndef SIM_STORAGE_H
#define SIM_STORAGE_H

#include "sim.h"

enum { kPathBytes = 1024 };

/*
 * Writes FOLDER/part into `path` and makes that folder. Throws where the simulator has no folder, or it can't be made.
 */
void storageFolder(xsMachine* the, const char* part, char path[kPathBytes]);
/* Appends /name to a path; false where that is too long. */
bool storageAppend(char path[kPathBytes], const char* name);
/*
 * A string of an argument, copied, as anything that allocates may move XS's own; false where it has more than size - 1
 * bytes.
 */
bool storageArgument(xsMachine* the, int index, char* text, size_t size);

#endif
