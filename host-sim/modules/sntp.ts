/*
	"sntp", as in the SDK: calls back once with the time in seconds since 1970. No server is asked: it is the
	simulator's clock, or the host's where that was never set (--clock unset).
*/

/// <reference path="./native.d.ts" />
import Timer from "timer";

function networkTime(this: void): number {
	return native("simNetworkTime").call(this);
}

type Callback = (message: number, value?: number | string) => string | undefined | void;

class SNTP {
	static readonly time = 1;
	static readonly retry = 2;
	static readonly error = -1;
	#timer: Timer | undefined;

	constructor({ host }: { host: string }, callback: Callback) {
		if (!host) throw new Error("host required");
		this.#timer = Timer.set(() => {
			this.#timer = undefined;
			callback(SNTP.time, networkTime());
		});
	}

	/** Nothing is called afterwards. */
	close(): void {
		Timer.clear(this.#timer);
		this.#timer = undefined;
	}
}

export default SNTP;
