/*
 * How many keys PSA Crypto holds, for the module "simulator": a key that nobody destroys is a slot less for the next.
 */

#define MBEDTLS_ALLOW_PRIVATE_ACCESS 1
#include "sim.h"

#include <psa/crypto.h>
#include <psa/crypto_extra.h>

int chipKeySlots(void)
{
	mbedtls_psa_stats_t stats = {0};
	mbedtls_psa_get_stats(&stats);
	return (int)stats.volatile_slots;
}
