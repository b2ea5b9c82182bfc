/*
	"xsHost.h" as natives for the Moddable SDK include it: c_malloc, c_free, c_memcpy and the like, modMilliseconds.
	The engine's xsPlatform.h brings all of that, with platform.h for what the simulator does its own way.
*/

#ifndef SIM_XSHOST_H
#define SIM_XSHOST_H

#include "xsPlatform.h"

#endif
