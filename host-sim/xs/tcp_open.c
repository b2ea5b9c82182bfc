/*
 * The TCP class's constructor: a new connection, or one taken over from another object. Errors are those of the SDK's
 * class for lwIP.
 */

#include "tcp.h"

/* CONFIG_LWIP_TCP_SND_BUF_DEFAULT and CONFIG_LWIP_TCP_WND_DEFAULT of the SDK's targets; the first ESP32's are 8,192. */
enum { kBufferBytes = 5744 };

enum { kOption, kReadable, kWritable, kError, kVariables };

extern void simTCPDestructor(void* data);

/* Puts an option into xsVar(kOption): xsResult is what `new` gives. */
static bool has(xsMachine* the, const char* name)
{
	xsVar(kOption) = xsGet(xsArg(0), xsID((txString)name));
	return xsTypeOf(xsVar(kOption)) != xsUndefinedType;
}

/* Into a variable of its own, where the garbage collector sees it. */
static void callbackOption(xsMachine* the, const char* name, int variable)
{
	if (!has(the, name) || xsTypeOf(xsVar(kOption)) == xsNullType)
		return;
	if (!xsIsCallable(xsVar(kOption)))
		xsUnknownError("%s is not a function", name);
	xsVar(variable) = xsVar(kOption);
}

/* Whatever the connection is made from. */
static void readCommon(xsMachine* the, TCP* given, Nagle* nagle)
{
	if (has(the, "format") && xsTest(xsVar(kOption)))
		given->isNumber = tcpFormat(the, &xsVar(kOption));
	callbackOption(the, "onReadable", kReadable);
	callbackOption(the, "onWritable", kWritable);
	callbackOption(the, "onError", kError);
	if (has(the, "nodelay"))
		*nagle = xsTest(xsVar(kOption)) ? kNagleOff : kNagleOn;
}

static void readPeer(xsMachine* the, TCP* given)
{
	char address[sizeof(given->address)];
	has(the, "address");
	xsToStringBuffer(xsVar(kOption), address, sizeof(address));
	if (!transportIsAddress(address))
		xsUnknownError("invalid address: a numeric \"address\" is needed, names are looked up beforehand");
	if (!has(the, "port"))
		xsUnknownError("invalid port");
	xsIntegerValue port = xsToInteger(xsVar(kOption));
	if (port < 0 || port > 65535)
		xsRangeError("invalid port");
	snprintf(given->address, sizeof(given->address), "%s", address);
	given->port = (uint16_t)port;
}

/* Everything that may throw comes before: from here on the object owns what it was given. */
static TCP* create(xsMachine* the, const TCP* given)
{
	size_t size = sim.options.tcpBuffer ? sim.options.tcpBuffer : kBufferBytes;
	TCP* tcp = nativeMemoryFails() ? NULL : c_malloc(sizeof(TCP) + 2 * size);
	if (!tcp)
		xsRangeError("not enough native memory for a socket");
	nativeMemoryCharge(kSocketBytes);
	*tcp = *given;
	tcp->size = size;
	tcp->in = tcp->buffers;
	tcp->out = tcp->buffers + size;
	tcp->self = xsThis;
	tcp->onReadable = xsVar(kReadable);
	tcp->onWritable = xsVar(kWritable);
	tcp->onError = xsVar(kError);
	xsSetHostData(xsThis, tcp);
	xsRemember(tcp->self);
	xsRemember(tcp->onReadable);
	xsRemember(tcp->onWritable);
	xsRemember(tcp->onError);
	loopAdd(&tcp->watch);
	return tcp;
}

static void connectTo(TCP* tcp, Nagle nagle)
{
	char service[8];
	snprintf(service, sizeof(service), "%d", tcp->port);
	tcp->number = traceConnection();
	traceOpening(tcp->number, tcp->address, service);
	tcp->watch.fd = transportOpen(tcp->address, service, nagle);
	if (tcp->watch.fd < 0)
		tcpEnd(tcp);
	tcpWatch(tcp);
}

/* The connection of `from`, with what it has received and not yet sent, which `from` then has no more. */
static void takeOver(TCP* tcp, TCP* from, Nagle nagle)
{
	snprintf(tcp->address, sizeof(tcp->address), "%s", from->address);
	tcp->port = from->port;
	tcp->number = from->number;
	tcp->connected = from->connected;
	tcp->ended = from->ended;
	tcp->inCount = from->inCount;
	tcp->outCount = from->outCount;
	memcpy(tcp->in, from->in, from->inCount);
	memcpy(tcp->out, from->out, from->outCount);
	tcp->watch.fd = from->watch.fd;
	from->watch.fd = -1;
	from->ended = true;
	tcpRelease(from);
	if (nagle && tcp->watch.fd >= 0)
		transportSetNagle(tcp->watch.fd, nagle);
	tcp->moved = tcp->watch.due = true;
	tcpWatch(tcp);
}

/* The socket of the option "from"; NULL where there is no such option. */
static TCP* fromOption(xsMachine* the)
{
	if (!has(the, "from"))
		return NULL;
	TCP* from = hostDataOf(the, &xsVar(kOption), simTCPDestructor, "TCP");
	if (!from)
		xsUnknownError("invalid from");
	return from;
}

void simTCP(xsMachine* the)
{
	TCP given = {.watch = {.fd = -1, .ready = tcpReady}, .the = the};
	Nagle nagle = kNagleUsual;
	hostConstruct(the, simTCPDestructor, "TCP");
	argument(the, 0);
	xsVars(kVariables);
	readCommon(the, &given, &nagle);
	if (!fromOption(the))
		readPeer(the, &given);
	if (has(the, "target"))
		xsSet(xsThis, xsID("target"), xsVar(kOption));
	/* last: what runs script above could have closed it */
	TCP* from = fromOption(the);
	TCP* tcp = create(the, &given);
	if (from)
		takeOver(tcp, from, nagle);
	else
		connectTo(tcp, nagle);
}
