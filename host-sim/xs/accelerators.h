/*
	The accelerators of the simulated chip: how often each was used and for how many bytes, and which call is to fail.
	host-sim/chip counts the calls of PSA Crypto here; reports and the module "simulator" read the table.
*/

#ifndef SIM_ACCELERATORS_H
#define SIM_ACCELERATORS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
	char name[40];
	double calls;
	double bytes;
	double failed;
	int failsAfter;		/* the call to fail, counted from the next; 0: none */
} Accelerator;

/* Adds it to the table where it is new; NULL if the table is full. */
Accelerator* acceleratorNamed(const char* name);
/* NULL after the last. */
Accelerator* acceleratorAt(int index);
/* Counts a call; false if it is one that has to fail. */
bool acceleratorServes(const char* name, size_t bytes);

#endif
