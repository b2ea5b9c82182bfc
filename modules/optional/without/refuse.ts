/*
	"tls/optional/without/refuse": how a build refuses an option of a part that it leaves out. Used by the modules that stand in the parts' places.
*/

import { refuse } from "tls/options";
import type { Options } from "tls/options";

/** Refuses the first of `names` that `options` has; `part` is the folder of the manifest that leaves it out. */
export function refuseOptions(options: Options, part: string, names: readonly (keyof Options)[]): void {
	for (const name of names) {
		const value = options[name];
		if (value === undefined || value === false) continue;
		refuse(`"${name}" needs what this build leaves out: take modules/optional/without/${part}/manifest.json out of the manifest's "include"`);
	}
}
