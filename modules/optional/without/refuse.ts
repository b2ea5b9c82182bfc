/*
	"tls/optional/without/refuse": how a build refuses an option of a part that it leaves out.
*/

import { refuse } from "tls/errors";

/** Refuses the first of `names` that `options` has; `part` is the folder of the manifest that leaves it out. */
export function refuseOptions(options: object, part: string, names: readonly string[]): void {
	for (const name of names) {
		const value = (options as Readonly<Record<string, unknown>>)[name];
		if (value === undefined || value === false) continue;
		refuse(
			`"${name}" needs what this build leaves out: take modules/optional/without/${part}/manifest.json out of the manifest's "include"`,
		);
	}
}
