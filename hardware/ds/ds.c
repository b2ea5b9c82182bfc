/*
	Signing with an RSA key that only the digital-signature peripheral can read, for ds.ts. Its interface is ESP-IDF's
	esp_ds.h. PSA has a driver for it that would do the encoding, too. In ESP-IDF 6.0 it frees its memory twice if the
	key's parameters are wrong, and has one error for all failures.
*/

#ifdef ESP_PLATFORM
	#include "soc/soc_caps.h"
	#if !SOC_DIG_SIGN_SUPPORTED
		#error "this chip has no digital-signature peripheral: leave hardware/ds/manifest.json out of your manifest"
	#endif
#elif !defined(__has_include) || !__has_include("esp_ds.h")
	#error \
		"the digital-signature peripheral is in ESP32 chips and in the simulator: leave hardware/ds/manifest.json out of your manifest"
#endif

#include "emsa.h"
#include "esp_ds.h"

enum {
	kSignatureMax = ESP_DS_SIGNATURE_MAX_BIT_LEN / 8,
	kBlocks = HMAC_KEY5 + 1, /* eFuse key blocks */
};

/* Numbers of the peripheral are little-endian and aligned. */
typedef struct {
	esp_ds_data_t data;
	uint32_t message[kSignatureMax / 4];
	uint32_t signature[kSignatureMax / 4];
	uint8_t encoded[kSignatureMax];
} Work;

/* What may go wrong, in PSA's terms and in words. */
static const struct {
	esp_err_t error;
	psa_status_t status;
	const char* words;
} failures[] = {
	{ESP_ERR_NO_MEM, PSA_ERROR_INSUFFICIENT_MEMORY, "not enough native memory"},
	{ESP_ERR_INVALID_ARG, PSA_ERROR_INVALID_ARGUMENT, "this chip takes no key of that length"},
	{ESP_ERR_HW_CRYPTO_DS_HMAC_FAIL, PSA_ERROR_NOT_PERMITTED, "it holds no key for this peripheral"},
	{ESP_ERR_HW_CRYPTO_DS_INVALID_KEY, PSA_ERROR_HARDWARE_FAILURE, "the HMAC peripheral does not hand over its key"},
	{ESP_ERR_HW_CRYPTO_DS_INVALID_DIGEST, PSA_ERROR_CORRUPTION_DETECTED,
		"the parameters were changed, or encrypted for another key"},
	{ESP_ERR_HW_CRYPTO_DS_INVALID_PADDING, PSA_ERROR_INVALID_PADDING,
		"the parameters were not made as the peripheral needs them"},
};

static void throwFailure(xsMachine* the, int block, const char* words, psa_status_t status)
{
	/* modules/errors.ts knows a failure of the chip by this ending; XS cuts messages after 127 bytes */
	xsUnknownError("DS peripheral, eFuse key block %d: %s (PSA status %d)", block, (char*)words, (int)status);
}

static void throwError(xsMachine* the, int block, esp_err_t error)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (failures[i].error == error)
			throwFailure(the, block, failures[i].words, failures[i].status);
	}
	throwFailure(the, block, "the driver failed", PSA_ERROR_GENERIC_ERROR);
}

static void reverse(const uint8_t* from, size_t length, uint8_t* to)
{
	for (size_t i = 0; i < length; i++)
		to[i] = from[length - 1 - i];
}

static psa_status_t encode(bool isPSS, psa_algorithm_t hash, const uint8_t* digest, uint8_t* out, size_t length)
{
	uint8_t salt[kHashMax];
	if (!isPSS)
		return emsaPKCS1(hash, digest, out, length);
	psa_status_t status = psa_generate_random(salt, PSA_HASH_LENGTH(hash));
	return status == PSA_SUCCESS ? emsaPSS(hash, digest, salt, out, length) : status;
}

/* Bytes of what Espressif's tools write for this chip. */
void xs_ds_parametersLength(xsMachine* the)
{
	xsmcSetInteger(xsResult, sizeof(esp_ds_data_t));
}

/*
	(parameters, block, scheme, digest, out): returns the signature's bytes. RFC 8446 section 4.2.3: 0x080H is
	rsa_pss_rsae, 0x0H01 rsa_pkcs1, H the hash.
*/
void xs_ds_sign(xsMachine* the)
{
	int block = bindingInteger(the, 1), scheme = bindingInteger(the, 2);
	bool isPSS = scheme >> 8 == 8;
	psa_algorithm_t hash = bindingHashOf(the, isPSS ? scheme & 0xff : scheme >> 8);
	size_t parametersLength, room;
	if (block >= kBlocks || (!isPSS && (scheme & 0xff) != 1))
		xsRangeError("there is no eFuse key block %d, or scheme 0x%x is not of RSA", block, scheme);
	bindingStart(the);
	uint8_t* parameters = bindingBuffer(the, 0, kRead, &parametersLength);
	uint8_t* digest = bindingSpan(the, 3, 0, PSA_HASH_LENGTH(hash), kRead);
	uint8_t* out = bindingBuffer(the, 4, kWrite, &room);
	if (parametersLength != sizeof(esp_ds_data_t))
		throwFailure(the, block, "the parameters are not as long as this chip's are", PSA_ERROR_INVALID_ARGUMENT);
	Work* work = c_malloc(sizeof(Work));
	if (!work)
		throwError(the, block, ESP_ERR_NO_MEM);
	c_memcpy(&work->data, parameters, sizeof(esp_ds_data_t));
	size_t words = (size_t)work->data.rsa_length + 1, length = 4 * words;
	esp_err_t error = ESP_OK;
	psa_status_t status = PSA_SUCCESS;
	if (words == 0 || words > kSignatureMax / 4 || length > room)
		error = ESP_ERR_INVALID_ARG;
	else
		status = encode(isPSS, hash, digest, work->encoded, length);
	if (error == ESP_OK && status == PSA_SUCCESS) {
		reverse(work->encoded, length, (uint8_t*)work->message);
		error = esp_ds_sign(work->message, &work->data, (hmac_key_id_t)block, work->signature);
	}
	if (error == ESP_OK && status == PSA_SUCCESS)
		reverse((uint8_t*)work->signature, length, out);
	c_free(work);
	if (status != PSA_SUCCESS)
		bindingThrow(the, "encoding for the DS peripheral", status);
	if (error != ESP_OK)
		throwError(the, block, error);
	xsmcSetInteger(xsResult, length);
}
