/*
 * Calls and instructions of each C function of the app; the table is generated (../../generate.ts), around the
 * functions themselves.
 */

#ifndef FW_NATIVE_COUNTS_H
#define FW_NATIVE_COUNTS_H

#include "board.h"

/* Ends with a NULL name. */
extern NativeCount fwNativeCounts[];

#endif
