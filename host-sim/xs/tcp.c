/*
	The TCP class of ECMA-419 (modules/tcp.ts); transport.h is under it. It has the buffers of lwIP on the ESP32, so that an app
	meets the same flow control: a segment window each way, filled and drained by the loop. An error or the end is reported once
	what came before it has been read.
*/

#include "sim.h"
#include "transport.h"

#include <poll.h>

/* CONFIG_LWIP_TCP_SND_BUF_DEFAULT and CONFIG_LWIP_TCP_WND_DEFAULT of the ESP-IDF. */
enum { kBufferSize = 5760 };

typedef struct TCP {
	Watch watch; /* first: the loop gives it back */
	xsMachine* the;
	xsSlot self;
	xsSlot onReadable;
	xsSlot onWritable;
	xsSlot onError;
	Lookup* lookup;
	char service[8];
	bool connected;
	bool nodelay;
	bool isNumber;
	bool ended;     /* nothing more will come */
	bool told;      /* onError was called */
	bool dead;      /* closed while the loop was calling */
	bool isClosing; /* the app closes it, not the peer */
	int calls;      /* callbacks that are running */
	int number;     /* for traces */
	size_t inCount, outCount;
	uint8_t* in; /* kBufferSize bytes each, behind */
	uint8_t* out;
	uint8_t buffers[];
} TCP;

/* Closes the transport. The object still has to be told of the end, when its data is read. */
static void end(TCP* tcp)
{
	if (!tcp->ended)
		traceEvent(tcp->number, tcp->isClosing ? "closed" : tcp->connected ? "ended" : "failed", NULL, 0);
	tcp->ended = true;
	if (tcp->watch.fd >= 0)
		transportClose(tcp->watch.fd);
	tcp->watch.fd = -1;
	tcp->watch.due = tcp->inCount == 0 && !tcp->told;
}

static void watchEvents(TCP* tcp)
{
	if (tcp->watch.fd < 0)
		return;
	tcp->watch.events = 0;
	if (!tcp->connected || tcp->outCount)
		tcp->watch.events |= POLLOUT;
	if (tcp->connected && tcp->inCount < kBufferSize)
		tcp->watch.events |= POLLIN;
}

static void release(TCP* tcp)
{
	resolverCancel(tcp->lookup);
	tcp->lookup = NULL;
	loopRemove(&tcp->watch);
	end(tcp);
	if (tcp->calls)
		tcp->dead = true;
	else
		c_free(tcp);
}

/* Only when the machine is deleted: until it is closed the object is kept. */
void simTCPDestructor(void* data)
{
	if (data)
		release(data);
}

/* True while the socket is still open afterwards. */
static bool call(TCP* tcp, xsSlot* callback, size_t count)
{
	tcp->calls++;
	xsBeginHost(tcp->the);
	{
		xsVars(3);
		xsVar(0) = *callback;
		xsVar(1) = tcp->self;
		xsVar(2) = xsInteger((xsIntegerValue)count);
		if (xsTest(xsVar(0))) {
			if (callback == &tcp->onError)
				xsCallFunction0(xsVar(0), xsVar(1));
			else
				xsCallFunction1(xsVar(0), xsVar(1), xsVar(2));
		}
	}
	xsEndHost(tcp->the);
	tcp->calls--;
	if (!tcp->dead)
		return true;
	if (!tcp->calls)
		c_free(tcp);
	return false;
}

static bool receive(TCP* tcp)
{
	int count = transportReceive(tcp->watch.fd, tcp->in + tcp->inCount, kBufferSize - tcp->inCount);
	if (count == kTransportLater)
		return true;
	if (count < 0) {
		end(tcp);
		return true;
	}
	traceEvent(tcp->number, "received", tcp->in + tcp->inCount, (size_t)count);
	tcp->inCount += (size_t)count;
	wireReceived((size_t)count);
	return call(tcp, &tcp->onReadable, tcp->inCount);
}

static void transmit(TCP* tcp)
{
	int count = transportSend(tcp->watch.fd, tcp->out, tcp->outCount);
	if (count == kTransportEnded)
		end(tcp);
	if (count < 0)
		return;
	traceEvent(tcp->number, "sent", tcp->out, (size_t)count);
	wireSent((size_t)count);
	tcp->outCount -= (size_t)count;
	memmove(tcp->out, tcp->out + count, tcp->outCount);
}

