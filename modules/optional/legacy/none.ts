/*
	"tls/optional/legacy/legacy": what a build without old suites has in the place of legacy.ts. The app's manifest
	decides, by including this folder's manifest.json or not.
*/

import type { Legacy } from "../../handshake/tls12/exchange";
import { legacyWords, misplacedWords } from "./words";

const unknown = legacyWords().find(word => word !== "1.2" && word !== "1.3");

export const legacy: Legacy | undefined = undefined;

/** What is wrong with the words, or undefined; versions are the demo's. */
export const problem: string | undefined =
	unknown === undefined
		? misplacedWords()
		: unknown === "ems-optional"
			? '"config.xs_tls": remove "ems-optional": servers without the extended master secret are accepted by default'
			: `"config.xs_tls": "${unknown}" is for old servers and needs modules/optional/legacy/manifest.json in the manifest's "include"`;
