/*
	Names to addresses: the host's resolver, asked in a thread so that the loop goes on; IPv4 first, as lwIP does.
*/

#include "sim.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

/* Owned by the loop; the thread has a copy of the name and one end of a pipe, into which it writes its answer. */
struct Lookup {
	Watch watch; /* first: the loop gives it back */
	void (*found)(void* context, const char* address);
	void* context;
	char address[NI_MAXHOST];
};

typedef struct Question {
	int answer;
	char name[256];
} Question;

static bool ask(const char* name, int family, int flags, char* address)
{
	struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
	struct addrinfo* info = NULL;
	if (getaddrinfo(name, NULL, &hints, &info))
		return false;
	int failed = getnameinfo(info->ai_addr, info->ai_addrlen, address, NI_MAXHOST, NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(info);
	return !failed;
}

static void* work(void* data)
{
	Question* question = data;
	char address[NI_MAXHOST] = "";
	if (!ask(question->name, AF_INET, 0, address) && !ask(question->name, AF_INET6, 0, address))
		address[0] = 0;
	/* One write below PIPE_BUF is whole. It fails where the lookup was cancelled. */
	if (write(question->answer, address, sizeof(address)) < 0)
		address[0] = 0;
	close(question->answer);
	c_free(question);
	return NULL;
}

static void answered(Watch* watch, short events)
{
	Lookup* lookup = (Lookup*)watch;
	(void)events;
	if (watch->fd >= 0 && read(watch->fd, lookup->address, sizeof(lookup->address)) <= 0)
		lookup->address[0] = 0;
	lookup->address[sizeof(lookup->address) - 1] = 0;
	void (*found)(void* context, const char* address) = lookup->found;
	char address[NI_MAXHOST];
	memcpy(address, lookup->address, sizeof(address));
	void* context = lookup->context;
	resolverCancel(lookup);
	found(context, address[0] ? address : NULL);
}

static bool startThread(Lookup* lookup, const char* name)
{
	int ends[2];
	pthread_t thread;
	if (pipe(ends) < 0)
		return false;
	Question* question = c_malloc(sizeof(Question));
	if (question) {
		question->answer = ends[1];
		snprintf(question->name, sizeof(question->name), "%s", name);
	}
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	if (!question || pthread_create(&thread, NULL, work, question)) {
		c_free(question);
		close(ends[0]);
		close(ends[1]);
		return false;
	}
	pthread_detach(thread);
	lookup->watch.fd = ends[0];
	lookup->watch.events = POLLIN;
	return true;
}

Lookup* resolverLookup(const char* name, void (*found)(void* context, const char* address), void* context)
{
	Lookup* lookup = nativeMemoryFails() ? NULL : c_calloc(1, sizeof(Lookup));
	if (!lookup)
		return NULL;
	lookup->watch.fd = -1;
	lookup->watch.ready = answered;
	lookup->found = found;
	lookup->context = context;
	/* A numeric address, or no thread: the answer comes at the loop's next turn. */
	if (ask(name, AF_UNSPEC, AI_NUMERICHOST, lookup->address) || !startThread(lookup, name))
		lookup->watch.due = true;
	loopAdd(&lookup->watch);
	return lookup;
}

void resolverCancel(Lookup* lookup)
{
	if (!lookup)
		return;
	loopRemove(&lookup->watch);
	if (lookup->watch.fd >= 0)
		close(lookup->watch.fd);
	c_free(lookup);
}

/* The module "net": Net.resolve(name, callback). */

typedef struct Request {
	xsMachine* the;
	xsSlot callback;
	xsSlot name;
} Request;

static void resolved(void* context, const char* address)
{
	Request* request = context;
	xsMachine* machine = request->the;
	xsBeginHost(machine);
	{
		xsVars(3);
		xsVar(0) = request->callback;
		xsVar(1) = request->name;
		xsForget(request->callback);
		xsForget(request->name);
		c_free(request);
		if (address)
			xsVar(2) = xsString((xsStringValue)address);
		xsCallFunction2(xsVar(0), xsGlobal, xsVar(1), xsVar(2));
	}
	xsEndHost(machine);
}

void simNetResolve(xsMachine* the)
{
	char name[256];
	if (!xsIsCallable(*argument(the, 1)))
		xsTypeError("callback is not a function");
	xsToStringBuffer(xsArg(0), name, sizeof(name));
	Request* request = nativeMemoryFails() ? NULL : c_malloc(sizeof(Request));
	if (!request)
		xsUnknownError("not enough native memory for a request");
	request->the = the;
	request->name = xsArg(0);
	request->callback = xsArg(1);
	xsRemember(request->name);
	xsRemember(request->callback);
	if (!resolverLookup(name, resolved, request)) {
		xsForget(request->callback);
		xsForget(request->name);
		c_free(request);
		xsUnknownError("not enough native memory for a request");
	}
}
