/* What XS's heap has left, for memory.c. Knows the engine from inside, so its own file includes nothing of xs.h. */

#ifndef XS_TLS_HEAP_H
#define XS_TLS_HEAP_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the largest chunk that can still be made, as far as `wanted`. Collects garbage if there seem to be fewer. */
int32_t heapLargestChunk(void* machine, int32_t wanted);

/* True if chunks of `bytes` in all and `slots` slots can still be made. Collects garbage if there seem to be fewer. */
bool heapHasRoom(void* machine, int32_t bytes, int32_t slots);

#endif
