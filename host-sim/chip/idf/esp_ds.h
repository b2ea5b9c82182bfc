/*
	ESP-IDF's interface to the digital-signature peripheral, as far as hardware/ds uses it, for the simulator. Names and
	layouts are those of ESP-IDF 6.0's esp_ds.h, esp_err.h and hal/hmac_types.h on an ESP32-C3, C6 or H2. What it does
	is in ../ds.c.
*/

#ifndef SIM_ESP_DS_H
#define SIM_ESP_DS_H

#include <stdint.h>

typedef int esp_err_t;

#define ESP_OK 0
#define ESP_FAIL -1
#define ESP_ERR_NO_MEM 0x101
#define ESP_ERR_INVALID_ARG 0x102
#define ESP_ERR_HW_CRYPTO_DS_HMAC_FAIL 0xc001
#define ESP_ERR_HW_CRYPTO_DS_INVALID_KEY 0xc002
#define ESP_ERR_HW_CRYPTO_DS_INVALID_DIGEST 0xc004
#define ESP_ERR_HW_CRYPTO_DS_INVALID_PADDING 0xc005

typedef enum { HMAC_KEY0, HMAC_KEY1, HMAC_KEY2, HMAC_KEY3, HMAC_KEY4, HMAC_KEY5, HMAC_KEY_MAX = 8 } hmac_key_id_t;

#define ESP_DS_SIGNATURE_MAX_BIT_LEN 3072
/* Y, M and Rb, the digest, M', L, and padding */
#define ESP_DS_C_LEN (3 * ESP_DS_SIGNATURE_MAX_BIT_LEN / 8 + 32 + 4 + 4 + 8)

typedef enum {
	ESP_DS_RSA_1024 = 1024 / 32 - 1,
	ESP_DS_RSA_2048 = 2048 / 32 - 1,
	ESP_DS_RSA_3072 = 3072 / 32 - 1,
	ESP_DS_RSA_4096 = 4096 / 32 - 1,
} esp_digital_signature_length_t;

typedef struct esp_digital_signature_data {
	esp_digital_signature_length_t rsa_length;
	uint32_t iv[4];
	uint8_t c[ESP_DS_C_LEN];
} esp_ds_data_t;

/* The message to the power of the key, modulo its modulus: all numbers are little-endian, and as long as the key. */
esp_err_t esp_ds_sign(const void* message, const esp_ds_data_t* data, hmac_key_id_t key_id, void* signature);

#endif
