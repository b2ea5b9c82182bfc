/* C's own allocator, also where the linker has put native_memory.c in its place. */

#ifndef REAL_MALLOC_H
#define REAL_MALLOC_H

#if SIM_WRAPS_MALLOC
extern void* __real_malloc(size_t size);
extern void* __real_calloc(size_t count, size_t size);
extern void* __real_realloc(void* block, size_t size);
extern void __real_free(void* block);
#else
	#define __real_malloc malloc
	#define __real_calloc calloc
	#define __real_realloc realloc
	#define __real_free free
#endif

#endif
