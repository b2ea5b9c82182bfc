/// <reference path="../native.d.ts" />
/*
	Key pairs with a given private key: for known answers of the self-test and of tests. Apps have no way to
	choose one.
*/

import { KeyShare } from "tls/hardware/agree";
import type { Bytes } from "tls/hardware/native";

class FixedKeyShare extends Native("xs_keyshare_destructor") {
	constructor(group: number, privateKey: Bytes) {
		super();
		native("xs_keyshare").call(this, group, privateKey);
	}
}

/** Returns the pair of a private key, which is as wide as the group's field. */
export function fixedKeyShare(group: number, privateKey: Bytes): KeyShare {
	const made: object = new FixedKeyShare(group, privateKey);
	return Object.setPrototypeOf(made, KeyShare.prototype) as KeyShare;
}
