/*
	What a session is bound to, and the making of TLS 1.2's (RFC 5246 section 7.3, RFC 5077). TLS 1.3's are made in
	tickets.ts.
*/

import { ProtocolVersion } from "../../wire/numbers";
import { empty } from "../../wire/reader";
import type { CertificatePolicy } from "../../x509/policy";
import { clockTime } from "../../x509/time";
import { Hash, HashAlgorithm } from "tls/hardware/hash";
import type { Secret } from "tls/hardware/secret";
import type { Config } from "../../config";
import type { AuthenticatedPeer } from "../authenticated";
import type { Link } from "../link";
import type { ServerHello12, Ticket12 } from "../tls12/hello";
import type { ExternalKey } from "./keys";
import { BINDING_LENGTH, exportSession } from "./session";

/**
 * Returns the digest of what a session is bound to: the server's name, a different name in SNI (RFC 8446 section
 * 4.6.1), and all that was checked or shown. These are the trust store, the pins, whether a status had to come, the
 * client's certificate, and the external key. An option that widens or narrows trust belongs in here.
 */
export function sessionBinding(
	policy: CertificatePolicy,
	{ credential, otherCredentials, rawPublicKeys }: Pick<Config, "credential" | "otherCredentials" | "rawPublicKeys">,
	key: ExternalKey | undefined,
	sni: string | undefined,
): Uint8Array {
	const { name, roots, pins, pinsInsteadOfRoots, requiresStatus } = policy;
	const binding = new Uint8Array(BINDING_LENGTH);
	const text = `${name}\n${sni === name ? "" : `${sni}\n`}${[!!roots, !!requiresStatus, !!pinsInsteadOfRoots, pins?.length, credential?.chain[0]?.length, !!key, otherCredentials?.length, rawPublicKeys].join()}\n`;
	const bytes = new Uint8Array(ArrayBuffer.fromString(text));
	const running = new Hash(HashAlgorithm.sha256);
	try {
		running.update(bytes, 0, bytes.length);
		roots?.addTo(running);
		if (pins) for (let i = 0; i < pins.length; i++) running.update(pins[i]!, 0, pins[i]!.length);
		if (credential) running.update(credential.chain[0]!, 0, credential.chain[0]!.length);
		if (otherCredentials) for (const { chain } of otherCredentials) running.update(chain[0]!, 0, chain[0]!.length);
		if (key) {
			// the session does not show a hash of the key alone
			key.secret!.hmac(HashAlgorithm.sha256, key.identity, 0, key.identity.length, binding, 0);
			running.update(binding, 0, BINDING_LENGTH);
		}
		running.peek(binding, 0);
	} finally {
		running.close();
	}
	return binding;
}

/** What a handshake of TLS 1.2 leaves for a session. */
interface Made12 {
	readonly answer: ServerHello12;
	readonly ticket: Ticket12 | undefined;
	/** The master secret. */
	readonly master: Secret | undefined;
}

/**
 * Hands on what a later connection of TLS 1.2 can go on with: a new ticket, or the number of a session that begins
 * here. `peer` and `scheme` are the server's proof, `group` is of the first connection's key exchange. Without the
 * extended master secret there is no session (RFC 7627 section 5.3).
 */
export function keepSession12(
	link: Link,
	{ answer, ticket: ticket12, master }: Made12,
	{ peer, scheme }: AuthenticatedPeer,
	group: number,
): void {
	const { suite, sessionId, resumes, isExtended, maxFragment } = answer;
	const { sessionBinding: binding, maxFragmentCode, certificates } = link.config;
	const { lifetime = 0, ticket = empty } = ticket12 ?? {};
	const now = isExtended ? clockTime(certificates.clock) : undefined;
	if (now === undefined || (!ticket.length && (resumes || !sessionId.length))) return;
	const { subject, verifiedAt, validUntil } = peer;
	const session = {
		version: ProtocolVersion.tls12,
		suite: suite.id,
		scheme,
		id: ticket.length ? empty : sessionId,
		ticket,
		subject,
		verifiedAt,
		validUntil,
		group,
		maxFragmentCode: maxFragment ? maxFragmentCode : 0,
	} as const;
	link.keepSession(exportSession(session, master!, binding!, now, lifetime));
}
