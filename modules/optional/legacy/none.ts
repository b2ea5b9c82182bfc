/*
	"tls/optional/legacy/legacy": what a build without old suites has in the place of legacy.ts. The app's manifest decides, by including this folder's
	manifest.json or not.
*/

import config from "mc/config";
import type { Legacy } from "../../handshake/tls12/exchange";

let unknown: string | undefined;
for (const word of String(config.tls ?? "").split(" ")) if (word && word !== "1.2" && word !== "1.3") unknown = word;

export const legacy: Legacy | undefined = undefined;

/** What is wrong with the words, or undefined; versions are the demo's. */
export const problem: string | undefined =
	unknown &&
	(unknown === "ems-optional"
		? '"config.tls": remove "ems-optional": servers without the extended master secret are accepted by default'
		: `"config.tls": "${unknown}" is for old servers and needs modules/optional/legacy/manifest.json in the manifest's "include"`);
