/*
	Checked arguments of the runtime's own natives. Script of any kind may call them, with any `this` and any arguments,
	or none. xsArg checks its index in debug builds only. And XS lets a host object pretend to be a buffer of any
	length.
*/

#include "sim.h"

bool argumentIsGiven(xsMachine* the, int index)
{
	return xsToInteger(xsArgc) > index && xsTypeOf(xsArg(index)) != xsUndefinedType;
}

xsSlot* argument(xsMachine* the, int index)
{
	if (xsToInteger(xsArgc) <= index)
		xsTypeError("argument %d is missing", index + 1);
	return &xsArg(index);
}

xsIntegerValue argumentInteger(xsMachine* the, int index)
{
	return fxToInteger(the, argument(the, index));
}

xsIntegerValue argumentIntegerOr(xsMachine* the, int index, xsIntegerValue otherwise)
{
	return argumentIsGiven(the, index) ? argumentInteger(the, index) : otherwise;
}

xsStringValue argumentString(xsMachine* the, int index)
{
	return fxToString(the, argument(the, index));
}

void* argumentBuffer(xsMachine* the, int index, bool isWritable, xsUnsignedValue* count)
{
	xsSlot* slot = argument(the, index);
	void* data = NULL;
	if (slot->kind == XS_REFERENCE_KIND && !hostSlot(slot))
		_xsmcGetBuffer(the, slot, &data, count, isWritable);
	if (!data)
		xsTypeError("argument %d is not a buffer", index + 1);
	return data;
}

txSlot* hostSlot(const xsSlot* slot)
{
	if (slot->kind != XS_REFERENCE_KIND)
		return NULL;
	txSlot* host = slot->value.reference->next;
	return host && (host->flag & XS_INTERNAL_FLAG) && host->kind == XS_HOST_KIND ? host : NULL;
}

static txSlot* hostOfClass(const xsSlot* slot, xsDestructor destructor)
{
	txSlot* host = hostSlot(slot);
	bool isOther = !host || (host->flag & (XS_HOST_CHUNK_FLAG | XS_HOST_HOOKS_FLAG))
		|| host->value.host.variant.destructor != destructor;
	return isOther ? NULL : host;
}

void* hostDataOf(xsMachine* the, const xsSlot* slot, xsDestructor destructor, const char* name)
{
	const txSlot* host = hostOfClass(slot, destructor);
	if (!host)
		xsTypeError("an object is not a %s", name);
	return host->value.host.data;
}

void* hostDataIf(const xsSlot* slot, xsDestructor destructor)
{
	const txSlot* host = hostOfClass(slot, destructor);
	return host ? host->value.host.data : NULL;
}

void hostConstruct(xsMachine* the, xsDestructor destructor, const char* name)
{
	if (hostDataOf(the, &xsThis, destructor, name))
		xsTypeError("this is not a new %s", name);
}
