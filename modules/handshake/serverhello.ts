/*
	TLS 1.3's ServerHello and HelloRetryRequest (RFC 8446 section 4.1.3, 4.1.4). TLS 1.2's is in tls12/hello.ts.
*/

import { TLSError } from "../errors";
import { findSuite } from "../crypto/suites";
import type { Suite } from "../crypto/suite";
import type { Config } from "../config";
import { AllowedIn, ExtensionBit, expectAnswer, expectExtension } from "../wire/extensions";
import { ExtensionType, ProtocolLength, ProtocolVersion, Signer } from "../wire/numbers";
import { expectBuffer, Purpose } from "../wire/memory";
import { copyRange, type Reader } from "../wire/reader";
import { equal } from "tls/hardware/compare";
import { offeredSuites } from "./offered";
import type { Hello } from "./offer";
import type { PreSharedKey } from "./resumption/keys";

/** The random of a ServerHello that is a HelloRetryRequest: SHA-256 of that name (section 4.1.3). */
const retryRandom = Uint8Array.of(
	0xcf,
	0x21,
	0xad,
	0x74,
	0xe5,
	0x9a,
	0x61,
	0x11,
	0xbe,
	0x1d,
	0x8c,
	0x02,
	0x1e,
	0x65,
	0xb8,
	0x91,
	0xc2,
	0xa2,
	0x11,
	0x16,
	0x7a,
	0xbb,
	0x8c,
	0x5e,
	0x07,
	0x9e,
	0x09,
	0xe2,
	0xc8,
	0xa8,
	0x33,
	0x9c,
);

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const SERVER_HELLO = "ServerHello";

/** What a ServerHello or HelloRetryRequest says. `shareStart..shareEnd` lies in the message. */
export interface ServerHello {
	suite: Suite;
	isRetry: boolean;
	/** The group of the server's share, or the one that it asks for; 0 if it named none. */
	group: number;
	shareStart: number;
	shareEnd: number;
	cookie: Uint8Array | undefined;
	/** The one of the keys offered that the server takes. */
	key: PreSharedKey | undefined;
}

/** The key that the server took (section 4.2.11). */
function pickKey(number: number, hello: Hello, { suite }: ServerHello): PreSharedKey {
	const key = hello.keys[number];
	if (!key)
		throw new TLSError(
			"illegal_parameter",
			`the server picked pre-shared key ${number} of the ${hello.keys.length} offered`,
		);
	if (key.suite.hash !== suite.hash)
		throw new TLSError("illegal_parameter", `the server picked a pre-shared key that does not go with ${suite.name}`);
	return key;
}

/**
 * Reads the extensions of a ServerHello or HelloRetryRequest into `to`; returns the version picked, 0 if none is named.
 */
function readExtensions(r: Reader, hello: Hello, to: ServerHello): number {
	const allowed = to.isRetry ? AllowedIn.hello_retry_request : AllowedIn.server_hello13;
	// a cookie is the one thing that a server may send unasked (section 4.2)
	const asked = hello.asked | (to.isRetry ? ExtensionBit.cookie : 0);
	let version = 0;
	let seen = 0;
	const block = r.enter(2, 0, 0xffff);
	while (r.left) {
		const type = r.u16();
		seen = expectAnswer(type, seen, asked, allowed);
		const extension = r.enter(2, 0, 0xffff);
		if (type === ExtensionType.supported_versions) version = r.u16();
		else if (type === ExtensionType.cookie) {
			const start = r.skipVector(2, 1, 0xffff);
			// it is here twice: kept, and in the hello that gives it back
			expectBuffer(2 * (r.at - start), Purpose.cookie);
			to.cookie = copyRange(r.bytes, start, r.at);
		} else if (type === ExtensionType.pre_shared_key) to.key = pickKey(r.u16(), hello, to);
		else {
			to.group = r.u16();
			if (!to.group) throw new TLSError("illegal_parameter", "server named group 0, which does not exist");
			if (!to.isRetry) {
				to.shareStart = r.skipVector(2, 1, 0xffff);
				to.shareEnd = r.at;
			}
		}
		r.leave(extension);
	}
	r.leave(block);
	return version;
}

/** The checks of section 4.1.3 on what is the same in every ServerHello. Returns the suite. */
function checkEcho(r: Reader, hello: Hello, config: Config): Suite {
	const id = r.enter(1, 0, ProtocolLength.sessionId);
	const length = hello.sessionId.length;
	if (r.left !== length || !equal(r.bytes, r.skip(length), hello.sessionId, 0, length))
		throw new TLSError("illegal_parameter", "the server did not echo the session id");
	r.leave(id);
	const suiteId = r.u16();
	const suite = config.suites.includes(suiteId) ? findSuite(suiteId) : undefined;
	if (!suite || suite.signer !== Signer.any)
		throw new TLSError(
			"illegal_parameter",
			`the server picked cipher suite 0x${suiteId.toString(16)}, which was not offered for TLS 1.3: offered ${offeredSuites(config, ProtocolVersion.tls13)}`,
		);
	if (r.u8() !== 0)
		throw new TLSError("illegal_parameter", "the server picked a compression method, which was not offered");
	return suite;
}

/**
 * Looks ahead in the ServerHello for supported_versions. Without it the server speaks TLS 1.2 or older, and the fields
 * before mean something else.
 */
export function namesVersion(r: Reader): boolean {
	const at = r.at,
		end = r.end;
	let found = false;
	r.skip(2 + ProtocolLength.random);
	r.skip(r.u8());
	r.skip(3);
	if (r.left) {
		const block = r.enter(2, 0, 0xffff);
		for (let i = 0; r.left && !found; i++) {
			expectExtension(i, SERVER_HELLO);
			found = r.u16() === ExtensionType.supported_versions;
			r.skip(r.u16());
		}
		// what follows it is read with the rest
		if (!found) r.leave(block);
	}
	r.at = at;
	r.end = end;
	return found;
}

/**
 * Reads TLS 1.3's ServerHello or HelloRetryRequest that `r` stands at, and refuses what no TLS 1.3 server may answer to
 * `hello`.
 */
export function readServerHello(r: Reader, hello: Hello, config: Config): ServerHello {
	const legacy = r.u16();
	const randomAt = r.skip(ProtocolLength.random);
	if (legacy !== ProtocolVersion.tls12)
		throw new TLSError(
			"illegal_parameter",
			`server sent a ServerHello with legacy_version 0x${legacy.toString(16)}, expected 0x303`,
		);
	const suite = checkEcho(r, hello, config);
	const isRetry = equal(r.bytes, randomAt, retryRandom, 0, ProtocolLength.random);
	const answer: ServerHello = {
		suite,
		isRetry,
		group: 0,
		shareStart: 0,
		shareEnd: 0,
		cookie: undefined,
		key: undefined,
	};
	const version = readExtensions(r, hello, answer);
	r.finish();
	if (version !== ProtocolVersion.tls13)
		throw new TLSError(
			"illegal_parameter",
			`the server picked version 0x${version.toString(16)}, which was not offered`,
		);
	return answer;
}
