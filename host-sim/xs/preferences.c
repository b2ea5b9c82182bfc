/*
	"preference": the SDK's Preference for the ESP32, whose values lie in the flash of NVS. Here each is a file,
	FOLDER/preferences/DOMAIN/KEY, that begins with its type. Limits are NVS's, in the partition of 24 KB that the SDK
	makes.
*/

#include "storage.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	/* NVS_KEY_NAME_MAX_SIZE, of domains, too */
	kNameBytes = 16,
	/* NVS: a string with its end */
	kMaxStringBytes = 4000,
	kEntryBytes = 32,
	/* five pages of six, the last being NVS's own, of 126 entries */
	kEntries = 5 * 126,
};

typedef struct Value {
	char kind; /* the first byte of the file: 'b' boolean, 'i' integer, 's' string, 'a' ArrayBuffer */
	size_t size;
	uint8_t* bytes; /* to be freed */
} Value;

/* A name as a file's: other bytes than letters, digits and - as _ and two digits. */
static void encodeName(const char* name, char file[3 * kNameBytes])
{
	char* end = file;
	for (const uint8_t* byte = (const uint8_t*)name; *byte; byte++)
		end += sprintf(end, isalnum(*byte) || *byte == '-' ? "%c" : "_%02x", *byte);
	*end = 0;
}

/* The name that a file stands for; false for a file that was not written here. */
static bool decodeName(const char* file, char name[kNameBytes])
{
	size_t length = 0;
	while (*file) {
		char byte = *file++;
		if (length == kNameBytes - 1)
			return false;
		if (byte == '_') {
			char digits[3] = {file[0], file[0] ? file[1] : 0, 0}, *end;
			byte = (char)strtoul(digits, &end, 16);
			if (end != digits + 2)
				return false;
			file += 2;
		}
		else if (!isalnum((uint8_t)byte) && byte != '-')
			return false;
		name[length++] = byte;
	}
	name[length] = 0;
	return length > 0;
}

/* The folder of a domain, argument 0; false for a name that NVS takes for none. */
static bool domainFolder(xsMachine* the, char path[kPathBytes])
{
	char name[kNameBytes], file[3 * kNameBytes];
	if (!storageArgument(the, 0, name, sizeof(name)) || !*name)
		return false;
	storageFolder(the, "preferences", path);
	encodeName(name, file);
	return storageAppend(path, file);
}

/* Appends the file of a key, argument 1. */
static bool keyFile(xsMachine* the, char path[kPathBytes])
{
	char name[kNameBytes], file[3 * kNameBytes];
	if (!storageArgument(the, 1, name, sizeof(name)) || !*name)
		return false;
	encodeName(name, file);
	return storageAppend(path, file);
}

/* Entries that a value of so many bytes takes. */
static size_t entriesOf(char kind, size_t size)
{
	size_t data = (size + kEntryBytes - 1) / kEntryBytes;
	return kind == 's' ? 1 + data : kind == 'a' ? 2 + data : 1;
}

/* Entries of all values of a domain. */
static size_t entriesInDomain(const char* folder)
{
	size_t entries = 1;
	DIR* directory = opendir(folder);
	if (!directory)
		return 0;
	for (struct dirent* entry; (entry = readdir(directory));) {
		char path[kPathBytes], name[kNameBytes];
		struct stat status;
		strcpy(path, folder);
		if (!decodeName(entry->d_name, name) || !storageAppend(path, entry->d_name) || stat(path, &status))
			continue;
		FILE* file = fopen(path, "rb");
		if (!file)
			continue;
		int kind = fgetc(file);
		fclose(file);
		if (kind != EOF)
			entries += entriesOf((char)kind, (size_t)status.st_size - 1);
	}
	closedir(directory);
	return entries;
}

/* Entries of all values of all domains. */
static size_t entriesInUse(xsMachine* the)
{
	char folder[kPathBytes];
	size_t entries = 0;
	storageFolder(the, "preferences", folder);
	DIR* directory = opendir(folder);
	if (!directory)
		return 0;
	for (struct dirent* entry; (entry = readdir(directory));) {
		char path[kPathBytes], name[kNameBytes];
		strcpy(path, folder);
		if (decodeName(entry->d_name, name) && storageAppend(path, entry->d_name))
			entries += entriesInDomain(path);
	}
	closedir(directory);
	return entries;
}

