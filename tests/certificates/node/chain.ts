/*
	The certificates that the cases of this folder are variations of: a root, two CAs and a server.
*/

import {
	makeCertificate,
	makeKey,
	type Certificate,
	type CertificateRequest,
	type KeyPair,
	type KeyType,
} from "../../../host-sim/servers/certificates.js";
import type { ChainCase } from "../cases.js";

export type { ChainCase };

export const host = "server.example";
export const day = 86400e3;
export const now = Date.now();

/** Requests for the four, each changed by a test. */
export interface Changes {
	readonly root?: Partial<CertificateRequest>;
	readonly upper?: Partial<CertificateRequest>;
	readonly lower?: Partial<CertificateRequest>;
	readonly leaf?: Partial<CertificateRequest>;
}

export interface World {
	readonly root: Certificate;
	readonly upper: Certificate;
	readonly lower: Certificate;
	readonly leaf: Certificate;
}

const keys = { root: makeKey("p256"), upper: makeKey("p256"), lower: makeKey("p256"), leaf: makeKey("p256") };

/** Whoever forges certificates. */
export const attacker: KeyPair = makeKey("p256");

/** Root, Upper CA, Lower CA and a server's certificate, made anew with changes. */
export function makeWorld(changes: Changes = {}): World {
	const root = makeCertificate({ subject: "Root", key: keys.root, isAuthority: true, ...changes.root });
	const upper = makeCertificate({
		subject: "Upper CA",
		key: keys.upper,
		issuer: root,
		isAuthority: true,
		...changes.upper,
	});
	const lower = makeCertificate({
		subject: "Lower CA",
		key: keys.lower,
		issuer: upper,
		isAuthority: true,
		...changes.lower,
	});
	const leaf = makeCertificate({
		subject: "server",
		key: keys.leaf,
		issuer: lower,
		names: [host, "192.0.2.7", "2001:db8::7"],
		...changes.leaf,
	});
	return { root, upper, lower, leaf };
}

/** The world that nothing is wrong with. */
export const world = makeWorld();

/** The issuer's certificate with another key: what it then issues is signed by that key. */
export function withKey(certificate: Certificate, key: KeyPair): Certificate {
	return { ...certificate, key };
}

export interface Setting {
	readonly trusted?: readonly Certificate[] | undefined;
	readonly pins?: readonly Uint8Array[];
	readonly host?: string;
	/** Milliseconds since 1970. */
	readonly time?: number;
	readonly staple?: Uint8Array;
	readonly requiresStatus?: boolean;
	readonly clockTolerance?: number;
	/** In milliseconds: until when it holds. */
	readonly until?: number;
}

function base64(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("base64");
}

/** What a chain is made of: certificates, or other bytes. */
export type Link = Certificate | Uint8Array;

function make(name: string, chain: readonly Link[], setting: Setting, code: string, says: string): ChainCase {
	const { trusted = [world.root], pins, time = now } = setting;
	return {
		name,
		code,
		says,
		host: setting.host ?? host,
		seconds: Math.floor(time / 1000),
		chain: chain.map(link => base64(link instanceof Uint8Array ? link : link.der)),
		...("trusted" in setting && setting.trusted === undefined
			? {}
			: { trusted: trusted.map(({ der }) => base64(der)) }),
		...(pins ? { pins: pins.map(base64) } : {}),
		...(setting.staple ? { staple: base64(setting.staple) } : {}),
		...(setting.clockTolerance === undefined ? {} : { clockTolerance: setting.clockTolerance }),
		...(setting.requiresStatus ? { requiresStatus: true } : {}),
		...(setting.until === undefined ? {} : { until: Math.floor(setting.until / 1000) }),
	};
}

export function accepted(name: string, chain: readonly Link[], setting: Setting = {}): ChainCase {
	return make(name, chain, setting, "", "");
}

export function refused(
	name: string,
	chain: readonly Link[],
	code: string,
	says: RegExp,
	setting: Setting = {},
): ChainCase {
	return make(name, chain, setting, code, says.source);
}

/** The chain of a changed world, which differs from the right one in that only. */
export function fault(name: string, changes: Changes, code: string, says: RegExp, setting: Setting = {}): ChainCase {
	const { root, upper, lower, leaf } = makeWorld(changes);
	return refused(name, [leaf, lower, upper], code, says, { trusted: [root], ...setting });
}

/** Chains of which every byte is changed in turn: a server and one CA; and a certificate that is trusted itself. */
export function mutatedChains(): ChainCase[] {
	const alone = makeCertificate({ subject: "alone", key: makeKey("p256"), names: [host] });
	const chains = (["p256", "rsa2048"] as const).map((type: KeyType) => {
		const root = makeCertificate({ subject: "Root", key: makeKey(type), isAuthority: true });
		const issuer = makeCertificate({
			subject: "CA",
			key: makeKey(type),
			issuer: root,
			isAuthority: true,
			pathLength: 0,
		});
		const leaf = makeCertificate({ subject: "server", key: makeKey(type), issuer, names: [host] });
		return accepted(`a chain of ${type}`, [leaf, issuer], { trusted: [root] });
	});
	return [...chains, accepted("a certificate that is trusted itself", [alone], { trusted: [alone] })];
}
