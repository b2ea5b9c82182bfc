/*
	A model of the digital-signature peripheral, after ESP-IDF's documentation, its esp_ds.h, and the Technical
	Reference Manual. The HMAC peripheral derives an AES key from a key in eFuse. With that, this one decrypts an RSA
	key's numbers, checks them by their digest, and signs. The environment has the eFuses: SIM_EFUSE_DS_KEY3 is key
	block 3 in hexadecimal, with the purpose HMAC_DOWN_DIGITAL_SIGNATURE. Cryptography is Mbed TLS's.
*/

#include "sim.h"
#include "accelerators.h"
#include "idf/esp_ds.h"

#define SIM_CHIP 1
#include "psa_count.h"
#include <mbedtls/bignum.h>

enum {
	kNumber = ESP_DS_SIGNATURE_MAX_BIT_LEN / 8,
	kKey = 32,
	kDigest = 32,
	kIV = 16,
	kPadding = 8,
};

/* What is encrypted, little-endian. */
typedef struct {
	uint8_t y[kNumber];  /* private exponent */
	uint8_t m[kNumber];  /* modulus */
	uint8_t rb[kNumber]; /* 2 to the power of twice its bits, modulo the modulus */
	uint8_t digest[kDigest];
	uint32_t mPrime; /* -1 / modulus, modulo 2 to the power of 32 */
	uint32_t length; /* 32-bit words of the modulus, less one */
	uint8_t padding[kPadding];
} Parameters;

_Static_assert(sizeof(Parameters) == ESP_DS_C_LEN, "the parameters have no gaps");

static bool readKey(int block, uint8_t* key)
{
	char name[] = "SIM_EFUSE_DS_KEY0";
	unsigned byte;
	name[sizeof(name) - 2] += (char)block;
	const char* text = getenv(name);
	if (!text || strlen(text) != 2 * kKey)
		return false;
	for (int i = 0; i < kKey; i++) {
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		key[i] = (uint8_t)byte;
	}
	return true;
}

/* What the HMAC peripheral makes of its key for this one: the HMAC of 32 bytes of ones. */
static bool deriveKey(const uint8_t* key, uint8_t* derived)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id;
	uint8_t ones[kKey];
	size_t written;
	memset(ones, 0xff, sizeof(ones));
	psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
	psa_set_key_algorithm(&attributes, PSA_ALG_HMAC(PSA_ALG_SHA_256));
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
	if (psa_import_key(&attributes, key, kKey, &id) != PSA_SUCCESS)
		return false;
	psa_status_t status =
		psa_mac_compute(id, PSA_ALG_HMAC(PSA_ALG_SHA_256), ones, sizeof(ones), derived, kKey, &written);
	psa_destroy_key(id);
	return status == PSA_SUCCESS;
}

static bool decrypt(const uint8_t* key, const esp_ds_data_t* data, Parameters* parameters)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id;
	uint8_t whole[kIV + ESP_DS_C_LEN];
	size_t written;
	memcpy(whole, data->iv, kIV);
	memcpy(whole + kIV, data->c, ESP_DS_C_LEN);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
	psa_set_key_algorithm(&attributes, PSA_ALG_CBC_NO_PADDING);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DECRYPT);
	if (psa_import_key(&attributes, key, kKey, &id) != PSA_SUCCESS)
		return false;
	psa_status_t status = psa_cipher_decrypt(
		id, PSA_ALG_CBC_NO_PADDING, whole, sizeof(whole), (uint8_t*)parameters, sizeof(*parameters), &written);
	psa_destroy_key(id);
	return status == PSA_SUCCESS && written == sizeof(*parameters);
}

/* The digest is of the numbers, M', L and the IV. */
static bool hasDigest(const Parameters* parameters, const esp_ds_data_t* data)
{
	uint8_t content[3 * kNumber + 2 * sizeof(uint32_t) + kIV], digest[kDigest];
	size_t written;
	memcpy(content, parameters->y, 3 * kNumber);
	memcpy(content + 3 * kNumber, &parameters->mPrime, 2 * sizeof(uint32_t));
	memcpy(content + sizeof(content) - kIV, data->iv, kIV);
	return psa_hash_compute(PSA_ALG_SHA_256, content, sizeof(content), digest, sizeof(digest), &written) == PSA_SUCCESS
		&& !memcmp(digest, parameters->digest, kDigest);
}

static bool hasPadding(const Parameters* parameters)
{
	for (int i = 0; i < kPadding; i++) {
		if (parameters->padding[i] != kPadding)
			return false;
	}
	return true;
}

