/*
	"file": the SDK's File, Iterator, Directory and System for the ESP32. The device's /mod is FOLDER/files here;
	nothing else can be reached. Errors have the SDK's words. What a device keeps of C's heap for an open file is not
	counted.
*/

#include "storage.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	/* of the file system on a device, that may be open at a time */
	kMaxOpen = 5,
	/* SPIFFS_OBJ_NAME_LEN */
	kMaxPathBytes = 32,
};

static const char root[] = "/mod";

static unsigned openFiles;

/* True for a path that goes up, which no file system of a device knows. */
static bool goesUp(const char* path)
{
	for (const char* part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (!strncmp(part, "..", 2) && (!part[2] || part[2] == '/'))
			return true;
	}
	return false;
}

/* Turns a device's path into the host's; false for one outside of /mod, or too long. */
static bool hostPath(xsMachine* the, const char* text, char path[kPathBytes])
{
	size_t length = sizeof(root) - 1;
	if (strncmp(text, root, length) || (text[length] && text[length] != '/') || goesUp(text + length))
		return false;
	storageFolder(the, "files", path);
	return !text[length] || storageAppend(path, text + length + 1);
}

/* The same for an argument. */
static bool argumentPath(xsMachine* the, int index, char path[kPathBytes])
{
	char text[kPathBytes];
	return storageArgument(the, index, text, sizeof(text)) && hostPath(the, text, path);
}

void simFileDestructor(void* data)
{
	if (!data)
		return;
	fclose(data);
	openFiles--;
}

static FILE* thisFile(xsMachine* the)
{
	FILE* file = hostDataOf(the, &xsThis, simFileDestructor, "File");
	if (!file)
		xsUnknownError("closed");
	return file;
}

static long fileLength(FILE* file)
{
	struct stat status;
	return fstat(fileno(file), &status) ? 0 : (long)status.st_size;
}

/* A file, but no folder. */
static FILE* openFile(const char* path, const char* mode)
{
	struct stat status;
	if (!stat(path, &status) && !S_ISREG(status.st_mode))
		return NULL;
	return fopen(path, mode);
}

/* new File(path, write): a file to be written is made where it is not there. */
void simFile(xsMachine* the)
{
	char path[kPathBytes];
	hostConstruct(the, simFileDestructor, "File");
	bool writes = argumentIsGiven(the, 1) && xsTest(xsArg(1));
	FILE* file = NULL;
	if (argumentPath(the, 0, path) && openFiles < kMaxOpen) {
		file = openFile(path, writes ? "rb+" : "rb");
		if (!file && writes)
			file = openFile(path, "wb+");
	}
	if (!file)
		xsUnknownError("file not found");
	openFiles++;
	xsSetHostData(xsThis, file);
}

/* readable(count): how many bytes a read of so many gets. */
void simFileReadable(xsMachine* the)
{
	FILE* file = thisFile(the);
	long left = fileLength(file) - ftell(file);
	long count = argumentIntegerOr(the, 0, -1);
	if (count < 0 || count > left) {
		if (left <= 0)
			xsUnknownError("read past end of file");
		count = left;
	}
	xsResult = xsInteger((xsIntegerValue)count);
}

/* fill(buffer, count): reads into a buffer, at most what it has room for. */
void simFileFill(xsMachine* the)
{
	FILE* file = thisFile(the);
	xsUnsignedValue room;
	xsIntegerValue count = argumentInteger(the, 1);
	void* data = argumentBuffer(the, 0, true, &room);
	size_t size = count < 0 ? 0 : (size_t)count;
	if (size > room)
		size = room;
	if (fread(data, 1, size, file) != size)
		xsUnknownError("file read failed");
}

/* write(...items): strings, buffers, and numbers as bytes. */
void simFileWrite(xsMachine* the)
{
	FILE* file = thisFile(the);
	for (int i = 0, count = xsToInteger(xsArgc); i < count; i++) {
		xsUnsignedValue size = 1;
		uint8_t byte;
		const void* data = &byte;
		switch (xsTypeOf(xsArg(i))) {
		case xsStringType:
		case xsStringXType:
			data = xsToString(xsArg(i));
			size = (xsUnsignedValue)strlen(data);
			break;
		case xsIntegerType:
		case xsNumberType: byte = (uint8_t)xsToInteger(xsArg(i)); break;
		default: data = argumentBuffer(the, i, false, &size);
		}
		fseek(file, 0, SEEK_CUR); // C wants a seek between reading and writing
		if (fwrite(data, 1, size, file) != size)
			xsUnknownError("file write failed");
	}
	if (fflush(file))
		xsUnknownError("file flush failed");
}

void simFileClose(xsMachine* the)
{
	simFileDestructor(thisFile(the));
	xsSetHostData(xsThis, NULL);
}

void simFileLength(xsMachine* the)
{
	xsResult = xsInteger((xsIntegerValue)fileLength(thisFile(the)));
}

