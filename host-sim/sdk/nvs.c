/* NVS in memory, for the SDK's Preference of the ESP32; see nvs_flash/include/nvs_flash.h. Linked with the loader. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nvs_flash/include/nvs_flash.h"

typedef struct Value {
	struct Value* next;
	nvs_entry_info_t info;
	size_t length;
	char bytes[];
} Value;

struct NVSIterator {
	const Value* value;
};

enum { kDomains = 8 };

static Value* values;
static char domains[kDomains][16];

/* Handles count from 1. */
esp_err_t nvs_open(const char* domain, nvs_open_mode_t mode, nvs_handle* handle)
{
	(void)mode;
	for (nvs_handle i = 0; i < kDomains; i++) {
		if (!domains[i][0])
			snprintf(domains[i], sizeof(domains[i]), "%s", domain);
		if (!strcmp(domains[i], domain)) {
			*handle = i + 1;
			return ESP_OK;
		}
	}
	return ESP_ERR_NO_MEM;
}

void nvs_close(nvs_handle handle)
{
	(void)handle;
}

esp_err_t nvs_commit(nvs_handle handle)
{
	(void)handle;
	return ESP_OK;
}

static Value** find(nvs_handle handle, const char* key)
{
	Value** link = &values;
	while (*link && (strcmp((*link)->info.namespace_name, domains[handle - 1]) || strcmp((*link)->info.key, key)))
		link = &(*link)->next;
	return link;
}

esp_err_t nvs_erase_key(nvs_handle handle, const char* key)
{
	Value **link = find(handle, key), *value = *link;
	if (!value)
		return ESP_ERR_NVS_NOT_FOUND;
	*link = value->next;
	free(value);
	return ESP_OK;
}

static esp_err_t set(nvs_handle handle, const char* key, nvs_type_t type, const void* bytes, size_t length)
{
	nvs_erase_key(handle, key);
	Value* value = calloc(1, sizeof(Value) + length);
	if (!value)
		return ESP_ERR_NO_MEM;
	snprintf(value->info.namespace_name, sizeof(value->info.namespace_name), "%s", domains[handle - 1]);
	snprintf(value->info.key, sizeof(value->info.key), "%s", key);
	value->info.type = type;
	value->length = length;
	memcpy(value->bytes, bytes, length);
	value->next = values;
	values = value;
	return ESP_OK;
}

esp_err_t nvs_set_u8(nvs_handle handle, const char* key, uint8_t value)
{
	return set(handle, key, NVS_TYPE_U8, &value, sizeof(value));
}

esp_err_t nvs_set_i32(nvs_handle handle, const char* key, int32_t value)
{
	return set(handle, key, NVS_TYPE_I32, &value, sizeof(value));
}

esp_err_t nvs_set_str(nvs_handle handle, const char* key, const char* value)
{
	return set(handle, key, NVS_TYPE_STR, value, strlen(value) + 1);
}

esp_err_t nvs_set_blob(nvs_handle handle, const char* key, const void* value, size_t length)
{
	return set(handle, key, NVS_TYPE_BLOB, value, length);
}

static esp_err_t get(const Value* value, nvs_type_t type, void* bytes, size_t* length)
{
	if (!value || value->info.type != type)
		return ESP_ERR_NVS_NOT_FOUND;
	if (bytes && *length < value->length)
		return ESP_ERR_NVS_INVALID_LENGTH;
	if (bytes)
		memcpy(bytes, value->bytes, value->length);
	*length = value->length;
	return ESP_OK;
}

esp_err_t nvs_get_u8(nvs_handle handle, const char* key, uint8_t* value)
{
	size_t length = sizeof(*value);
	return get(*find(handle, key), NVS_TYPE_U8, value, &length);
}

esp_err_t nvs_get_i32(nvs_handle handle, const char* key, int32_t* value)
{
	size_t length = sizeof(*value);
	return get(*find(handle, key), NVS_TYPE_I32, value, &length);
}

esp_err_t nvs_get_str(nvs_handle handle, const char* key, char* value, size_t* length)
{
	return get(*find(handle, key), NVS_TYPE_STR, value, length);
}

esp_err_t nvs_get_blob(nvs_handle handle, const char* key, void* value, size_t* length)
{
	return get(*find(handle, key), NVS_TYPE_BLOB, value, length);
}

static const Value* ofDomain(const Value* value, const char* domain)
{
	while (value && strcmp(value->info.namespace_name, domain))
		value = value->next;
	return value;
}

esp_err_t nvs_entry_find(const char* partition, const char* domain, nvs_type_t type, nvs_iterator_t* iterator)
{
	(void)partition;
	(void)type;
	const Value* value = ofDomain(values, domain);
	if (!value)
		return ESP_ERR_NVS_NOT_FOUND;
	*iterator = malloc(sizeof(**iterator));
	if (!*iterator)
		return ESP_ERR_NO_MEM;
	(*iterator)->value = value;
	return ESP_OK;
}

esp_err_t nvs_entry_next(nvs_iterator_t* iterator)
{
	const Value* value = (*iterator)->value;
	(*iterator)->value = ofDomain(value->next, value->info.namespace_name);
	if ((*iterator)->value)
		return ESP_OK;
	nvs_release_iterator(*iterator);
	*iterator = NULL;
	return ESP_ERR_NVS_NOT_FOUND;
}

esp_err_t nvs_entry_info(nvs_iterator_t iterator, nvs_entry_info_t* info)
{
	*info = iterator->value->info;
	return ESP_OK;
}

void nvs_release_iterator(nvs_iterator_t iterator)
{
	free(iterator);
}