static int readNumber(mbedtls_mpi* number, const uint8_t* bytes, size_t length)
{
	uint8_t reversed[kNumber];
	for (size_t i = 0; i < length; i++)
		reversed[i] = bytes[length - 1 - i];
	return mbedtls_mpi_read_binary(number, reversed, length);
}

/*
 * By the peripheral's own numbers; those that do not belong to the modulus make Montgomery's multiplication go astray,
 * which is a failure here.
 */
static bool power(const Parameters* parameters, const uint8_t* message, size_t length, uint8_t* signature)
{
	mbedtls_mpi x, y, m, rb, z;
	uint8_t reversed[kNumber];
	uint32_t lowest =
		parameters->m[0] | parameters->m[1] << 8 | parameters->m[2] << 16 | (uint32_t)parameters->m[3] << 24;
	mbedtls_mpi_init(&x);
	mbedtls_mpi_init(&y);
	mbedtls_mpi_init(&m);
	mbedtls_mpi_init(&rb);
	mbedtls_mpi_init(&z);
	bool ok = lowest * parameters->mPrime == UINT32_MAX && !readNumber(&x, message, length)
		&& !readNumber(&y, parameters->y, length) && !readNumber(&m, parameters->m, length)
		&& !readNumber(&rb, parameters->rb, length) && !mbedtls_mpi_lset(&z, 1) && !mbedtls_mpi_shift_l(&z, 16 * length)
		&& !mbedtls_mpi_mod_mpi(&z, &z, &m) && !mbedtls_mpi_cmp_mpi(&z, &rb)
		&& !mbedtls_mpi_exp_mod(&z, &x, &y, &m, NULL) && !mbedtls_mpi_write_binary(&z, reversed, length);
	for (size_t i = 0; ok && i < length; i++)
		signature[i] = reversed[length - 1 - i];
	mbedtls_mpi_free(&x);
	mbedtls_mpi_free(&y);
	mbedtls_mpi_free(&m);
	mbedtls_mpi_free(&rb);
	mbedtls_mpi_free(&z);
	return ok;
}

/* How a fault that script asked for (the module "simulator") shows here. */
static esp_err_t errorOf(int fault)
{
	switch (fault) {
	case PSA_SUCCESS: return ESP_OK;
	case PSA_ERROR_INSUFFICIENT_MEMORY: return ESP_ERR_NO_MEM;
	case PSA_ERROR_HARDWARE_FAILURE: return ESP_ERR_HW_CRYPTO_DS_INVALID_KEY;
	default: return ESP_FAIL;
	}
}

static esp_err_t sign(const void* message, const esp_ds_data_t* data, const uint8_t* key, uint8_t* signature)
{
	Parameters parameters;
	uint8_t derived[kKey];
	if (!deriveKey(key, derived) || !decrypt(derived, data, &parameters))
		return ESP_ERR_HW_CRYPTO_DS_INVALID_KEY;
	if (!hasDigest(&parameters, data))
		return ESP_ERR_HW_CRYPTO_DS_INVALID_DIGEST;
	/* the peripheral goes by the length inside; what is outside only says how much is copied */
	if (parameters.length != data->rsa_length || !power(&parameters, message, 4 * (parameters.length + 1), signature))
		memset(signature, 0, 4 * (data->rsa_length + 1));
	return hasPadding(&parameters) ? ESP_OK : ESP_ERR_HW_CRYPTO_DS_INVALID_PADDING;
}

esp_err_t esp_ds_sign(const void* message, const esp_ds_data_t* data, hmac_key_id_t key_id, void* signature)
{
	char name[32];
	uint8_t key[kKey];
	if (!message || !data || !signature || key_id >= HMAC_KEY_MAX)
		return ESP_ERR_INVALID_ARG;
	if (data->rsa_length != ESP_DS_RSA_1024 && data->rsa_length != ESP_DS_RSA_2048
		&& data->rsa_length != ESP_DS_RSA_3072)
		return ESP_ERR_INVALID_ARG;
	snprintf(name, sizeof(name), "DS RSA %d sign", 32 * ((int)data->rsa_length + 1));
	esp_err_t error = errorOf(acceleratorServes(name, 4 * ((size_t)data->rsa_length + 1)));
	if (error != ESP_OK)
		return error;
	if (!readKey(key_id, key))
		return ESP_ERR_HW_CRYPTO_DS_HMAC_FAIL;
	nativeMemoryPause(true);
	error = sign(message, data, key, signature);
	nativeMemoryPause(false);
	return error;
}
