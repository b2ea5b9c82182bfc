/* poll() over the firmware's serial line, for xs/loop.c; see ../link.c. */

#ifndef FW_POLL_H
#define FW_POLL_H

enum { POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16 };

typedef unsigned long nfds_t;
struct pollfd {
	int fd;
	short events, revents;
};

/*
 * As POSIX has it, with one rule more: what is due at once goes first. So with a timeout of 0 the line is looked at
 * only now and then.
 */
int poll(struct pollfd* files, nfds_t count, int timeout);

#endif
