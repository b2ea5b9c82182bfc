/*
	Flash: the memory of the root machine, in which the engine's built-ins and the preloaded modules are made before the
	app's machine exists. It does what the SDK's linker (xs/tools/xsl) does when it writes a heap into ROM. It freezes
	what must not be copied on write, gives the rest aliases, and turns values that own a chunk into their constant
	kinds. A machine that borrows such a value would else mark and move the root's chunks. The engine's fxShareMachine
	alone is not enough: results go wrong after a collection. Where the memory comes from is in flash_pages.c.
*/

#include "sim.h"

static FlashUse use;

void flashCountBytecode(size_t size)
{
	use.bytecode += (double)size;
}

void flashUse(FlashUse* result)
{
	*result = use;
}

static void freeze(txSlot* instance)
{
	for (txSlot* property = instance->next; property; property = property->next) {
		if (property->kind != XS_ACCESSOR_KIND)
			property->flag |= XS_DONT_SET_FLAG;
		property->flag |= XS_DONT_DELETE_FLAG;
	}
	instance->flag |= XS_DONT_PATCH_FLAG;
}

static bool isFunction(const txSlot* internal)
{
	return internal
		&& (internal->kind == XS_CALLBACK_KIND || internal->kind == XS_CALLBACK_X_KIND || internal->kind == XS_CODE_KIND
			|| internal->kind == XS_CODE_X_KIND);
}

static void freezePrototype(txSlot* function)
{
	if (!(function->flag & XS_CAN_CONSTRUCT_FLAG))
		return;
	for (txSlot* property = function->next; property; property = property->next) {
		if (property->ID == mxID(_prototype) && property->kind == XS_REFERENCE_KIND) {
			freeze(property->value.reference);
			return;
		}
	}
}

/* Functions and prototypes by rule; the rest because the engine can't alias what lies after an internal slot. */
static void freezeInstance(txSlot* instance)
{
	txSlot* internal = instance->next;
	if (!internal || !(internal->flag & XS_INTERNAL_FLAG))
		return;
	if (isFunction(internal)) {
		freeze(instance);
		freezePrototype(instance);
		return;
	}
	if (internal->ID == XS_ENVIRONMENT_BEHAVIOR) {
		freeze(instance);
		return;
	}
	switch (internal->kind) {
	case XS_PROMISE_KIND:
		freeze(internal->next->value.reference);
		freeze(instance);
		break;
	case XS_CLOSURE_KIND:
		if (internal->value.closure->kind == XS_FINALIZATION_REGISTRY_KIND)
			freeze(instance);
		break;
	case XS_ARRAY_BUFFER_KIND:
	case XS_DATA_VIEW_KIND:
	case XS_TYPED_ARRAY_KIND:
	case XS_REGEXP_KIND:
	case XS_PROXY_KIND:
	case XS_MAP_KIND:
	case XS_SET_KIND:
	case XS_WEAK_MAP_KIND:
	case XS_WEAK_SET_KIND:
	case XS_WEAK_REF_KIND: freeze(instance); break;
	default: break;
	}
}

/* A module's or class's binding to a function never changes, so it needs no alias. */
static void freezeClosure(txSlot* slot)
{
	txSlot* closure = slot->value.closure;
	if (closure && closure->kind == XS_REFERENCE_KIND && isFunction(closure->value.reference->next))
		closure->flag |= XS_DONT_SET_FLAG;
#if SIM_SDK_ENGINE
	if (closure && closure->kind == XS_HOST_FUNCTION_KIND)
		closure->flag |= XS_DONT_SET_FLAG;
#endif
}

static void makeConstant(txSlot* slot)
{
	switch (slot->kind) {
	case XS_STRING_KIND: slot->kind = XS_STRING_X_KIND; break;
	case XS_BIGINT_KIND: slot->kind = XS_BIGINT_X_KIND; break;
	case XS_CODE_KIND: slot->kind = XS_CODE_X_KIND; break;
	case XS_CALLBACK_KIND: slot->kind = XS_CALLBACK_X_KIND; break;
	case XS_KEY_KIND: slot->kind = XS_KEY_X_KIND; break;
	default: break;
	}
}

/* The items of an array lie in a chunk, where fxShareMachine does not look. */
static void makeArrayConstant(txMachine* the, txSlot* array)
{
	txSlot* item = array->value.array.address;
	if (!item)
		return;
	for (txIndex count = fxGetIndexSize(the, array); count > 0; count--, item++) {
		makeConstant(item);
		item->flag |= XS_MARK_FLAG;
	}
}

static void forEachSlot(txMachine* the, void (*visit)(txMachine* the, txSlot* slot))
{
	for (txSlot* heap = the->firstHeap; heap; heap = heap->next) {
		for (txSlot *slot = heap + 1, *limit = heap->value.reference; slot < limit; slot++)
			visit(the, slot);
	}
}

static void visitToFreeze(txMachine* the, txSlot* slot)
{
	(void)the;
	if (slot->kind == XS_INSTANCE_KIND)
		freezeInstance(slot);
	else if (slot->kind == XS_CLOSURE_KIND)
		freezeClosure(slot);
}

static void visitToMakeConstant(txMachine* the, txSlot* slot)
{
	makeConstant(slot);
	if (slot->kind == XS_ARRAY_KIND)
		makeArrayConstant(the, slot);
}

/*
 * The global object caches lookups in a table of its own: written at run time, so the linker's engine has a plain
 * object.
 */
static void makeGlobalPlain(txMachine* the)
{
	txSlot* global = mxGlobal.value.reference;
	if (global->next && global->next->ID == XS_GLOBAL_BEHAVIOR) {
		global->next = global->next->next;
		global->flag &= ~XS_EXOTIC_FLAG;
	}
}

void flashShare(txMachine* the)
{
	fxCollectGarbage(the);
	forEachSlot(the, visitToFreeze);
	makeGlobalPlain(the);
	fxShareMachine(the);
	forEachSlot(the, visitToMakeConstant);
	for (txSlot* slot = the->stack; slot < the->stackTop; slot++)
		makeConstant(slot);
	use.slots = the->currentHeapCount;
	use.slotBytes = use.slots * sizeof(txSlot);
	use.chunks = the->currentChunksSize;
	use.keys = the->keyIndex;
}
