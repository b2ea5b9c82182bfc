/*
	Runs the library that mcconfig makes of an app for Linux (mc.so), without a window: the SDK's screen calls end here. After the seconds that are asked for,
	or when the engine stops, it prints what the app's machine has used, as JSON. Compiled against the SDK's own headers.

		loader mc.so SECONDS
*/

#include <dlfcn.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xsAll.h"

#include "screen.h"

enum { kPixels = 320 * 240 };

static GMainLoop* loop;
static int status;

static void onAbort(txScreen* screen, int reason)
{
	(void)screen;
	status = reason ? reason : 1;
	g_main_loop_quit(loop);
}

static void ignore(txScreen* screen)
{
	(void)screen;
}

static void ignoreMessage(txScreen* screen, char* message, int size)
{
	(void)screen, (void)message, (void)size;
}

static void ignoreStart(txScreen* screen, double interval)
{
	(void)screen, (void)interval;
}

static gboolean quit(gpointer data)
{
	(void)data;
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

static void printFigures(const txMachine* the)
{
	printf("{\"status\":%d,\"slotsPeak\":%ld,\"chunksPeak\":%ld,\"slots\":%ld,\"chunks\":%ld,\"collections\":%d}\n",
		status, (long)the->peakHeapCount, (long)the->peakChunksSize, (long)the->currentHeapCount,
		(long)the->currentChunksSize, (int)the->garbageCollectionCount);
}

int main(int count, char** values)
{
	if (count != 3) {
		fputs("usage: loader mc.so SECONDS\n", stderr);
		return 2;
	}
	void* library = dlopen(values[1], RTLD_NOW);
	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	txScreenLaunchProc launch = (txScreenLaunchProc)dlsym(library, "fxScreenLaunch");
	if (!launch) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	txScreen* screen = calloc(1, sizeof(txScreen) + kPixels * screenBytesPerPixel);
	screen->abort = onAbort;
	screen->bufferChanged = screen->formatChanged = ignore;
	screen->post = ignoreMessage;
	screen->start = ignoreStart;
	screen->stop = ignore;
	screen->width = 320;
	screen->height = 240;
	g_mutex_init(&screen->workersMutex);
	screen->mainThread = mxCurrentThread();
	loop = g_main_loop_new(NULL, FALSE);
	g_timeout_add((guint)(atof(values[2]) * 1000), quit, NULL);
	(*launch)(screen);
	if (screen->machine && !status)
		g_main_loop_run(loop);
	if (screen->machine)
		printFigures(screen->machine);
	return screen->machine ? 0 : 1;
}
