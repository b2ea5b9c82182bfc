/*
	What the C servers of this folder share: a socket on loopback, and the answer that each request gets.

	    server PORT [FILE [CA]]		with chain.pem and key.pem in the folder

	FILE holds an answer other than "hello", unless it is "-". CA is the root of the certificates that clients must
	have.
*/

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kAnswerMax = 1 << 20 };

static char answer[kAnswerMax] = "HTTP/1.0 200 OK\r\n\r\nhello";
static size_t answerLength;
/* NULL if clients need no certificate. */
static const char* clientCA;

static void fail(const char* what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

/* Reads the answer, if a file has it, and returns a socket that listens. */
static int start(int count, char** values)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
	if (count < 2)
		fail("server PORT [FILE [CA]]");
	answerLength = strlen(answer);
	if (count > 3)
		clientCA = values[3];
	if (count > 2 && strcmp(values[2], "-")) {
		FILE* file = fopen(values[2], "rb");
		if (!file)
			fail(values[2]);
		answerLength = fread(answer, 1, sizeof(answer), file);
		fclose(file);
	}
	signal(SIGPIPE, SIG_IGN);
	address.sin_port = htons((uint16_t)atoi(values[1]));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(listener, (struct sockaddr*)&address, sizeof(address)) || listen(listener, 8)) {
		perror("bind");
		exit(1);
	}
	return listener;
}

/* True if `request`, which has `length` bytes, is whole. */
static int isWhole(char* request, size_t length)
{
	request[length] = 0;
	return strstr(request, "\r\n\r\n") != NULL;
}
