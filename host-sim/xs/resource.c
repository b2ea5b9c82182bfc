/*
	The manifest's `data` and `resources`: the SDK's class Resource (modules/resource.ts). On a device they lie in
	flash; here their files are mapped read-only (resource_files.c). A Resource is a host buffer that refers to them, so
	that nothing is copied into the heap.
*/

#include "sim.h"

/* The data is not the machine's to free. */
void simResourceDestructor(void* data)
{
	(void)data;
}

/* The Resource that `this` is; throws for its prototype. */
static uint8_t* thisResource(xsMachine* the)
{
	uint8_t* data = hostDataOf(the, &xsThis, simResourceDestructor, "Resource");
	if (!data)
		xsTypeError("this is not a Resource");
	return data;
}

void simResource(xsMachine* the)
{
	hostConstruct(the, simResourceDestructor, "Resource");
	const char* name = argumentString(the, 0);
	const Resource* resource = appResource(&sim.app, name);
	if (!resource)
		xsURIError("Resource not found: %s", name);
	xsSetHostBuffer(xsThis, (void*)resource->data, (xsIntegerValue)resource->size);
	xsPetrifyHostBuffer(xsThis);
}

void simResourceExists(xsMachine* the)
{
	xsResult = xsBoolean(appResource(&sim.app, argumentString(the, 0)) != NULL);
}

void simResourceByteLength(xsMachine* the)
{
	thisResource(the);
	xsResult = xsInteger(xsGetHostBufferLength(xsThis));
}

/* slice(begin, end, copy): an ArrayBuffer, or, if copy is false, another host buffer that refers to flash. */
void simResourceSlice(xsMachine* the)
{
	uint8_t* data = thisResource(the);
	xsIntegerValue length = xsGetHostBufferLength(xsThis);
	xsIntegerValue start = argumentIntegerOr(the, 0, 0);
	xsIntegerValue end = argumentIntegerOr(the, 1, length);
	if (start < 0)
		start = 0;
	if (start > length)
		start = length;
	if (end > length)
		end = length;
	if (end < start)
		end = start;
	if (argumentIsGiven(the, 2) && !xsTest(xsArg(2))) {
		xsResult = xsNewHostObject(simResourceDestructor);
		xsSetHostBuffer(xsResult, data + start, end - start);
		xsPetrifyHostBuffer(xsResult);
		xsDefine(xsResult, xsID("byteLength"), xsInteger(end - start), xsDontDelete | xsDontSet);
	}
	else
		xsResult = xsArrayBuffer(data + start, end - start);
}
