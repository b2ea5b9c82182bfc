/*
	How every handshake begins: the ClientHello and the server's answer. A second ClientHello follows if the server asks
	for another key share, or for its cookie (RFC 8446 section 4.1.4). Then the flow of the version that the server
	picked goes on.
*/

import type { Config } from "../config";
import { TLSError } from "../errors";
import { Accept, NamedGroup, ProtocolLength, ProtocolVersion, Step } from "../wire/numbers";
import { groupName } from "../wire/names";
import { Phase } from "./timing";
import { expectBuffer, Purpose } from "../wire/memory";
import { Writer } from "../wire/writer";
import type { Flow, Link } from "./link";
import { writeClientHello } from "./clienthello";
import { makeShare, makeShares } from "./keyshare";
import { namesVersion, readServerHello } from "./serverhello";
import type { ServerHello } from "./serverhello";
import { Hello } from "./offer";
import { offeredGroups } from "./offered";
import { dropKeys } from "./resumption/keys";
import { resumption } from "./resumption/resumption";
import type { Transcript } from "./transcript";
import { flow12 } from "./tls12/flow";
import { flow13 } from "./tls13/flow";

/**
 * Bytes that a ClientHello usually needs; with a pre-shared key that goes on with an earlier connection, beside its
 * ticket.
 */
const HELLO_BYTES = 320;

/**
 * Returns the length of a key share that is longer than P-384's, for which HELLO_BYTES has room; else 0. It is here
 * twice: in the message and in its record. Throws "out_of_memory" if there is no room.
 */
function expectShareRoom({ share }: Hello): number {
	if (!share || share.publicLength <= ProtocolLength.p384Point) return 0;
	expectBuffer(2 * share.publicLength, Purpose.output);
	return share.publicLength;
}

function sendHello(link: Link, hello: Hello, transcript: Transcript): void {
	if (link.config.maxVersion === ProtocolVersion.tls13 && !hello.share) makeShares(hello, link.config.groups);
	const w = new Writer(
		HELLO_BYTES +
			expectShareRoom(hello) +
			(hello.keys.length ? hello.keys[0]!.identity.length : 0) +
			(hello.cookie?.length ?? 0),
	);
	writeClientHello(w, hello, link.config);
	transcript.add(w.bytes, hello.keys.length ? resumption!.writeBinders(w, hello.keys, transcript) : 0, w.length);
	link.send(w.bytes, 0, w.length);
	if (hello.early) resumption!.sendEarly(link, hello, transcript.helloDigest(hello.keys[0]!.suite.hash));
	link.timing?.mark(Phase.hello);
}

/** Checks what a HelloRetryRequest asks for, and makes `hello` say it (section 4.1.4, 4.2.8). */
function applyRetry(link: Link, hello: Hello, retry: ServerHello): void {
	if (retry.group) {
		const isSent = retry.group === hello.group || (retry.group === NamedGroup.x25519 && hello.classic);
		if (isSent || !link.config.groups.includes(retry.group))
			throw new TLSError(
				"illegal_parameter",
				isSent
					? `the server asks for a key of group ${groupName(retry.group)}, which it already has`
					: `the server asks for group ${groupName(retry.group)}, which was not offered: offered ${offeredGroups(link.config)}`,
			);
		hello.group = retry.group;
		hello.closeShare();
		hello.share = makeShare(retry.group);
	} else if (!retry.cookie)
		throw new TLSError("illegal_parameter", "server sent a HelloRetryRequest that asks for no change");
	hello.cookie = retry.cookie;
	hello.isRetried = true;
	// section 4.1.4: what can't go with the suite is not offered again
	const keys = hello.keys,
		{ hash } = retry.suite;
	hello.keys = keys.filter(key => key.suite.hash === hash);
	dropKeys(keys.filter(key => key.suite.hash !== hash));
	// section 4.2.10: the early data is lost
	if (hello.early) link.writePlain();
	hello.early = undefined;
}

/** What is offered. */
function makeHello(config: Config): Hello {
	const isTLS13 = config.maxVersion === ProtocolVersion.tls13,
		session = config.session;
	const hello = new Hello(config.groups[0]!);
	hello.offer(session?.version === ProtocolVersion.tls12 ? session : undefined, config.maxVersion);
	if (isTLS13 && resumption) {
		hello.keys = resumption.keysToOffer(
			session?.version === ProtocolVersion.tls13 ? session : undefined,
			config.psk,
			config.certificates.clock,
		);
		const early = resumption.earlyData(config.earlyData, hello.keys[0]);
		if (early) hello.early = early;
	}
	return hello;
}

/** The handshake up to the server's choice; the rest is the flow that it returns. */
export function* handshake(link: Link): Flow {
	const hello = makeHello(link.config);
	const transcript = hello.transcript;
	link.wipeAtEnd(hello);
	yield Step.pause;
	sendHello(link, hello, transcript);
	yield Accept.server_hello;
	link.timing?.mark(Phase.answer);
	if (link.config.maxVersion !== ProtocolVersion.tls13 || !namesVersion(link.reader)) {
		// appendix D.3
		if (hello.early)
			throw new TLSError(
				"unsupported_version",
				"the server picked TLS 1.2, but early data was sent, which needs TLS 1.3: connect again without early data",
			);
		return flow12(link, hello, transcript);
	}
	let answer = readServerHello(link.reader, hello, link.config);
	transcript.begin(answer.suite.hash);
	if (answer.isRetry) {
		const { suite } = answer;
		// right before the client's second flight; without a retry that is its last (appendix D.4)
		if (hello.isCompatible) link.sendChangeCipherSpec();
		transcript.fold();
		link.addTo(transcript);
		applyRetry(link, hello, answer);
		yield Step.pause;
		sendHello(link, hello, transcript);
		yield Accept.server_hello;
		link.timing?.mark(Phase.answer);
		answer = readServerHello(link.reader, hello, link.config);
		if (answer.isRetry) throw new TLSError("unexpected_message", "server sent a second HelloRetryRequest");
		if (answer.suite !== suite)
			throw new TLSError("illegal_parameter", "the server changed the cipher suite after its HelloRetryRequest");
	}
	return flow13(link, hello, answer);
}
