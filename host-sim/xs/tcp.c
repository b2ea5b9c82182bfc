/*
	The TCP class of ECMA-419 (modules/tcp.ts) behaves as the SDK's for lwIP on the ESP32; tcp_open.c has its
	constructor, transport.h is under it. A buffer of lwIP's size each way is filled and drained by the loop, so that
	the app meets the same flow control. An error or the end is reported once what came before it has been read.
*/

#include "tcp.h"

#include <poll.h>

/* The object still has to be told of the end, when its data is read. */
void tcpEnd(TCP* tcp)
{
	if (!tcp->ended)
		traceEvent(tcp->number, tcp->isClosing ? "closed" : tcp->connected ? "ended" : "failed", NULL, 0);
	tcp->ended = true;
	if (tcp->watch.fd >= 0)
		transportClose(tcp->watch.fd);
	tcp->watch.fd = -1;
	tcp->watch.due = tcp->inCount == 0 && !tcp->told;
}

void tcpWatch(TCP* tcp)
{
	if (tcp->watch.fd < 0)
		return;
	tcp->watch.events = 0;
	if (!tcp->connected || tcp->outCount)
		tcp->watch.events |= POLLOUT;
	if (tcp->connected && tcp->inCount < tcp->size)
		tcp->watch.events |= POLLIN;
}

static void freeSocket(TCP* tcp)
{
	nativeMemoryDischarge(kSocketBytes);
	c_free(tcp);
}

static void release(TCP* tcp)
{
	loopRemove(&tcp->watch);
	tcpEnd(tcp);
	if (tcp->calls)
		tcp->dead = true;
	else
		freeSocket(tcp);
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
		freeSocket(tcp);
	return false;
}

static bool receive(TCP* tcp)
{
	int count = transportReceive(tcp->watch.fd, tcp->in + tcp->inCount, tcp->size - tcp->inCount);
	if (count == kTransportLater)
		return true;
	if (count < 0) {
		tcpEnd(tcp);
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
		tcpEnd(tcp);
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
		tcpEnd(tcp);
		return true;
	}
	tcp->connected = true;
	traceEvent(tcp->number, "connected", NULL, 0);
	return call(tcp, &tcp->onWritable, tcp->size);
}

/* What a connection that was taken over has already, as the SDK tells it: first what can be read. */
static bool tellMoved(TCP* tcp)
{
	tcp->moved = false;
	if (tcp->inCount && !call(tcp, &tcp->onReadable, tcp->inCount))
		return false;
	size_t room = tcp->size - tcp->outCount;
	return !tcp->connected || tcp->ended || !room || call(tcp, &tcp->onWritable, room);
}

/* Called by the loop. Each callback may close the socket; then nothing of it is left. */
void tcpReady(Watch* watch, short events)
{
	TCP* tcp = (TCP*)watch;
	if (tcp->moved && !tellMoved(tcp))
		return;
	if (tcp->watch.fd >= 0 && !tcp->connected && (events & (POLLOUT | POLLERR | POLLHUP))) {
		if (!connected(tcp))
			return;
	}
	else if (tcp->watch.fd >= 0 && tcp->outCount && (events & POLLOUT)) {
		transmit(tcp);
		if (!tcp->ended && !call(tcp, &tcp->onWritable, tcp->size - tcp->outCount))
			return;
	}
	if (tcp->watch.fd >= 0 && tcp->connected && tcp->inCount < tcp->size && (events & (POLLIN | POLLERR | POLLHUP))) {
		if (!receive(tcp))
			return;
	}
	if (tcp->ended && !tcp->told && tcp->inCount == 0) {
		tcp->told = true;
		if (!call(tcp, &tcp->onError, 0))
			return;
	}
	tcpWatch(tcp);
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
		transportFinish(tcp->watch.fd, tcp->in, tcp->size);
}

void tcpRelease(TCP* tcp)
{
	xsMachine* the = tcp->the;
	xsSlot self = tcp->self;
	xsForget(tcp->onError);
	xsForget(tcp->onWritable);
	xsForget(tcp->onReadable);
	xsForget(tcp->self);
	xsSetHostData(self, NULL);
	release(tcp);
}

void simTCPClose(xsMachine* the)
{
	TCP* tcp = hostDataOf(the, &xsThis, simTCPDestructor, "TCP");
	if (!tcp)
		return;
	if (tcp->connected && tcp->watch.fd >= 0)
		sayGoodbye(tcp);
	tcp->isClosing = true;
	tcpRelease(tcp);
}

static void take(TCP* tcp, void* to, size_t count)
{
	memcpy(to, tcp->in, count);
	tcp->inCount -= count;
	memmove(tcp->in, tcp->in + count, tcp->inCount);
	if (tcp->ended)
		tcpEnd(tcp);
	tcpWatch(tcp);
}

void simTCPRead(xsMachine* the)
{
	TCP* tcp = openTCP(the);
	bool given = argumentIsGiven(the, 0);
	if (!tcp->inCount)
		return;
	if (tcp->isNumber) {
		uint8_t byte;
		take(tcp, &byte, 1);
		xsResult = xsInteger(byte);
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
	uint8_t byte = 0;
	if (tcp->isNumber) {
		byte = (uint8_t)argumentInteger(the, 0);
		data = &byte;
	}
	else
		data = argumentBuffer(the, 0, false, &count);
	if (!tcp->connected || tcp->ended)
		xsUnknownError("not ready");
	if (count > tcp->size - tcp->outCount)
		xsUnknownError("would block");
	memcpy(tcp->out + tcp->outCount, data, count);
	tcp->outCount += count;
	tcpWatch(tcp);
	xsResult = xsInteger((xsIntegerValue)(tcp->size - tcp->outCount));
}

void simTCPRemoteAddress(xsMachine* the)
{
	xsResult = xsString(openTCP(the)->address);
}

void simTCPRemotePort(xsMachine* the)
{
	xsResult = xsInteger(openTCP(the)->port);
}

bool tcpFormat(xsMachine* the, xsSlot* slot)
{
	const char* format = fxToString(the, slot);
	if (!strcmp(format, "number"))
		return true;
	if (strcmp(format, "buffer"))
		xsRangeError("unimplemented format");
	return false;
}

void simTCPFormat(xsMachine* the)
{
	xsResult = xsString(openTCP(the)->isNumber ? "number" : "buffer");
}

void simTCPSetFormat(xsMachine* the)
{
	TCP* tcp = openTCP(the);
	tcp->isNumber = tcpFormat(the, argument(the, 0));
}
