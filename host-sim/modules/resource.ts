/// <reference path="./native.d.ts" />
/*
	"Resource": the manifest's `data` and `resources`, read where they lie; see xs/resource.c.
*/

/** For the compiler: a Resource is a host buffer, as the SDK's typings have it. */
interface Resource extends HostBuffer {}

class Resource extends Native("simResourceDestructor") {
	/** URIError where there is no such resource. */
	constructor(path: string) {
		super();
		native("simResource").call(this, path);
	}
	static exists(path: string): boolean {
		return native("simResourceExists").call(this, path);
	}
	get byteLength(): number {
		return native("simResourceByteLength").call(this);
	}
	/** An ArrayBuffer; with `copy` false a view of flash in its place. */
	slice(begin: number, end?: number): ArrayBuffer;
	slice(begin: number, end: number | undefined, copy: boolean): HostBuffer;
	slice(begin: number, end?: number, copy?: boolean): any {
		return native("simResourceSlice").call(this, begin, end, copy);
	}
}

export default Resource;
