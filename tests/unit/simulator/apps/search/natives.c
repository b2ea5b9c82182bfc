/* Native memory that is freed with bytes in it, for main.ts to find them. */

#include "xsmc.h"
#include "xsHost.h"

void test_leaveInFreed(xsMachine* the)
{
	void* bytes;
	xsUnsignedValue length;
	xsmcGetBufferReadable(xsArg(0), &bytes, &length);
	void* block = c_malloc(length);
	if (!block)
		xsUnknownError("no memory");
	c_memcpy(block, bytes, length);
	/* the compiler knows what free does with bytes that nobody reads */
	__asm__ volatile("" : : "r"(block) : "memory");
	c_free(block);
}
