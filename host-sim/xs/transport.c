/* The host's sockets under tcp.c; see transport.h. */

#include "sim.h"
#include "transport.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

/* How long a closed socket waits for its peer's end. */
static const double kGoodbyeSeconds = 0.1;

static struct addrinfo* numericAddress(const char* address, const char* port)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo* info = NULL;
	return getaddrinfo(address, port, &hints, &info) ? NULL : info;
}

bool transportIsAddress(const char* address)
{
	struct addrinfo* info = numericAddress(address, "0");
	if (!info)
		return false;
	freeaddrinfo(info);
	return true;
}

void transportSetNagle(int file, Nagle nagle)
{
	int off = nagle == kNagleOff;
	setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &off, sizeof(off));
}

static void prepare(int file, Nagle nagle)
{
	fcntl(file, F_SETFL, fcntl(file, F_GETFL) | O_NONBLOCK);
	fcntl(file, F_SETFD, FD_CLOEXEC);
	if (nagle)
		transportSetNagle(file, nagle);
}

int transportOpen(const char* address, const char* port, Nagle nagle)
{
	struct addrinfo* info = numericAddress(address, port);
	if (!info)
		return -1;
	int file = socket(info->ai_family, SOCK_STREAM, 0);
	if (file >= 0)
		prepare(file, nagle);
	if (file >= 0 && connect(file, info->ai_addr, info->ai_addrlen) < 0 && errno != EINPROGRESS) {
		close(file);
		file = -1;
	}
	freeaddrinfo(info);
	return file;
}

bool transportConnected(int file)
{
	int error = 0;
	socklen_t size = sizeof(error);
	getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &size);
	return error == 0;
}

static int outcome(ssize_t count)
{
	if (count >= 0)
		return (int)count;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? kTransportLater : kTransportEnded;
}

int transportReceive(int file, uint8_t* to, size_t room)
{
	ssize_t count = recv(file, to, room, 0);
	return count == 0 ? kTransportEnded : outcome(count);
}

int transportSend(int file, const uint8_t* from, size_t count)
{
	return outcome(send(file, from, count, 0));
}

/*
	A host that closes a socket with unread data resets the connection, and the peer may lose what was sent last, such
	as an alert. So the end is announced, and what still comes for a moment is thrown away.
*/
void transportFinish(int file, uint8_t* scratch, size_t size)
{
	struct pollfd polled = {.fd = file, .events = POLLIN};
	if (shutdown(file, SHUT_WR) < 0)
		return;
	double until = monotonicSeconds() + kGoodbyeSeconds;
	for (double left; (left = until - monotonicSeconds()) > 0 && poll(&polled, 1, (int)ceil(left * 1000)) > 0;) {
		if (recv(file, scratch, size, 0) <= 0)
			return;
	}
}

void transportClose(int file)
{
	close(file);
}
