/*
	Runs a function on a stack of its own, for mlkem.c: a device's task has 10 KB, and libsodium's ML-KEM takes 18 and
	more.
*/

#ifndef XS_TLS_STACK_H
#define XS_TLS_STACK_H

#include "../psa/binding.h"

/*
	Calls `function` with its stack in `stack`, whose address and size are multiples of 16.
	PSA_ERROR_CORRUPTION_DETECTED if it has used all of it; PSA_ERROR_INSUFFICIENT_MEMORY if it can't be called.
*/
psa_status_t stackRun(uint8_t* stack, size_t size, void (*function)(void*), void* argument);
/* Bytes that the last call used: what is below was never written. */
size_t stackUsed(const uint8_t* stack, size_t size);

#endif
