/*
	What is written down of a run: census, trace, lines, marks, the report; and the debugger. Included by sim.h.
*/

#ifndef OBSERVE_H
#define OBSERVE_H

/* marks.c: intervals of a run; traffic. */
void marksWrite(FILE* file);
void marksRaisePeaks(MemoryUse* use, NativeUse* native);
void wireSent(size_t count);
void wireReceived(size_t count);

/* census.c (--census FILE): what the heap holds, and which lines take it. */
void censusCountSlot(txMachine* the);
void censusNoteSlot(txMachine* the, const txSlot* slot);
void censusCountWork(txMachine* the, uint32_t meter);
void censusCountChunk(txMachine* the, size_t size);
void censusMark(txMachine* the, const char* name);
void censusWrite(void);

/* trace.c (--trace FILE): what happened on each connection. */
#if SIM_FIRMWARE
static inline int traceConnection(void)
{
	return 0;
}
static inline void traceEvent(int connection, const char* event, const void* data, size_t count)
{
	(void)connection;
	(void)event;
	(void)data;
	(void)count;
}
static inline void traceOpening(int connection, const char* address, const char* port)
{
	(void)connection;
	(void)address;
	(void)port;
}
#else
int traceConnection(void);
void traceEvent(int connection, const char* event, const void* data, size_t count);
void traceOpening(int connection, const char* address, const char* port);
void traceMark(const char* name);
void traceMemory(double bytes);
void traceEnd(void);
#endif

/* lines.c: which lines of script were run. */
void linesStart(void);
void linesWrite(txMachine* the);

/* debugger.c */
#if SIM_FIRMWARE
static inline int debuggerFile(void)
{
	return -1;
}
static inline void debuggerSettle(txMachine* the)
{
	(void)the;
}
static inline void debuggerDescribe(txMachine* the)
{
	(void)the;
}
static inline void debuggerSample(txMachine* the)
{
	(void)the;
}
static inline void debuggerCommand(txMachine* the)
{
	(void)the;
}
#else
/* The connection, for the loop to wait for; < 0 if there is none. */
int debuggerFile(void);
/* Takes the debugger's first commands, before the app runs. */
void debuggerSettle(txMachine* the);
/* Tells which figures samples have. */
void debuggerDescribe(txMachine* the);
/* Sends the debugger's instruments, once a second. */
void debuggerSample(txMachine* the);
/* Does what the debugger asks for while the app waits. */
void debuggerCommand(txMachine* the);
#endif

/* report.c */
void reportWrite(void);

/* output.c */
void outputClose(FILE* file, const char* path);

/* json.c: a string of JSON. */
void jsonWriteText(FILE* file, const char* text);

#endif
