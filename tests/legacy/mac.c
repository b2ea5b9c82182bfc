/*
	Checks records of one length, right ones and wrong ones, under callgrind, which writes a profile of each check.
	mac.test.ts compares how many instructions they took. Usage: mac HASH LENGTH FIRST STEP, with HASH 1, 256 or 384;
	paddings go from FIRST to 255 by STEP.
*/

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "mac.h"

enum { kLengthMax = 4096 };

typedef enum { kRight, kWrongMAC, kWrongPadding, kTooLong, kCases } Case;

static const char* const gNames[kCases] = {"right", "wrong MAC", "wrong padding", "padding too long"};

static uint8_t gKey[kMACMax];

static void fail(const char* what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

/* The MAC by PSA, which checks the check. */
static void sign(psa_algorithm_t hash, const uint8_t* header, const uint8_t* text, size_t length, uint8_t* mac)
{
	static uint8_t content[kMACHeader + kLengthMax];
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t key;
	size_t written;
	memcpy(content, header, kMACHeader);
	content[kMACHeader - 2] = length >> 8;
	content[kMACHeader - 1] = length;
	memcpy(content + kMACHeader, text, length);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
	psa_set_key_algorithm(&attributes, PSA_ALG_HMAC(hash));
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
	if (psa_import_key(&attributes, gKey, PSA_HASH_LENGTH(hash), &key)
		|| psa_mac_compute(key, PSA_ALG_HMAC(hash), content, kMACHeader + length, mac, PSA_HASH_LENGTH(hash), &written))
		fail("no MAC");
	psa_destroy_key(key);
}

/* A record with that padding, and what is wrong with it; false where it has no room for that. */
static int make(psa_algorithm_t hash, uint8_t* bytes, size_t length, size_t padding, Case kind, const uint8_t* header)
{
	size_t macLength = PSA_HASH_LENGTH(hash);
	int fits = macLength + padding + 1 <= length;
	if ((kind == kTooLong) == fits || (kind == kWrongPadding && padding == 0))
		return 0;
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(i * 7);
	if (fits) {
		size_t text = length - macLength - padding - 1;
		memset(bytes + length - padding - 1, (int)padding, padding + 1);
		sign(hash, header, bytes, text, bytes + text);
		if (kind == kWrongMAC)
			bytes[text + padding % macLength] ^= 1;
		if (kind == kWrongPadding)
			bytes[length - 1 - (padding + 1) / 2] ^= 1;
	}
	else
		bytes[length - 1] = (uint8_t)padding;
	return 1;
}

int main(int count, char** values)
{
	static uint8_t bytes[kLengthMax];
	uint8_t header[kMACHeader] = {0, 0, 0, 0, 0, 0, 0, 1, 23, 3, 3, 0, 0};
	char name[64];
	if (count != 5 || psa_crypto_init())
		fail("mac HASH LENGTH FIRST STEP");
	psa_algorithm_t hash = atoi(values[1]) == 1 ? PSA_ALG_SHA_1
		: atoi(values[1]) == 256                ? PSA_ALG_SHA_256
												: PSA_ALG_SHA_384;
	size_t length = atoi(values[2]);
	int32_t ignored;
	/* the first call looks up functions of shared libraries */
	macCheck(hash, gKey, header, bytes, length, &ignored);
	for (size_t padding = atoi(values[3]); padding < 256; padding += atoi(values[4])) {
		for (Case kind = 0; kind < kCases; kind++) {
			int32_t text = 0;
			if (!make(hash, bytes, length, padding, kind, header))
				continue;
			CALLGRIND_ZERO_STATS;
			CALLGRIND_START_INSTRUMENTATION;
			psa_status_t status = macCheck(hash, gKey, header, bytes, length, &text);
			CALLGRIND_STOP_INSTRUMENTATION;
			snprintf(name, sizeof(name), "%s, padding %d", gNames[kind], (int)padding);
			CALLGRIND_DUMP_STATS_AT(name);
			int32_t expected = kind == kRight ? (int32_t)(length - PSA_HASH_LENGTH(hash) - padding - 1) : -1;
			if (status || text != expected)
				fail(name);
		}
	}
	return 0;
}
