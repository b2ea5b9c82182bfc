/*
	The stream of bytes under a TCP object (tcp.c): a socket of the host (transport.c), or the firmware's serial line
	(../firmware/link.c).
*/

#ifndef SIM_TRANSPORT_H
#define SIM_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In place of a count of bytes: nothing just now; nothing any more. */
enum { kTransportLater = -1, kTransportEnded = -2 };

/* Nagle's algorithm, which lets small segments wait: as the system has it, off for `nodelay: true`, or on. */
typedef enum { kNagleUsual, kNagleOff, kNagleOn } Nagle;

/* Whether a connection can be opened to it: a numeric address. The firmware's line also takes names. */
bool transportIsAddress(const char* address);
/* Starts to connect to an address and a port; what loop.c is to poll, or -1. */
int transportOpen(const char* address, const char* port, Nagle nagle);
void transportSetNagle(int file, Nagle nagle);
/* Once it can be written to, or has failed: whether it is connected. */
bool transportConnected(int file);
int transportReceive(int file, uint8_t* to, size_t room);
int transportSend(int file, const uint8_t* from, size_t count);
/* Announces the end; what comes is thrown away, for a moment, into `scratch`. */
void transportFinish(int file, uint8_t* scratch, size_t size);
void transportClose(int file);

#endif