static bool connected(TCP* tcp)
{
	if (!transportConnected(tcp->watch.fd)) {
		end(tcp);
		return true;
	}
	tcp->connected = true;
	traceEvent(tcp->number, "connected", NULL, 0);
	return call(tcp, &tcp->onWritable, kBufferSize);
}

/* Called by the loop. Each callback may close the socket; then nothing of it is left. */
static void ready(Watch* watch, short events)
{
	TCP* tcp = (TCP*)watch;
	if (tcp->watch.fd >= 0 && !tcp->connected && (events & (POLLOUT | POLLERR | POLLHUP))) {
		if (!connected(tcp))
			return;
	}
	else if (tcp->watch.fd >= 0 && tcp->outCount && (events & POLLOUT)) {
		transmit(tcp);
		if (!tcp->ended && !call(tcp, &tcp->onWritable, kBufferSize - tcp->outCount))
			return;
	}
	if (tcp->watch.fd >= 0 && tcp->connected && tcp->inCount < kBufferSize && (events & (POLLIN | POLLERR | POLLHUP))) {
		if (!receive(tcp))
			return;
	}
	if (tcp->ended && !tcp->told && tcp->inCount == 0) {
		tcp->told = true;
		if (!call(tcp, &tcp->onError, 0))
			return;
	}
	watchEvents(tcp);
}

/* From the resolver, or at once for a numeric address. */
static void openSocket(void* context, const char* address)
{
	TCP* tcp = context;
	tcp->lookup = NULL;
	if (address)
		traceOpening(tcp->number, address, tcp->service);
	if (address)
		tcp->watch.fd = transportOpen(address, tcp->service, tcp->nodelay);
	if (tcp->watch.fd < 0)
		end(tcp);
	watchEvents(tcp);
}

/* "number" is true, "buffer" false. */
static bool formatArgument(xsMachine* the, xsSlot* slot)
{
	const char* format = fxToString(the, slot);
	if (!strcmp(format, "number"))
		return true;
	if (strcmp(format, "buffer"))
		xsRangeError("invalid format");
	return false;
}

/* Puts an option into xsVar(0): xsResult is what `new` gives. */
static bool has(xsMachine* the, const char* name)
{
	xsVar(0) = xsGet(xsArg(0), xsID((txString)name));
	return xsTypeOf(xsVar(0)) != xsUndefinedType;
}

/* Into a variable of its own, where the garbage collector sees it. */
static void callbackOption(xsMachine* the, const char* name, int variable)
{
	if (!has(the, name))
		return;
	if (!xsIsCallable(xsVar(0)))
		xsTypeError("%s is not a function", name);
	xsVar(variable) = xsVar(0);
}

/* Everything that may throw comes before the socket is there. */
void simTCP(xsMachine* the)
{
	enum { kReadable = 1, kWritable, kError, kVariables };
	TCP given = {.watch = {.fd = -1, .ready = ready}, .the = the};
	char address[256] = "";
	hostConstruct(the, simTCPDestructor, "TCP");
	argument(the, 0);
	xsVars(kVariables);
	if (has(the, "from"))
		xsUnknownError("\"from\" is not supported: there is no listener to take a socket from");
	if (!has(the, "port"))
		xsRangeError("port required");
	xsIntegerValue port = xsToInteger(xsVar(0));
	if (port < 1 || port > 65535)
		xsRangeError("invalid port");
	snprintf(given.service, sizeof(given.service), "%d", (int)port);
	bool isName = !has(the, "address");
	if (isName && !has(the, "host"))
		xsTypeError("address required");
	xsToStringBuffer(xsVar(0), address, sizeof(address));
	if (has(the, "nodelay"))
		given.nodelay = xsTest(xsVar(0));
	if (has(the, "format"))
		given.isNumber = formatArgument(the, &xsVar(0));
	callbackOption(the, "onReadable", kReadable);
	callbackOption(the, "onWritable", kWritable);
	callbackOption(the, "onError", kError);
	if (has(the, "target"))
		xsSet(xsThis, xsID("target"), xsVar(0));
	given.onReadable = xsVar(kReadable);
	given.onWritable = xsVar(kWritable);
	given.onError = xsVar(kError);

	TCP* tcp = nativeMemoryFails() ? NULL : c_malloc(sizeof(TCP) + 2 * kBufferSize);
	if (!tcp)
		xsUnknownError("not enough native memory for a socket");
	*tcp = given;
	tcp->number = traceConnection();
	tcp->in = tcp->buffers;
	tcp->out = tcp->buffers + kBufferSize;
	tcp->self = xsThis;
	xsSetHostData(xsThis, tcp);
	xsRemember(tcp->self);
	xsRemember(tcp->onReadable);
	xsRemember(tcp->onWritable);
	xsRemember(tcp->onError);
	loopAdd(&tcp->watch);
	if (!isName)
		openSocket(tcp, address);
	else if (!(tcp->lookup = resolverLookup(address, openSocket, tcp)))
		end(tcp);
}

