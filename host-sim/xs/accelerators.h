/*
	The accelerators of the simulated chip: how often each was used and for how many bytes, and which call is to fail or
	be late. host-sim/chip counts the calls of PSA Crypto here; reports and the module "simulator" read the table.
*/

#ifndef SIM_ACCELERATORS_H
#define SIM_ACCELERATORS_H

#include <stddef.h>

typedef struct {
	char name[40];
	double calls;
	double bytes;
	double failed;
	int faultAfter; /* the call that something happens to, counted from the next; 0: none */
	int fault;      /* what it returns then: a PSA status; 0: it works, but late */
	int delay;      /* milliseconds that it is late */
} Accelerator;

/* Adds it to the table where it is new; NULL if the table is full. */
Accelerator* acceleratorNamed(const char* name);
/* NULL after the last. */
Accelerator* acceleratorAt(int index);
/* Counts a call. 0, or the PSA status that it has to fail with. */
int acceleratorServes(const char* name, size_t bytes);

/* What the chip does in hardware: bits of ChipFeature in hardware/chip.ts. */
int simChipFeatures(void);
void chipFeaturesSet(int features);

#endif
