/*
	The clock of a device: set by SNTP, with the SDK's module.
*/

import SNTP from "sntp";
import Time from "time";

/** Asks the time server `host`, and sets the clock when it has answered. */
export function setClock(host: string): void {
	new SNTP({ host }, (message, value) => {
		if (message === SNTP.time) Time.set(value as number);
		// another try with the same host
		else if (message === SNTP.error) return host;
		return undefined;
	});
}
