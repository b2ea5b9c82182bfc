/* The state of a TCP object, for tcp.c and tcp_open.c. */

#ifndef SIM_TCP_H
#define SIM_TCP_H

#include "sim.h"
#include "transport.h"

typedef struct TCP {
	Watch watch; /* first: the loop gives it back */
	xsMachine* the;
	xsSlot self;
	xsSlot onReadable;
	xsSlot onWritable;
	xsSlot onError;
	char address[64]; /* the peer's */
	uint16_t port;
	bool connected;
	bool isNumber;
	bool ended;     /* nothing more will come */
	bool told;      /* onError was called */
	bool moved;     /* taken over from another object: what it holds is to be reported */
	bool dead;      /* closed while the loop was calling */
	bool isClosing; /* the app closes it, not the peer */
	int calls;      /* callbacks that are running */
	int number;     /* for traces */
	size_t size;    /* of each buffer */
	size_t inCount, outCount;
	uint8_t* in; /* `size` bytes each, behind */
	uint8_t* out;
	uint8_t buffers[];
} TCP;

void tcpReady(Watch* watch, short events);
/* Closes the transport. */
void tcpEnd(TCP* tcp);
/* Says what the loop is to wait for. */
void tcpWatch(TCP* tcp);
/* Parts the object from its script, and frees it as soon as none of its callbacks runs. */
void tcpRelease(TCP* tcp);
/* "number" is true, "buffer" false; RangeError for others. */
bool tcpFormat(xsMachine* the, xsSlot* slot);

#endif
