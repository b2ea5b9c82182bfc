/*
	BoringSSL as a TLS 1.3 server for the table (../table.ts): its own command, bssl, can't compress certificates or
	renew keys. Answers one request per connection, one connection at a time. Built and started by ../boringssl.ts.

	    server PORT [curves NAMES] [ca FILE] [compress] [update] [answer FILE]		with chain.pem and key.pem in the folder
*/

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>
#include <openssl/bytestring.h>
#include <openssl/err.h>
#include <openssl/mem.h>
#include <openssl/ssl.h>

enum { kZlib = 1, kAnswerMax = 1 << 20 };

static char answer[kAnswerMax] = "HTTP/1.0 200 OK\r\n\r\nhello";
static size_t answerLength;

static void fail(const char* what)
{
	fprintf(stderr, "%s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

/* RFC 8879: zlib's own format. */
static int compressCertificate(SSL* ssl, CBB* out, const uint8_t* in, size_t length)
{
	uLongf size = compressBound(length);
	uint8_t* room;
	(void)ssl;
	if (!CBB_reserve(out, &room, size) || compress(room, &size, in, length) != Z_OK)
		return 0;
	fprintf(stderr, "compressed %zu to %lu\n", length, (unsigned long)size);
	return CBB_did_write(out, size);
}

/* Only a client does that. */
static int decompressCertificate(SSL* ssl, CRYPTO_BUFFER** out, size_t expected, const uint8_t* in, size_t length)
{
	(void)ssl, (void)out, (void)expected, (void)in, (void)length;
	return 0;
}

static void readAnswer(const char* name)
{
	FILE* file = fopen(name, "rb");
	if (!file)
		fail(name);
	answerLength = fread(answer, 1, sizeof(answer), file);
	fclose(file);
}

/*
 * True where all lines of a request are there. Each piece of it comes after new keys of both sides, where these are
 * wanted.
 */
static int serve(SSL* ssl, int updates)
{
	char request[4096];
	size_t length = 0;
	if (SSL_accept(ssl) != 1)
		return 0;
	while (length < sizeof(request) - 1) {
		int count = SSL_read(ssl, request + length, (int)(sizeof(request) - 1 - length));
		if (count <= 0)
			return 0;
		length += (size_t)count;
		request[length] = 0;
		if (!updates && strstr(request, "\r\n\r\n"))
			break;
		if (updates && strstr(request, "third\n"))
			break;
		if (updates && (!SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED) || SSL_write(ssl, "next\n", 5) != 5))
			return 0;
	}
	for (size_t at = 0; at < answerLength;) {
		int count = SSL_write(ssl, answer + at, (int)(answerLength - at));
		if (count <= 0)
			return 0;
		at += (size_t)count;
	}
	SSL_shutdown(ssl);
	return 1;
}

int main(int count, char** values)
{
	SSL_CTX* context = SSL_CTX_new(TLS_server_method());
	int updates = 0;
	signal(SIGPIPE, SIG_IGN);
	answerLength = strlen(answer);
	if (!context || !SSL_CTX_use_certificate_chain_file(context, "chain.pem")
		|| !SSL_CTX_use_PrivateKey_file(context, "key.pem", SSL_FILETYPE_PEM)
		|| !SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION))
		fail("the certificate and its key");
	for (int i = 2; i < count; i++) {
		if (!strcmp(values[i], "compress")
			&& !SSL_CTX_add_cert_compression_alg(context, kZlib, compressCertificate, decompressCertificate))
			fail("compress");
		else if (!strcmp(values[i], "update"))
			updates = 1;
		else if (!strcmp(values[i], "curves") && !SSL_CTX_set1_curves_list(context, values[++i]))
			fail("curves");
		else if (!strcmp(values[i], "answer"))
			readAnswer(values[++i]);
		else if (!strcmp(values[i], "ca")) {
			if (!SSL_CTX_load_verify_locations(context, values[++i], NULL))
				fail("ca");
			SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		}
	}
	SSL_CTX_set_session_id_context(context, (const uint8_t*)"table", 5);

	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(values[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(listener, (struct sockaddr*)&address, sizeof(address)) || listen(listener, 8)) {
		perror("bind");
		return 1;
	}
	for (;;) {
		int connection = accept(listener, NULL, NULL);
		SSL* ssl = SSL_new(context);
		SSL_set_fd(ssl, connection);
		if (!serve(ssl, updates))
			ERR_print_errors_fp(stderr);
		SSL_free(ssl);
		close(connection);
	}
}
