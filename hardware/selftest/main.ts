/*
	The self-test: mcconfig -d -m -p esp32/esp32c3 in this folder. Prints a line for each operation, with its speed, and
	throws if one is wrong.
*/

import { chipFeatures } from "tls/hardware/chip";
import { answers } from "tls/selftest/answers";
import { selftest } from "tls/selftest/selftest";

trace(`chip features: ${chipFeatures()}\n`);
const wrong = selftest(answers, 200);
if (wrong) throw new Error(`${wrong} operations are wrong or fail`);
trace("all known answers are right\n");
