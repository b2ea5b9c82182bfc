/*
	How natives are found by name. The builder generates simNatives for an app's C; the runtime has a table of its own
	for the modules it provides. A destructor, void f(void*), is cast. Both end with a NULL name.
*/

#ifndef SIM_NATIVE_TABLE_H
#define SIM_NATIVE_TABLE_H

#ifndef __XS__
	#include "xsmc.h"
#endif

typedef struct {
	const char* name;
	xsCallback callback;
} SimNative;

extern const SimNative simNatives[];
extern const SimNative simBuiltinNatives[];
extern const char* const simDeviceNames[];
extern const char* const simBuiltinNames[];

#endif