static TCP* openTCP(xsMachine* the)
{
	TCP* tcp = hostDataOf(the, &xsThis, simTCPDestructor, "TCP");
	if (!tcp)
		xsUnknownError("the socket is closed");
	return tcp;
}

/* What was written still goes out, as far as the transport takes it. */
static void sayGoodbye(TCP* tcp)
{
	if (tcp->outCount)
		transmit(tcp);
	if (tcp->watch.fd >= 0)
		transportFinish(tcp->watch.fd, tcp->in, kBufferSize);
}

void simTCPClose(xsMachine* the)
{
	TCP* tcp = hostDataOf(the, &xsThis, simTCPDestructor, "TCP");
	if (!tcp)
		return;
	xsForget(tcp->onError);
	xsForget(tcp->onWritable);
	xsForget(tcp->onReadable);
	xsForget(tcp->self);
	xsSetHostData(xsThis, NULL);
	if (tcp->connected && tcp->watch.fd >= 0)
		sayGoodbye(tcp);
	tcp->isClosing = true;
	release(tcp);
}

static void take(TCP* tcp, void* to, size_t count)
{
	memcpy(to, tcp->in, count);
	tcp->inCount -= count;
	memmove(tcp->in, tcp->in + count, tcp->inCount);
	if (tcp->ended)
		end(tcp);
	watchEvents(tcp);
}

void simTCPRead(xsMachine* the)
{
	TCP* tcp = openTCP(the);
	bool given = argumentIsGiven(the, 0);
	if (!tcp->inCount)
		return;
	if (tcp->isNumber) {
		uint8_t octet;
		take(tcp, &octet, 1);
		xsResult = xsInteger(octet);
	}
	else if (given && xsTypeOf(xsArg(0)) == xsReferenceType) {
		xsUnsignedValue count;
		void* data = argumentBuffer(the, 0, true, &count);
		if (count == 0 || count > tcp->inCount)
			xsUnknownError("invalid");
		take(tcp, data, count);
		xsResult = xsInteger((xsIntegerValue)count);
	}
	else {
		xsIntegerValue count = given ? xsToInteger(xsArg(0)) : (xsIntegerValue)tcp->inCount;
		if (count <= 0 || (size_t)count > tcp->inCount)
			xsUnknownError("invalid");
		xsResult = xsArrayBuffer(NULL, count);
		take(tcp, xsToArrayBuffer(xsResult), (size_t)count);
	}
}

void simTCPWrite(xsMachine* the)
{
	TCP* tcp = openTCP(the);
	void* data;
	xsUnsignedValue count = 1;
	uint8_t octet = 0;
	if (tcp->isNumber) {
		octet = (uint8_t)argumentInteger(the, 0);
		data = &octet;
	}
	else
		data = argumentBuffer(the, 0, false, &count);
	if (!tcp->connected || tcp->ended || count > kBufferSize - tcp->outCount)
		xsUnknownError("would block");
	memcpy(tcp->out + tcp->outCount, data, count);
	tcp->outCount += count;
	watchEvents(tcp);
	xsResult = xsInteger((xsIntegerValue)(kBufferSize - tcp->outCount));
}

static bool remote(xsMachine* the, char* address, size_t addressSize, char* service, size_t serviceSize)
{
	TCP* tcp = openTCP(the);
	return tcp->connected && tcp->watch.fd >= 0
		&& transportPeer(tcp->watch.fd, address, addressSize, service, serviceSize);
}

void simTCPRemoteAddress(xsMachine* the)
{
	char address[64], service[8];
	if (remote(the, address, sizeof(address), service, sizeof(service)))
		xsResult = xsString(address);
}

void simTCPRemotePort(xsMachine* the)
{
	char address[64], service[8];
	if (remote(the, address, sizeof(address), service, sizeof(service)))
		xsResult = xsInteger(atoi(service));
}

void simTCPFormat(xsMachine* the)
{
	xsResult = xsString(openTCP(the)->isNumber ? "number" : "buffer");
}

void simTCPSetFormat(xsMachine* the)
{
	TCP* tcp = openTCP(the);
	tcp->isNumber = formatArgument(the, argument(the, 0));
}
