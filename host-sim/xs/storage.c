/* Paths in the folder of --files. */

#include "storage.h"

#include <sys/stat.h>

bool storageAppend(char path[kPathBytes], const char* name)
{
	size_t length = strlen(path), more = strlen(name);
	if (length + 1 + more >= kPathBytes)
		return false;
	path[length] = '/';
	memcpy(path + length + 1, name, more + 1);
	return true;
}

void storageFolder(xsMachine* the, const char* part, char path[kPathBytes])
{
	const char* folder = sim.options.files;
	if (!folder)
		xsUnknownError("the simulator has no folder to keep things in: give --files FOLDER");
	bool fits = strlen(folder) < kPathBytes;
	if (fits)
		strcpy(path, folder);
	if (!fits || !storageAppend(path, part))
		xsUnknownError("the path of --files is too long");
	if (mkdir(path, 0777) && errno != EEXIST)
		xsUnknownError("--files: %s: %s", path, strerror(errno));
}

bool storageArgument(xsMachine* the, int index, char* text, size_t size)
{
	const char* string = argumentString(the, index);
	size_t length = strlen(string);
	if (length >= size)
		return false;
	memcpy(text, string, length + 1);
	return true;
}
