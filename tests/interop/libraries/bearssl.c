/*
	A server on BearSSL with its full profile, and the session cache that its manual advises. It has no extended master
	secret and no tickets. Built and started by ../libraries.ts.
*/

#include <bearssl.h>
#include <errno.h>
#include "serve.h"

enum { kCertificatesMax = 8, kFileMax = 1 << 16, kCacheBytes = 8192 };

static unsigned char stored[kFileMax];
static size_t storedLength;

static void store(void* context, const void* bytes, size_t length)
{
	(void)context;
	if (storedLength + length > sizeof(stored))
		fail("a file is too long");
	memcpy(stored + storedLength, bytes, length);
	storedLength += length;
}

static size_t readFile(const char* name, char* bytes)
{
	FILE* file = fopen(name, "rb");
	size_t length;
	if (!file)
		fail(name);
	length = fread(bytes, 1, kFileMax, file);
	fclose(file);
	return length;
}

/*
 * Decodes the PEM objects of a file, one after the other in `stored`. Returns their number; starts[i] is where the
 * next one begins.
 */
static size_t decode(const char* name, size_t* starts)
{
	static char text[kFileMax];
	size_t length = readFile(name, text), count = 0, at = 0;
	br_pem_decoder_context pem;
	br_pem_decoder_init(&pem);
	starts[0] = storedLength;
	while (at < length) {
		at += br_pem_decoder_push(&pem, text + at, length - at);
		switch (br_pem_decoder_event(&pem)) {
		case BR_PEM_BEGIN_OBJ: br_pem_decoder_setdest(&pem, store, NULL); break;
		case BR_PEM_END_OBJ:
			if (++count > kCertificatesMax)
				fail("too many certificates");
			starts[count] = storedLength;
			break;
		case BR_PEM_ERROR: fail(name);
		default: break;
		}
	}
	return count;
}

static int receive(void* context, unsigned char* bytes, size_t length)
{
	ssize_t count;
	do
		count = read(*(int*)context, bytes, length);
	while (count < 0 && errno == EINTR);
	return count > 0 ? (int)count : -1;
}

static int transmit(void* context, const unsigned char* bytes, size_t length)
{
	ssize_t count;
	do
		count = write(*(int*)context, bytes, length);
	while (count < 0 && errno == EINTR);
	return count > 0 ? (int)count : -1;
}

static void serve(br_ssl_server_context* server, int connection)
{
	char request[4096];
	size_t length = 0;
	br_sslio_context io;
	br_sslio_init(&io, &server->eng, receive, &connection, transmit, &connection);
	do {
		int count = br_sslio_read(&io, request + length, sizeof(request) - 1 - length);
		if (count <= 0) {
			fprintf(stderr, "BearSSL: error %d\n", br_ssl_engine_last_error(&server->eng));
			return;
		}
		length += (size_t)count;
	} while (!isWhole(request, length));
	if (br_sslio_write_all(&io, answer, answerLength) == 0)
		br_sslio_flush(&io);
	br_sslio_close(&io);
}

int main(int count, char** values)
{
	static unsigned char records[BR_SSL_BUFSIZE_BIDI], cached[kCacheBytes];
	size_t starts[kCertificatesMax + 1], keyStart[kCertificatesMax + 1];
	br_x509_certificate chain[kCertificatesMax];
	br_skey_decoder_context key;
	br_x509_decoder_context leaf;
	br_ssl_server_context server;
	br_ssl_session_cache_lru cache;
	int listener = start(count, values);
	size_t certificates = decode("chain.pem", starts);

	if (clientCA)
		fail("this server asks for no certificates");

	for (size_t i = 0; i < certificates; i++)
		chain[i] = (br_x509_certificate) {.data = stored + starts[i], .data_len = starts[i + 1] - starts[i]};
	if (decode("key.pem", keyStart) != 1)
		fail("key.pem");
	br_skey_decoder_init(&key);
	br_skey_decoder_push(&key, stored + keyStart[0], keyStart[1] - keyStart[0]);
	if (br_skey_decoder_last_error(&key))
		fail("key.pem is not a key");
	br_x509_decoder_init(&leaf, NULL, NULL);
	br_x509_decoder_push(&leaf, chain[0].data, chain[0].data_len);
	if (br_skey_decoder_key_type(&key) == BR_KEYTYPE_RSA)
		br_ssl_server_init_full_rsa(&server, chain, certificates, br_skey_decoder_get_rsa(&key));
	else
		br_ssl_server_init_full_ec(&server, chain, certificates, (unsigned)br_x509_decoder_get_signer_key_type(&leaf),
			br_skey_decoder_get_ec(&key));
	br_ssl_engine_set_buffer(&server.eng, records, sizeof(records), 1);
	br_ssl_session_cache_lru_init(&cache, cached, sizeof(cached));
	br_ssl_server_set_cache(&server, &cache.vtable);
	for (;;) {
		int connection = accept(listener, NULL, NULL);
		if (!br_ssl_server_reset(&server))
			fail("reset");
		serve(&server, connection);
		close(connection);
	}
}
