/*
	trace(), which prints on standard output, and in the debugger's console where one is connected (debugger.c).
	Firmware has no debugger: what the engine asks of one is empty there.
*/

#include "sim.h"

/* Text as it is, a line at a time; the SDK's trace adds no newline either. */
static void simTrace(xsMachine* the)
{
	for (int i = 0, count = xsToInteger(xsArgc); i < count; i++) {
		fputs(xsToString(xsArg(i)), stdout);
		if (debuggerFile() >= 0)
			fxReport(the, "%s", xsToString(xsArg(i)));
	}
}

/*
 * In the place of the engine's own, whose output goes to the debugger. Called on the root machine: trace is in flash.
 */
void consoleInstall(txMachine* machine)
{
	xsBeginHost(machine);
	xsResult = xsNewHostFunction(simTrace, 1);
	xsDefine(xsGlobal, xsID("trace"), xsResult, xsDontEnum);
	xsEndHost(machine);
}

#if SIM_FIRMWARE

void fxConnect(txMachine* the)
{
	(void)the;
}

void fxDisconnect(txMachine* the)
{
	(void)the;
}

txBoolean fxIsConnected(txMachine* the)
{
	(void)the;
	return 0;
}

txBoolean fxIsReadable(txMachine* the)
{
	(void)the;
	return 0;
}

void fxReceive(txMachine* the)
{
	(void)the;
}

void fxSend(txMachine* the, txBoolean more)
{
	(void)the;
	(void)more;
}

#endif
