/*
	The two names with which a class or function says which C function it is: here those of
	host-sim/xs/builtin_natives.c. As hardware/native.d.ts declares them.
*/

declare function Native(destructor: string): new () => object;
declare function native(name: string): { call(self: unknown, ...values: unknown[]): any };
