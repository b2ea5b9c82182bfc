/// <reference path="./native.d.ts" />
/*
	A connection's secrets in the form that Wireshark and others read, NSS's key log (psa/keylog.c). Debug builds only:
	in a release the function is empty, and nothing can switch it on.
*/

import type { Bytes } from "./native";
import type { Secret } from "./secret";

/**
 * Logs `secret` of the connection whose ClientHello has `clientRandom` (32 bytes). A desktop writes to the file that
 * the environment variable SSLKEYLOGFILE names. A device writes to the debugger's console, if the manifest's "defines"
 * have { "keylog": { "on": 1 } }. The label (39 characters at most) is the format's own.
 */
export function logSecret(this: void, label: string, clientRandom: Bytes, secret: Secret): void {
	return native("xs_keylog").call(this, label, clientRandom, secret);
}

/** True if `logSecret` does something now; in a release undefined. */
export function logsSecrets(this: void): boolean | undefined {
	return native("xs_keylog_isOn").call(this);
}
