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

/* Starts to connect to a numeric address and port; what loop.c is to poll, or -1. */
int transportOpen(const char* address, const char* port, bool nodelay);
/* Once it can be written to, or has failed: whether it is connected. */
bool transportConnected(int file);
int transportReceive(int file, uint8_t* to, size_t room);
int transportSend(int file, const uint8_t* from, size_t count);
/* Announces the end; what comes is thrown away, for a moment, into `scratch`. */
void transportFinish(int file, uint8_t* scratch, size_t size);
void transportClose(int file);
/* The peer's address and port as text; false where they can't be told. */
bool transportPeer(int file, char* address, size_t addressSize, char* port, size_t portSize);

#endif
