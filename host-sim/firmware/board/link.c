/*
	One TCP connection at a time over QEMU's serial port (a 16550). At its other end ../link.ts has the socket. Bytes go
	in frames, after a header: kind, number of the connection, length (two bytes, low first). What belongs to a
	connection that was closed is dropped.

		to the host		O host\tport	open		D bytes		C close						Q the firmware ends
		from the host	O				opened		D bytes		E over, or never opened		Q nothing follows

	Without the last, QEMU would end with bytes unread, its socket would be reset, and what was sent last, such as an
	alert, be lost.
*/

#include "sim.h"
#include "transport.h"
#include "board.h"

#include <poll.h>

#define kPort ((volatile uint8_t*)0x10000000)
enum { kData, kInterrupts, kFifo, kLine, kStatus = 5 };
enum { kReady = 1, kEmpty = 0x20 };

enum { kFile = 3, kHeaderSize = 4, kNameMax = 300, kLooks = 64 };

/*
	While a connection is there, a timer waits this much longer, in the host's time, than it asks for. So an answer that
	is on its way comes first in every run, however slow the host is. The firmware's own clock goes on by what was asked
	for.
*/
enum { kPatience = 3 };

static struct {
	enum { kClosed, kOpening, kOpen, kOver } state;
	uint8_t number;
	size_t left; /* of the data frame that is being read */
} line;

static bool hasByte(void)
{
	return kPort[kStatus] & kReady;
}

static uint8_t readByte(void)
{
	while (!hasByte())
		boardSleepUntil(INFINITY);
	return kPort[kData];
}

static void writeBytes(const void* bytes, size_t count)
{
	for (const uint8_t* byte = bytes; count; count--) {
		while (!(kPort[kStatus] & kEmpty)) { }
		kPort[kData] = *byte++;
	}
}

static void writeFrame(char kind, const void* bytes, size_t count)
{
	const uint8_t header[kHeaderSize] = {(uint8_t)kind, line.number, (uint8_t)count, (uint8_t)(count >> 8)};
	instructionsPause();
	writeBytes(header, kHeaderSize);
	writeBytes(bytes, count);
	instructionsResume();
}

static void drop(size_t count)
{
	while (count--)
		readByte();
}

/* Reads a header; returns how much follows it. */
static size_t readHeader(uint8_t* header)
{
	for (int i = 0; i < kHeaderSize; i++)
		header[i] = readByte();
	return header[2] | (size_t)header[3] << 8;
}

/* Takes the next frame's header, if one is there and the data of the last is read. */
static void takeHeader(void)
{
	uint8_t header[kHeaderSize];
	if (line.left || line.state == kOver || !hasByte())
		return;
	size_t length = readHeader(header);
	if (header[1] != line.number || line.state == kClosed) {
		drop(length);
		return;
	}
	switch (header[0]) {
	case 'O': line.state = kOpen; break;
	case 'D': line.left = length; break;
	default: line.state = kOver; break;
	}
}

static short happened(short events)
{
	short result = 0;
	takeHeader();
	if (line.state == kOver)
		return POLLHUP | (events & POLLIN);
	if (line.state == kOpen && (events & POLLOUT))
		result |= POLLOUT;
	if (line.left && (events & POLLIN))
		result |= POLLIN;
	return result;
}

static int look(struct pollfd* files, nfds_t count)
{
	int found = 0;
	for (nfds_t i = 0; i < count; i++) {
		files[i].revents = files[i].fd == kFile ? happened(files[i].events) : 0;
		found += files[i].revents != 0;
	}
	return found;
}

/* A host that is faster or slower must not change the order in which things happen. */
static bool mayLook(int timeout)
{
	static int passed;
	if (timeout == 0 && passed++ < kLooks)
		return false;
	passed = 0;
	return true;
}

int poll(struct pollfd* files, nfds_t count, int timeout)
{
	int found = 0;
	instructionsPause();
	double patience = timeout > 0 && line.state != kClosed ? kPatience : 0;
	double until = timeout < 0 ? INFINITY : boardSeconds() + timeout / 1000.0 + patience;
	for (nfds_t i = 0; i < count; i++)
		files[i].revents = 0;
	if (mayLook(timeout)) {
		while ((found = look(files, count)) == 0 && boardSeconds() < until) {
			if (!hasByte() || line.left)
				boardSleepUntil(until);
		}
	}
	if (!found && timeout > 0)
		boardSlept(timeout / 1000.0);
	instructionsResume();
	return found;
}

/* Names are looked up at the other end of the line: a name is its own address here. */
bool transportIsAddress(const char* address)
{
	return *address != 0;
}

void transportSetNagle(int file, Nagle nagle)
{
	(void)file, (void)nagle;
}

int transportOpen(const char* address, const char* port, Nagle nagle)
{
	char name[kNameMax];
	(void)nagle;
	if (line.state != kClosed)
		return -1;
	int length = snprintf(name, sizeof(name), "%s\t%s", address, port);
	if (length < 0 || length >= kNameMax)
		return -1;
	kPort[kFifo] = 7;
	kPort[kLine] = 3;
	kPort[kInterrupts] = 1;
	line.number++;
	line.left = 0;
	line.state = kOpening;
	writeFrame('O', name, (size_t)length);
	return kFile;
}

bool transportConnected(int file)
{
	(void)file;
	return line.state == kOpen;
}

int transportReceive(int file, uint8_t* to, size_t room)
{
	(void)file;
	if (!line.left)
		return line.state == kOver ? kTransportEnded : kTransportLater;
	size_t count = room < line.left ? room : line.left;
	instructionsPause();
	for (size_t i = 0; i < count; i++)
		to[i] = readByte();
	instructionsResume();
	line.left -= count;
	return (int)count;
}

int transportSend(int file, const uint8_t* from, size_t count)
{
	(void)file;
	if (line.state != kOpen)
		return kTransportEnded;
	writeFrame('D', from, count);
	return (int)count;
}

/* The host's end goes on reading, and drops what it gets. */
void transportFinish(int file, uint8_t* scratch, size_t size)
{
	(void)file, (void)scratch, (void)size;
}

/* Data of which only a part was read is dropped with the rest of its frame. */
void transportClose(int file)
{
	(void)file;
	instructionsPause();
	drop(line.left);
	line.left = 0;
	instructionsResume();
	writeFrame('C', NULL, 0);
	line.state = kClosed;
}

void linkFinish(void)
{
	uint8_t header[kHeaderSize] = {0};
	if (!line.number)
		return;
	instructionsPause();
	drop(line.left);
	writeFrame('Q', NULL, 0);
	while (header[0] != 'Q')
		drop(readHeader(header));
	instructionsResume();
}
