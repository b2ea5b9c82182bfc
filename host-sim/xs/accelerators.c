/* The accelerators' counters and faults; see accelerators.h. */

#include "accelerators.h"

#include <string.h>
#include <unistd.h>

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

int acceleratorServes(const char* name, size_t bytes)
{
	Accelerator* accelerator = acceleratorNamed(name);
	if (!accelerator)
		return 0;
	accelerator->calls++;
	accelerator->bytes += (double)bytes;
	if (accelerator->faultAfter == 0 || --accelerator->faultAfter > 0)
		return 0;
	if (accelerator->delay > 0)
		usleep((useconds_t)accelerator->delay * 1000);
	accelerator->failed += accelerator->fault != 0;
	return accelerator->fault;
}

/* ChaCha20-Poly1305, large RSA keys and P-521, all in software: the host's own. */
static int features = 16 | 32 | 64;

int simChipFeatures(void)
{
	return features;
}

void chipFeaturesSet(int value)
{
	features = value;
}
