/*
	A server on Mbed TLS, with its defaults, and with the tickets and the session cache that it has beside them. Built
	and started by ../libraries.ts.
*/

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/ssl_ticket.h>
#include "serve.h"

static void must(int status, const char* what)
{
	char words[200];
	if (!status)
		return;
	mbedtls_strerror(status, words, sizeof(words));
	fprintf(stderr, "%s: ", what);
	fail(words);
}

static void serve(mbedtls_ssl_context* ssl)
{
	char request[4096];
	size_t length = 0;
	do {
		int count = mbedtls_ssl_read(ssl, (unsigned char*)request + length, sizeof(request) - 1 - length);
		if (count <= 0) {
			fprintf(stderr, "Mbed TLS: error -0x%x\n", (unsigned)-count);
			return;
		}
		length += (size_t)count;
	} while (!isWhole(request, length));
	for (size_t at = 0; at < answerLength;) {
		int count = mbedtls_ssl_write(ssl, (unsigned char*)answer + at, answerLength - at);
		if (count <= 0)
			return;
		at += (size_t)count;
	}
	mbedtls_ssl_close_notify(ssl);
}

int main(int count, char** values)
{
	int listener = start(count, values);
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_x509_crt chain, clientRoot;
	mbedtls_pk_context key;
	mbedtls_ssl_config config;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_cache_context cache;
	mbedtls_ssl_ticket_context tickets;

	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&random);
	mbedtls_x509_crt_init(&chain);
	mbedtls_x509_crt_init(&clientRoot);
	mbedtls_pk_init(&key);
	mbedtls_ssl_config_init(&config);
	mbedtls_ssl_init(&ssl);
	mbedtls_ssl_cache_init(&cache);
	mbedtls_ssl_ticket_init(&tickets);
	must(mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, NULL, 0), "random");
	must(mbedtls_x509_crt_parse_file(&chain, "chain.pem"), "chain.pem");
	must(mbedtls_pk_parse_keyfile(&key, "key.pem", NULL), "key.pem");
	must(mbedtls_ssl_config_defaults(
			 &config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
		"defaults");
	mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
	must(mbedtls_ssl_conf_own_cert(&config, &chain, &key), "the certificate and its key");
	mbedtls_ssl_conf_session_cache(&config, &cache, mbedtls_ssl_cache_get, mbedtls_ssl_cache_set);
	must(mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, &random, MBEDTLS_CIPHER_AES_256_GCM, 86400),
		"tickets");
	mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &tickets);
	if (clientCA) {
		must(mbedtls_x509_crt_parse_file(&clientRoot, clientCA), clientCA);
		mbedtls_ssl_conf_ca_chain(&config, &clientRoot, NULL);
		mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
	}
	must(mbedtls_ssl_setup(&ssl, &config), "setup");
	for (;;) {
		mbedtls_net_context connection = {accept(listener, NULL, NULL)};
		mbedtls_ssl_session_reset(&ssl);
		mbedtls_ssl_set_bio(&ssl, &connection, mbedtls_net_send, mbedtls_net_recv, NULL);
		serve(&ssl);
		mbedtls_net_free(&connection);
	}
}