void simFilePosition(xsMachine* the)
{
	xsResult = xsInteger((xsIntegerValue)ftell(thisFile(the)));
}

void simFileSetPosition(xsMachine* the)
{
	FILE* file = thisFile(the);
	fseek(file, argumentInteger(the, 0), SEEK_SET);
}

/* File.delete(path): whether a file was deleted. */
void simFileDelete(xsMachine* the)
{
	char path[kPathBytes];
	xsResult = xsBoolean(argumentPath(the, 0, path) && !unlink(path));
}

/* File.exists(path): a file or a folder. */
void simFileExists(xsMachine* the)
{
	char path[kPathBytes];
	struct stat status;
	xsResult = xsBoolean(argumentPath(the, 0, path) && !stat(path, &status));
}

/* File.rename(path, to): `to` is a path, or a name in the same folder. */
void simFileRename(xsMachine* the)
{
	char text[kPathBytes], to[kMaxPathBytes + 1], path[kPathBytes], target[kPathBytes];
	if (!storageArgument(the, 1, to, sizeof(to)))
		xsUnknownError("path too long");
	bool fits = storageArgument(the, 0, text, sizeof(text)) && hostPath(the, text, path);
	if (*to != '/') {
		char* slash = strrchr(text, '/');
		if (strchr(to, '/'))
			xsUnknownError("invalid to");
		if (!slash)
			xsUnknownError("invalid from");
		*slash = 0;
		fits = fits && storageAppend(text, to);
	}
	else
		strcpy(text, to);
	xsResult = xsBoolean(fits && hostPath(the, text, target) && !rename(path, target));
}

/* Directory.create(path): nothing happens where it is there. */
void simDirectoryCreate(xsMachine* the)
{
	char path[kPathBytes];
	if (!argumentPath(the, 0, path) || (mkdir(path, 0775) && errno != EEXIST))
		xsUnknownError("failed");
}

/* Directory.delete(path): nothing happens where it is not there. */
void simDirectoryDelete(xsMachine* the)
{
	char path[kPathBytes];
	if (!argumentPath(the, 0, path) || (rmdir(path) && errno != ENOENT))
		xsUnknownError("failed");
}

/* Bytes of all files in a folder and below. */
static double folderBytes(const char* folder)
{
	double bytes = 0;
	DIR* directory = opendir(folder);
	if (!directory)
		return 0;
	for (struct dirent* entry; (entry = readdir(directory));) {
		char path[kPathBytes];
		struct stat status;
		strcpy(path, folder);
		if (*entry->d_name == '.' || !storageAppend(path, entry->d_name) || lstat(path, &status))
			continue;
		if (S_ISREG(status.st_mode))
			bytes += (double)status.st_size;
		else if (S_ISDIR(status.st_mode))
			bytes += folderBytes(path);
	}
	closedir(directory);
	return bytes;
}

/* Bytes of all files: `used` of System.info. */
void simFilesUsed(xsMachine* the)
{
	char path[kPathBytes];
	storageFolder(the, "files", path);
	xsResult = xsNumber(folderBytes(path));
}

typedef struct Listing {
	DIR* directory;
	char path[kPathBytes];
} Listing;

void simFileIteratorDestructor(void* data)
{
	Listing* listing = data;
	if (!listing)
		return;
	closedir(listing->directory);
	scratchFree(listing);
}

/* new Iterator(path) */
void simFileIterator(xsMachine* the)
{
	char path[kPathBytes];
	hostConstruct(the, simFileIteratorDestructor, "Iterator");
	if (!*argumentString(the, 0))
		xsUnknownError("bad path");
	DIR* directory = argumentPath(the, 0, path) ? opendir(path) : NULL;
	Listing* listing = directory ? scratchAllocate(sizeof(Listing)) : NULL;
	if (!listing) {
		if (directory)
			closedir(directory);
		xsUnknownError("failed to open directory");
	}
	listing->directory = directory;
	strcpy(listing->path, path);
	xsSetHostData(xsThis, listing);
}

/* next(): { name } of a folder, { name, length } of a file, undefined at the end. */
void simFileIteratorNext(xsMachine* the)
{
	Listing* listing = hostDataOf(the, &xsThis, simFileIteratorDestructor, "Iterator");
	if (!listing)
		return;
	for (struct dirent* entry; (entry = readdir(listing->directory));) {
		char path[kPathBytes];
		struct stat status;
		strcpy(path, listing->path);
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || !storageAppend(path, entry->d_name)
			|| stat(path, &status) || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
			continue;
		xsResult = xsNewObject();
		xsSet(xsResult, xsID("name"), xsString(entry->d_name));
		if (S_ISREG(status.st_mode))
			xsSet(xsResult, xsID("length"), xsInteger((xsIntegerValue)status.st_size));
		return;
	}
	simFileIteratorDestructor(listing);
	xsSetHostData(xsThis, NULL);
}
