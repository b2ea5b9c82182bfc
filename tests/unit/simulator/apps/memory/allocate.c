/* A native that holds memory, as bindings do, for main.ts to see it counted. */

#include "xsmc.h"
#include "xsHost.h"

void test_block_destructor(void* data)
{
	c_free(data);
}

void test_block(xsMachine* the)
{
	xsIntegerValue size = xsmcToInteger(xsArg(0));
	void* block = c_malloc((size_t)size / 2);
	if (block)
		block = c_realloc(block, (size_t)size);
	if (!block)
		xsUnknownError("no memory");
	xsmcSetHostData(xsThis, block);
}
