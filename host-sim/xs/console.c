/*
	trace(), and what the engine asks of a debugger. There is none: its hooks are empty, and the engine is compiled with mxDebug
	only because it keeps file names and line numbers for errors then.
*/

#include "sim.h"

/* Text as it is, a line at a time; the SDK's trace adds no newline either. */
static void simTrace(xsMachine* the)
{
	for (int i = 0, count = xsToInteger(xsArgc); i < count; i++)
		fputs(xsToString(xsArg(i)), stdout);
}

/* In the place of the engine's own, whose output goes to the debugger. Called on the root machine: trace is in flash. */
void consoleInstall(txMachine* machine)
{
	xsBeginHost(machine);
	xsResult = xsNewHostFunction(simTrace, 1);
	xsDefine(xsGlobal, xsID("trace"), xsResult, xsDontEnum);
	xsEndHost(machine);
}

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