/* Reads argument 2 into a value. The caller frees its bytes. */
static Value readValue(xsMachine* the)
{
	Value value = {0};
	uint8_t small[4];
	const void* bytes = small;
	xsSlot* slot = argument(the, 2);
	switch (xsTypeOf(*slot)) {
	case xsBooleanType:
		value.kind = 'b';
		value.size = 1;
		small[0] = xsToBoolean(*slot);
		break;
	case xsIntegerType:
	case xsNumberType: {
		double number = xsToNumber(*slot);
		if (!(number >= INT32_MIN && number <= INT32_MAX) || number != (int32_t)number)
			xsUnknownError("float unsupported");
		int32_t integer = (int32_t)number;
		value.kind = 'i';
		value.size = sizeof(integer);
		memcpy(small, &integer, sizeof(integer));
		break;
	}
	case xsStringType:
	case xsStringXType:
		value.kind = 's';
		bytes = xsToString(*slot);
		value.size = strlen(bytes) + 1;
		break;
	default: {
		xsUnsignedValue count;
		if (xsTypeOf(*slot) != xsReferenceType || !xsIsInstanceOf(*slot, xsArrayBufferPrototype))
			xsUnknownError("unsupported type");
		value.kind = 'a';
		bytes = argumentBuffer(the, 2, false, &count);
		value.size = count;
	}
	}
	value.bytes = scratchAllocate(value.size + 1);
	if (!value.bytes)
		xsUnknownError("nvs set fail");
	memcpy(value.bytes, bytes, value.size);
	return value;
}

/* Writes a value's file in one step, as a device that loses power in between has the old value or the new. */
static bool writeValue(const char* path, const Value* value)
{
	char draft[kPathBytes + 8];
	snprintf(draft, sizeof(draft), "%s.draft", path);
	FILE* file = fopen(draft, "wb");
	if (!file)
		return false;
	bool done = fputc(value->kind, file) != EOF && fwrite(value->bytes, 1, value->size, file) == value->size;
	done = !fclose(file) && done && !rename(draft, path);
	if (!done)
		unlink(draft);
	return done;
}

/* set(domain, name, value) */
void simPreferenceSet(xsMachine* the)
{
	char path[kPathBytes];
	if (!domainFolder(the, path))
		xsUnknownError("nvs_open fail");
	if (mkdir(path, 0777) && errno != EEXIST)
		xsUnknownError("nvs_open fail");
	Value value = readValue(the);
	bool done = keyFile(the, path);
	if (done) {
		// as the SDK does: the old value is gone, whether the new one fits or not
		unlink(path);
		done = (value.kind != 's' || value.size <= kMaxStringBytes)
			&& entriesInUse(the) + entriesOf(value.kind, value.size) <= kEntries && writeValue(path, &value);
	}
	scratchFree(value.bytes);
	if (!done)
		xsUnknownError("nvs set fail");
}

/* Makes xsResult what a file holds; false where it is damaged. */
static bool readFile(xsMachine* the, FILE* file)
{
	uint8_t bytes[4] = {0};
	int kind = fgetc(file);
	fseek(file, 0, SEEK_END);
	long size = ftell(file) - 1;
	fseek(file, 1, SEEK_SET);
	if (size < 0 || (kind == 'b' && size != 1) || (kind == 'i' && size != 4) || (kind == 's' && size == 0))
		return false;
	void* into = bytes;
	if (kind == 's') {
		xsResult = xsStringBuffer(NULL, (xsIntegerValue)size);
		into = xsToString(xsResult);
	}
	else if (kind == 'a') {
		xsResult = xsArrayBuffer(NULL, (xsIntegerValue)size);
		into = xsToArrayBuffer(xsResult);
	}
	else if (kind != 'b' && kind != 'i')
		return false;
	if (fread(into, 1, (size_t)size, file) != (size_t)size)
		return false;
	int32_t integer;
	memcpy(&integer, bytes, sizeof(integer));
	if (kind == 'b')
		xsResult = xsBoolean(bytes[0]);
	if (kind == 'i')
		xsResult = xsInteger(integer);
	return kind != 's' || !((char*)into)[size - 1];
}

/* get(domain, name): undefined where there is no such value. */
void simPreferenceGet(xsMachine* the)
{
	char path[kPathBytes];
	if (!domainFolder(the, path) || !keyFile(the, path))
		return;
	FILE* file = fopen(path, "rb");
	if (!file)
		return;
	bool done = readFile(the, file);
	fclose(file);
	if (!done)
		xsUnknownError("nvs get fail");
}

/* delete(domain, name): nothing happens where there is no such value. */
void simPreferenceDelete(xsMachine* the)
{
	char path[kPathBytes];
	if (!domainFolder(the, path))
		return;
	if (keyFile(the, path) && unlink(path) && errno != ENOENT)
		xsUnknownError("nvs erase fail");
}

/* keys(domain): an Array of names, in no order that means anything. */
void simPreferenceKeys(xsMachine* the)
{
	char path[kPathBytes], name[kNameBytes];
	xsResult = xsNewArray(0);
	if (!domainFolder(the, path))
		return;
	struct dirent** entries;
	int count = scandir(path, &entries, NULL, alphasort), index = 0;
	for (int i = 0; i < count; i++) {
		bool isKey = decodeName(entries[i]->d_name, name);
		free(entries[i]);
		if (isKey)
			xsSetIndex(xsResult, index++, xsString(name));
	}
	if (count >= 0)
		free(entries);
}
