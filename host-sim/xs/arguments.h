/*
	What script gives to the runtime's own natives. Included by sim.h.
*/

#ifndef ARGUMENTS_H
#define ARGUMENTS_H

/*
 * arguments.c: what script gives to the runtime's own natives. Each throws TypeError where it is not there, or not of
 * the kind.
 */
bool argumentIsGiven(xsMachine* the, int index);
xsSlot* argument(xsMachine* the, int index);
xsIntegerValue argumentInteger(xsMachine* the, int index);
/* The same for one that need not be given. */
xsIntegerValue argumentIntegerOr(xsMachine* the, int index, xsIntegerValue otherwise);
xsStringValue argumentString(xsMachine* the, int index);
/* A buffer's bytes; valid until XS runs or allocates. */
void* argumentBuffer(xsMachine* the, int index, bool isWritable, xsUnsignedValue* count);
/* A host object's slot; NULL for anything else. */
txSlot* hostSlot(const xsSlot* slot);
/* The data of an object of the class whose destructor this is; NULL where it is closed. */
void* hostDataOf(xsMachine* the, const xsSlot* slot, xsDestructor destructor, const char* name);
/* The same without a check: NULL also for any other value. */
void* hostDataIf(const xsSlot* slot, xsDestructor destructor);
/* Begins a constructor: `this` must be a new object of the class. */
void hostConstruct(xsMachine* the, xsDestructor destructor, const char* name);

#endif
