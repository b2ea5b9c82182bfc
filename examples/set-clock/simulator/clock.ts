/*
	The clock of the simulator, where no time server is asked: it is set after a while, as by an answer.
*/

import config from "mc/config";
import Time from "time";
import Timer from "timer";

export function setClock(host: string): void {
	trace(`asking ${host} for the time\n`);
	Timer.set(() => Time.set(Number(config.now)), 400);
}
