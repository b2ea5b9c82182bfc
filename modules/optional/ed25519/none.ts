/*
	"tls/optional/ed25519/ed25519" in a build without Ed25519. The app's manifest decides, by including this folder's
	manifest.json or not.
*/

import type { Ed25519 } from "../../crypto/ed25519";

export const ed25519: Ed25519 | undefined = undefined;
