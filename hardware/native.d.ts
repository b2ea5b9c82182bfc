/*
	The two names with which a class or function says which C function it is. The Moddable SDK's compiler turns them
	into direct host calls; the body of each binding must be exactly that call.
*/

/** Bytes: natives take either and never keep a pointer into it. */
export type Bytes = ArrayBuffer | Uint8Array;

declare global {
	/** Base of a class whose native data is freed by the C function `destructor`. */
	function Native(destructor: string): new () => object;
	/** The C function `name`. */
	function native(name: string): { call(self: unknown, ...values: unknown[]): any };
}
