/*
	The connection to a debugger (--debug HOST:PORT): what the engine asks of a platform so that it can speak xsbug's
	protocol. Without the option there is no connection, and each function returns at once. Only the app's machine is
	debugged: the root machine becomes flash.
*/

#define _DEFAULT_SOURCE
#include "sim.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

static int connection = -1;

int debuggerFile(void)
{
	return connection;
}

#if mxDebug

/* kSettleMilliseconds: how long the app waits for the debugger's first commands. */
enum { kHostMax = 256, kSampleSeconds = 1, kSettleMilliseconds = 200 };

static double sampled;

/* Splits HOST:PORT, where an IPv6 address stands in brackets. False if it has another form. */
static bool splitAddress(const char* text, char* host, const char** port)
{
	const char* colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;
	if (length == 0 || length >= kHostMax || !colon[1])
		return false;
	if (text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	memcpy(host, text, length);
	host[length] = 0;
	*port = colon + 1;
	return true;
}

static int openConnection(const char* host, const char* port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	int file = -1;
	if (getaddrinfo(host, port, &hints, &found))
		return -1;
	for (const struct addrinfo* one = found; one && file < 0; one = one->ai_next) {
		file = socket(one->ai_family, SOCK_STREAM, 0);
		if (file >= 0 && connect(file, one->ai_addr, one->ai_addrlen)) {
			close(file);
			file = -1;
		}
	}
	freeaddrinfo(found);
	return file;
}

static void sendSample(txMachine* the)
{
	txInteger values[] = {(txInteger)sim.native.current};
	fxSampleInstrumentation(the, 1, values);
}

/*
	Time stands still while the debugger has stopped the app: neither its timers nor its limits run on. The instruments
	show that moment, also where the app is stopped before its first turn.
*/
static void onBreak(txMachine* the, txU1 stop)
{
	if (stop)
		sendSample(the);
	clockPause(stop);
}

void fxConnect(txMachine* the)
{
	char host[kHostMax];
	const char* port = NULL;
	if (sim.building || !sim.options.debug || connection >= 0)
		return;
	if (splitAddress(sim.options.debug, host, &port))
		connection = openConnection(host, port);
	if (connection < 0) {
		fprintf(stderr, "sim: no debugger listens at %s: start xsbug first, or give the HOST:PORT where it listens\n",
			sim.options.debug);
		exit(kExitUsage);
	}
	the->onBreak = onBreak;
}

void fxDisconnect(txMachine* the)
{
	(void)the;
	if (connection >= 0)
		close(connection);
	connection = -1;
}

txBoolean fxIsConnected(txMachine* the)
{
	(void)the;
	return !sim.building && connection >= 0;
}

txBoolean fxIsReadable(txMachine* the)
{
	if (!fxIsConnected(the))
		return 0;
	struct pollfd file = {.fd = connection, .events = POLLIN};
	return poll(&file, 1, 0) > 0;
}

void fxReceive(txMachine* the)
{
	ssize_t count;
	do
		count = recv(connection, the->debugBuffer, sizeof(the->debugBuffer) - 1, 0);
	while (count < 0 && errno == EINTR);
	if (count <= 0)
		fxDisconnect(the);
	the->debugOffset = count > 0 ? (txSize)count : 0;
	the->debugBuffer[the->debugOffset] = 0;
}

void fxSend(txMachine* the, txBoolean more)
{
	const char* bytes = the->echoBuffer;
	size_t left = (size_t)the->echoOffset;
	(void)more;
	while (left > 0 && connection >= 0) {
		ssize_t count = send(connection, bytes, left, MSG_NOSIGNAL);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			fxDisconnect(the);
		else {
			bytes += count;
			left -= (size_t)count;
		}
	}
}

void debuggerCommand(txMachine* the)
{
	fxDebugCommand(the);
}

/*
 * xsbug lets the app go first, and then sends the breakpoints: without a moment for them the app's first lines would
 * run by.
 */
void debuggerSettle(txMachine* the)
{
	struct pollfd file = {.fd = connection, .events = POLLIN};
	while (connection >= 0 && poll(&file, 1, kSettleMilliseconds) > 0)
		fxDebugCommand(the);
}

void debuggerDescribe(txMachine* the)
{
	static char* names[] = {"Native memory used"};
	static char* units[] = {" bytes"};
	if (connection >= 0)
		fxDescribeInstrumentation(the, 1, names, units);
}

void debuggerSample(txMachine* the)
{
	double now = monotonicSeconds();
	if (connection < 0 || (sampled > 0 && now - sampled < kSampleSeconds))
		return;
	sampled = now;
	sendSample(the);
}

#else

/* A bare engine has no debugger: options.c refuses --debug. */
void debuggerCommand(txMachine* the)
{
	(void)the;
}

void debuggerSettle(txMachine* the)
{
	(void)the;
}

void debuggerDescribe(txMachine* the)
{
	(void)the;
}

void debuggerSample(txMachine* the)
{
	(void)the;
}

#endif
