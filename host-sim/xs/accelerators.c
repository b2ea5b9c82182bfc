/* The accelerators' counters and faults; see accelerators.h. */

#include "accelerators.h"

#include <string.h>

enum { kAcceleratorsMax = 64 };

static Accelerator table[kAcceleratorsMax];
static int count;

Accelerator* acceleratorNamed(const char* name)
{
	for (int i = 0; i < count; i++) {
		if (!strcmp(table[i].name, name))
			return &table[i];
	}
	if (count == kAcceleratorsMax || strlen(name) >= sizeof(table[0].name))
		return NULL;
	strcpy(table[count].name, name);
	return &table[count++];
}

Accelerator* acceleratorAt(int index)
{
	return index < count ? &table[index] : NULL;
}

bool acceleratorServes(const char* name, size_t bytes)
{
	Accelerator* accelerator = acceleratorNamed(name);
	if (!accelerator)
		return true;
	accelerator->calls++;
	accelerator->bytes += (double)bytes;
	if (accelerator->failsAfter == 0 || --accelerator->failsAfter > 0)
		return true;
	accelerator->failed++;
	return false;
}
