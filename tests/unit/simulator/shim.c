/*
	Loaded in front of the C library (LD_PRELOAD). Writes what the simulator sets of Nagle's algorithm on standard
	error. Answers for both.example, with addresses of both kinds, and for six.example, with an IPv6 address alone.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int setsockopt(int file, int level, int name, const void* value, socklen_t size)
{
	int (*next)(int, int, int, const void*, socklen_t);
	*(void**)&next = dlsym(RTLD_NEXT, "setsockopt");
	if (level == IPPROTO_TCP && name == TCP_NODELAY)
		fprintf(stderr, "nodelay %d\n", *(const int*)value);
	return next(file, level, name, value, size);
}

int getaddrinfo(const char* name, const char* service, const struct addrinfo* hints, struct addrinfo** info)
{
	int (*next)(const char*, const char*, const struct addrinfo*, struct addrinfo**);
	*(void**)&next = dlsym(RTLD_NEXT, "getaddrinfo");
	int isBoth = !strcmp(name, "both.example");
	if ((isBoth || !strcmp(name, "six.example")) && !(hints->ai_flags & AI_NUMERICHOST)) {
		if (hints->ai_family == AF_INET && !isBoth)
			return EAI_NONAME;
		name = hints->ai_family == AF_INET ? "192.0.2.1" : "2001:db8::1";
	}
	return next(name, service, hints, info);
}
