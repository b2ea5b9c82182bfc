/*
 * "system", which the SDK's modules for ECMA-419 import before they add to globalThis.device, and the global System of
 * the SDK's simulators.
 */

import Net from "net";
import Timer from "timer";

const System = {
	resolve: Net.resolve,
	setInterval: Timer.repeat,
	clearInterval: Timer.clear,
};

export default System;
