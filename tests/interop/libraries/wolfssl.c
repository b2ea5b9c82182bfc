/*
	A server on wolfSSL, with its defaults. Built and started by ../libraries.ts.
*/

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include "serve.h"

static void serve(WOLFSSL* ssl)
{
	char request[4096];
	size_t length = 0;
	do {
		int count = wolfSSL_read(ssl, request + length, (int)(sizeof(request) - 1 - length));
		if (count <= 0) {
			fprintf(stderr, "wolfSSL: error %d\n", wolfSSL_get_error(ssl, count));
			return;
		}
		length += (size_t)count;
	} while (!isWhole(request, length));
	if (wolfSSL_write(ssl, answer, (int)answerLength) != (int)answerLength)
		fprintf(stderr, "wolfSSL: the answer was not sent\n");
	wolfSSL_shutdown(ssl);
}

int main(int count, char** values)
{
	int listener = start(count, values);
	WOLFSSL_CTX* context;
	wolfSSL_Init();
	context = wolfSSL_CTX_new(wolfSSLv23_server_method());
	if (!context || wolfSSL_CTX_use_certificate_chain_file(context, "chain.pem") != WOLFSSL_SUCCESS
		|| wolfSSL_CTX_use_PrivateKey_file(context, "key.pem", WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS)
		fail("the certificate and its key");
	if (clientCA) {
		if (wolfSSL_CTX_load_verify_locations(context, clientCA, NULL) != WOLFSSL_SUCCESS)
			fail(clientCA);
		wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	}
	for (;;) {
		int connection = accept(listener, NULL, NULL);
		WOLFSSL* ssl = wolfSSL_new(context);
		wolfSSL_set_fd(ssl, connection);
		serve(ssl);
		wolfSSL_free(ssl);
		close(connection);
	}
}
