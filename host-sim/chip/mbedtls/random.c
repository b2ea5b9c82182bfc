/* Random numbers for Mbed TLS in builds with "-device": from the host's kernel, as a chip's come from its generator. */

#include <sys/random.h>

#include <psa/crypto.h>

psa_status_t mbedtls_psa_external_get_random(
	mbedtls_psa_external_random_context_t* context, uint8_t* output, size_t size, size_t* written);

psa_status_t mbedtls_psa_external_get_random(
	mbedtls_psa_external_random_context_t* context, uint8_t* output, size_t size, size_t* written)
{
	(void)context;
	for (size_t done = 0; done < size;) {
		ssize_t count = getrandom(output + done, size - done, 0);
		if (count < 0)
			return PSA_ERROR_INSUFFICIENT_ENTROPY;
		done += (size_t)count;
	}
	*written = size;
	return PSA_SUCCESS;
}
