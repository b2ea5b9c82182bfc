/*
	What makes certificates long, for chains that are made to take long.
*/

import { type Certificate, type CertificateRequest, makeCertificate } from "../../../host-sim/servers/certificates.js";
import { attacker, host, withKey, world } from "./chain.js";
import { nothing, oid, sequence, set, utf8String } from "../../../host-sim/servers/der.js";

const { root } = world;

/** The root's name with a key of the attacker's. */
export const anchor = withKey(root, attacker);

export function times<T>(count: number, make: (index: number) => T): T[] {
	return Array.from({ length: count }, (_, i) => make(i));
}

export function authority(change: Partial<CertificateRequest> = {}): Certificate {
	return makeCertificate({ subject: root.subject, key: attacker, issuer: anchor, isAuthority: true, ...change });
}

export function server(change: Partial<CertificateRequest> = {}): Certificate {
	return makeCertificate({ subject: "x", key: attacker, issuer: anchor, names: [host], ...change });
}

export const anything = /./;

/** Everything that makes reading one certificate long. */
export const longSubject = sequence(
	...times(40, i => set(sequence(oid("2.5.4.11"), utf8String(`part ${i}`)))),
	set(sequence(oid("2.5.4.3"), utf8String("x".repeat(64)))),
);
export const longExtensions = times(34, i => ({
	id: `1.3.6.1.4.1.99999.${1000 + i}`,
	isCritical: false,
	value: nothing(),
}));
export const manyPurposes = ["serverAuth", ...times(31, i => `1.3.6.1.4.1.99999.${i}`)];
