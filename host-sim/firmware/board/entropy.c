/*
	QEMU's firmware has no random numbers. The same bytes come at every start, so that two runs can be
	compared. This must never be part of a device's firmware; there the chip's generator has this place.
*/

#include <psa/crypto.h>

psa_status_t mbedtls_psa_external_get_random(
	mbedtls_psa_external_random_context_t* context, uint8_t* output, size_t size, size_t* written);

psa_status_t mbedtls_psa_external_get_random(
	mbedtls_psa_external_random_context_t* context, uint8_t* output, size_t size, size_t* written)
{
	static uint32_t state = 1;
	(void)context;
	for (size_t i = 0; i < size; i++) {
		state = state * 1664525u + 1013904223u;
		output[i] = (uint8_t)(state >> 24);
	}
	*written = size;
	return PSA_SUCCESS;
}
