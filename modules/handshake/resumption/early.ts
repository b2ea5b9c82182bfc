/*
	Early data of TLS 1.3 (0-RTT, RFC 8446 section 2.3, 4.2.10). What the application has marked as safe to replay goes
	out with the ClientHello, under a key of the session or the external key alone.
*/

import { TLSError } from "../../errors";
import { HandshakeType } from "../../wire/numbers";
import type { Suite } from "../../crypto/suite";
import { logSecret } from "tls/hardware/keylog";
import type { Secret } from "tls/hardware/secret";
import type { Hello } from "../offer";
import type { Link } from "../link";
import type { PreSharedKey } from "./keys";
import { Schedule13, trafficCipher } from "../tls13/schedule";
import type { Transcript } from "../transcript";

/** What goes out early: all that the application gave, if the first key allows that much; else nothing. */
export function earlyData(bytes: Uint8Array | undefined, key: PreSharedKey | undefined): Uint8Array | undefined {
	return bytes?.length && key && bytes.length <= key.owner.maxEarlyData ? bytes : undefined;
}

/** client_early_traffic_secret (section 7.1). */
function earlySecret(key: PreSharedKey, digest: Uint8Array): Secret {
	const schedule = new Schedule13(key.suite, key.owner.secret);
	try {
		return schedule.derive("c e traffic", digest);
	} finally {
		schedule.close();
	}
}

/** Sends the early data after the ClientHello, whose digest by the hash of the first key is `digest`. */
export function sendEarly(link: Link, hello: Hello, digest: Uint8Array): void {
	const key = hello.keys[0]!;
	const traffic = earlySecret(key, digest);
	try {
		logSecret("CLIENT_EARLY_TRAFFIC_SECRET", hello.random, traffic);
		if (hello.isCompatible) link.sendChangeCipherSpec();
		link.writeWith(trafficCipher(key.suite, traffic));
	} finally {
		traffic.close();
	}
	link.sendData(hello.early!);
}

/**
 * Checks that the server, which says that it takes the early data, goes on with what that was made for (section
 * 4.2.10).
 */
export function checkEarly(hello: Hello, key: PreSharedKey | undefined, suite: Suite, protocol: string): void {
	const first = hello.keys[0]!;
	if (key !== first || suite !== first.suite || protocol !== first.owner.protocol)
		throw new TLSError(
			"illegal_parameter",
			"the server takes early data, but not with the key, cipher suite and protocol that it was made for",
		);
}

/** EndOfEarlyData (section 4.5), the last message under the early key. */
export function endEarly(link: Link, transcript: Transcript): void {
	const message = Uint8Array.of(HandshakeType.end_of_early_data, 0, 0, 0);
	transcript.add(message, 0, message.length);
	link.send(message, 0, message.length);
}
