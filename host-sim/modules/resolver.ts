/*
	"embedded:network/dns/resolver/udp": the resolver class of ECMA-419 (section 25), as the Moddable SDK has it. The
	host does the look-up here: servers and socket are taken as given and not used.
*/

import Net from "net";

export interface Options {
	host: string;
	onResolved?: (this: Resolver, host: string, address: string) => void;
	onError?: (this: Resolver, host: string) => void;
}

class Resolver {
	#isClosed = false;

	constructor(_options: { servers: readonly string[]; socket: object }) {}

	/** Nothing is called afterwards. */
	close(): void {
		this.#isClosed = true;
	}

	/** Calls one of the two back, later. */
	resolve({ host, onResolved, onError }: Options): void {
		if (!host || (!onResolved && !onError)) throw new Error("a look-up needs a host, and a callback for its result");
		if (this.#isClosed) throw new Error("the resolver is closed");
		Net.resolve(String(host), (name, address) => {
			if (this.#isClosed) return;
			if (address === undefined) onError?.call(this, name);
			else onResolved?.call(this, name, address);
		});
	}
}

export default Resolver;
