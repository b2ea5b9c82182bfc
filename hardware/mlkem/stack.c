/*
	A function on a stack of its own; see stack.h. On a device ESP-IDF changes the stack, elsewhere the processor's own
	instructions do.
*/

#include "stack.h"

enum { kUntouched = 0xa5, kGuard = 64 };

typedef struct {
	void (*function)(void*);
	void* argument;
} Call;

#ifdef ESP_PLATFORM
	#include "freertos/FreeRTOS.h"
	#include "freertos/semphr.h"
	#include "esp_expression_with_stack.h"

/* ESP-IDF's function takes no argument: one call at a time, behind a lock. */
static Call current;

static void callCurrent(void)
{
	current.function(current.argument);
}

static psa_status_t callOn(uint8_t* stack, size_t size, Call call)
{
	static StaticSemaphore_t outerMemory, innerMemory;
	static SemaphoreHandle_t outer, inner;
	if (!inner) {
		outer = xSemaphoreCreateMutexStatic(&outerMemory);
		inner = xSemaphoreCreateMutexStatic(&innerMemory);
	}
	if (xSemaphoreTake(outer, portMAX_DELAY) != pdTRUE)
		return PSA_ERROR_INSUFFICIENT_MEMORY;
	current = call;
	esp_execute_shared_stack_function(inner, stack, size, callCurrent);
	xSemaphoreGive(outer);
	return PSA_SUCCESS;
}
#elif defined(__x86_64__)
/* Callee-saved registers keep the old stack and what is called. */
static psa_status_t callOn(uint8_t* stack, size_t size, Call call)
{
	register uint8_t* top __asm__("rbx") = stack + size;
	register void (*function)(void*) __asm__("r12") = call.function;
	register void* argument __asm__("r13") = call.argument;
	__asm__ volatile("xchgq %%rsp, %%rbx\n\tmovq %%r13, %%rdi\n\tcallq *%%r12\n\tmovq %%rbx, %%rsp"
					 : "+r"(top)
					 : "r"(function), "r"(argument)
					 : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3",
					 "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
					 "xmm15", "memory", "cc");
	return PSA_SUCCESS;
}
#elif defined(__i386__)
static psa_status_t callOn(uint8_t* stack, size_t size, Call call)
{
	/* the argument is on the new stack, where the ABI wants it: its address is a multiple of 16 */
	void** top = (void**)(stack + size - 16);
	top[0] = call.argument;
	__asm__ volatile("xchgl %%esp, %%esi\n\tcall *%%edi\n\tmovl %%esi, %%esp"
					 : "+S"(top)
					 : "D"(call.function)
					 : "eax", "ecx", "edx", "memory", "cc");
	return PSA_SUCCESS;
}
#elif defined(__riscv)
static psa_status_t callOn(uint8_t* stack, size_t size, Call call)
{
	register uint8_t* top __asm__("s2") = stack + size;
	register void (*function)(void*) __asm__("s3") = call.function;
	register void* argument __asm__("s4") = call.argument;
	__asm__ volatile("mv s5, sp\n\tmv sp, s2\n\tmv a0, s4\n\tjalr s3\n\tmv sp, s5"
					 : "+r"(top)
					 : "r"(function), "r"(argument)
					 : "s5", "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a0", "a1", "a2", "a3", "a4", "a5", "a6",
					 "a7", "memory");
	return PSA_SUCCESS;
}
#else
/* Such a computer has stack enough. */
static psa_status_t callOn(uint8_t* stack, size_t size, Call call)
{
	(void)stack;
	(void)size;
	call.function(call.argument);
	return PSA_SUCCESS;
}
#endif

size_t stackUsed(const uint8_t* stack, size_t size)
{
	size_t untouched = 0;
	while (untouched < size && stack[untouched] == kUntouched)
		untouched++;
	return size - untouched;
}

psa_status_t stackRun(uint8_t* stack, size_t size, void (*function)(void*), void* argument)
{
	c_memset(stack, kUntouched, size);
	psa_status_t status = callOn(stack, size, (Call) {function, argument});
	if (status == PSA_SUCCESS && stackUsed(stack, size) > size - kGuard)
		status = PSA_ERROR_CORRUPTION_DETECTED;
	return status;
}
