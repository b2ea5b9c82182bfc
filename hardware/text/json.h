/* What JSON.parse takes for a text. Knows the engine from inside, so its own file includes nothing of xs.h. */

#ifndef XS_TLS_JSON_H
#define XS_TLS_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* JSONMeasure in text.ts: each at most, for any text. */
typedef struct {
	uint32_t depth;
	uint32_t bytes;
	uint32_t slots;
	uint32_t names;
	uint32_t freeNames;
} JSONSize;

void jsonMeasure(void* machine, const char* text, JSONSize* size);

#endif
