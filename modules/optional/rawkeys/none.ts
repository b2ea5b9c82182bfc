/*
	"tls/optional/rawkeys/rawkeys": what a build without raw public keys has in the place of rawkeys.ts. The app's
	manifest decides, by including this folder's manifest.json or not.
*/

import type { RawKeys } from "../../handshake/rawkeys";

export const rawKeys: RawKeys | undefined = undefined;
