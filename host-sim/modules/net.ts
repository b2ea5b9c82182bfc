/// <reference path="./native.d.ts" />
/*
	"net", as in the Moddable SDK's documentation, network/network.md: of it, the look-up of names, which here is the
	host's. In C: xs/resolver.c.
*/

type Callback = (name: string, address?: string) => void;

class Net {
	private constructor() {}

	/** Calls back with the name's IP address, or without one where it has none. */
	static resolve(name: string, callback: Callback): void {
		return native("simNetResolve").call(this, name, callback);
	}
}

export default Net;
