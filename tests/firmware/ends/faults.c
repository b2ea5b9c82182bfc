/* Natives that do what none may do. Bound in main.ts. */

#include "xsmc.h"
#include "xsHost.h"

/* Does not ask whether the buffer may be written to. */
void fault_writeBuffer(xsMachine* the)
{
	void* data;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(0), &data, &size);
	*(volatile uint8_t*)data = 9;
}

void fault_writeCode(xsMachine* the)
{
	(void)the;
	*(volatile uint8_t*)(uintptr_t)fault_writeBuffer = 9;
}

void fault_write(xsMachine* the)
{
	uint32_t address = (uint32_t)xsmcToNumber(xsArg(0));
	*(volatile uint8_t*)(uintptr_t)address = 9;
}

void fault_call(xsMachine* the)
{
	static uint8_t data[4];
	(void)the;
	((void (*)(void))(uintptr_t)data)();
}

static int deepen(int depth)
{
	volatile uint8_t frame[200];
	frame[depth % 200] = (uint8_t)depth;
	return depth > 0 ? deepen(depth - 1) + frame[depth % 200] : 0;
}

void fault_deepen(xsMachine* the)
{
	xsmcSetInteger(xsResult, deepen(xsmcToInteger(xsArg(0))));
}
