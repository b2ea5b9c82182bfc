/*
	Runs the library that mcconfig makes of an app for Linux (mc.so), without a window. The app starts as on a device
	(the SDK's xs/platforms/mc/xsHosts.c). The SDK's own start for Linux also makes an object for the screen, and
	collects garbage. The run ends after so many seconds, at SIGTERM, or when the engine stops; then it prints what the
	app's machine has used, as JSON. Compiled against the SDK's own headers, and linked with the library.

		loader SECONDS
*/

#include <glib-unix.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "xsAll.h"
#include "xs.h"

#include "screen.h"

extern void* xsPreparationAndCreation(txCreation** creation);

static GMainLoop* loop;
static int status;

/* The engine calls it where it stops. */
static void onAbort(txScreen* screen, int reason)
{
	(void)screen;
	status = reason ? reason : 1;
	g_main_loop_quit(loop);
}

static gboolean quit(gpointer data)
{
	(void)data;
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

static void startApp(xsMachine* machine, const txPreparation* preparation)
{
	xsBeginHost(machine);
	{
		xsVars(1);
		xsVar(0) = xsImportNow(preparation->main);
		xsVar(0) = xsGet(xsVar(0), xsID("default"));
		if (xsTest(xsVar(0)) && xsIsInstanceOf(xsVar(0), xsFunctionPrototype))
			xsCallFunction0(xsVar(0), xsGlobal);
	}
	xsEndHost(machine);
}

static void printFigures(const txMachine* the)
{
	printf("{\"status\":%d,\"slotsPeak\":%ld,\"chunksPeak\":%ld,\"collections\":%d}\n", status,
		(long)the->peakHeapCount, (long)the->peakChunksSize, (int)the->garbageCollectionCount);
}

int main(int count, char** values)
{
	if (count != 2) {
		fputs("usage: loader SECONDS\n", stderr);
		return 2;
	}
	txPreparation* preparation = xsPreparationAndCreation(NULL);
	txScreen* screen = calloc(1, sizeof(txScreen));
	screen->abort = onAbort;
	g_mutex_init(&screen->workersMutex);
	screen->mainThread = mxCurrentThread();
	loop = g_main_loop_new(NULL, FALSE);
	g_timeout_add((guint)(atof(values[1]) * 1000), quit, NULL);
	g_unix_signal_add(SIGTERM, quit, NULL);
	txMachine* the = fxPrepareMachine(NULL, preparation, "app", screen, NULL);
	if (!the)
		return 1;
	screen->machine = the;
	the->host = screen;
	startApp(the, preparation);
	if (!status)
		g_main_loop_run(loop);
	printFigures(the);
	return 0;
}
