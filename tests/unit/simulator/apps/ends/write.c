/* A native that does not ask whether a buffer may be written to. Bound in main.ts. */

#include "xsmc.h"
#include "xsHost.h"

void test_writeAnyway(xsMachine* the)
{
	void* data;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(0), &data, &size);
	*(volatile uint8_t*)data = 9;
}
