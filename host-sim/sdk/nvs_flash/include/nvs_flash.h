/*
	ESP-IDF's storage of values by name (NVS), as far as the SDK's Preference for the ESP32 asks for it. Values are in
	memory (nvs.c). So the SDK's own Preference of a device runs on Linux, where the SDK's is another, in script.
*/

#ifndef NVS_FLASH_H
#define NVS_FLASH_H

#include <stddef.h>
#include <stdint.h>

typedef int esp_err_t;
typedef uint32_t nvs_handle;
typedef struct NVSIterator* nvs_iterator_t;

enum { ESP_OK = 0, ESP_ERR_NO_MEM = 0x101, ESP_ERR_NVS_NOT_FOUND = 0x1102, ESP_ERR_NVS_INVALID_LENGTH = 0x110c };

typedef enum { NVS_READONLY, NVS_READWRITE } nvs_open_mode_t;
typedef enum {
	NVS_TYPE_U8 = 0x01,
	NVS_TYPE_I32 = 0x14,
	NVS_TYPE_STR = 0x21,
	NVS_TYPE_BLOB = 0x42,
	NVS_TYPE_ANY = 0xff
} nvs_type_t;

typedef struct {
	char namespace_name[16];
	char key[16];
	nvs_type_t type;
} nvs_entry_info_t;

#define NVS_DEFAULT_PART_NAME "nvs"

esp_err_t nvs_open(const char* domain, nvs_open_mode_t mode, nvs_handle* handle);
void nvs_close(nvs_handle handle);
esp_err_t nvs_commit(nvs_handle handle);
esp_err_t nvs_erase_key(nvs_handle handle, const char* key);
esp_err_t nvs_set_u8(nvs_handle handle, const char* key, uint8_t value);
esp_err_t nvs_set_i32(nvs_handle handle, const char* key, int32_t value);
esp_err_t nvs_set_str(nvs_handle handle, const char* key, const char* value);
esp_err_t nvs_set_blob(nvs_handle handle, const char* key, const void* value, size_t length);
esp_err_t nvs_get_u8(nvs_handle handle, const char* key, uint8_t* value);
esp_err_t nvs_get_i32(nvs_handle handle, const char* key, int32_t* value);
/* Without a buffer: the length alone. */
esp_err_t nvs_get_str(nvs_handle handle, const char* key, char* value, size_t* length);
esp_err_t nvs_get_blob(nvs_handle handle, const char* key, void* value, size_t* length);
esp_err_t nvs_entry_find(const char* partition, const char* domain, nvs_type_t type, nvs_iterator_t* iterator);
esp_err_t nvs_entry_next(nvs_iterator_t* iterator);
esp_err_t nvs_entry_info(nvs_iterator_t iterator, nvs_entry_info_t* info);
void nvs_release_iterator(nvs_iterator_t iterator);

#endif
