/*
	Stapled certificate status: OCSP responses (RFC 6960) made on the spot, right ones and faulty ones.
*/

import { makeCertificate, makeKey, type Certificate } from "../../../host-sim/servers/certificates.js";
import { element, integer, nothing, octetString, oid, sequence } from "../../../host-sim/servers/der.js";
import { mustStaple, respond as makeResponse, revoked, single, unknown, type Response } from "../../peers/ocsp.js";
import { pin } from "./pins.js";
import { accepted, attacker, day, fault, host, makeWorld, now, refused, world, type ChainCase } from "./chain.js";

const { upper, lower, leaf } = world;
const chain = [leaf, lower, upper];

/** A status of the world's server, changed. */
function respond(change: Partial<Response> = {}): Buffer {
	return makeResponse({ certificate: leaf, issuer: lower, ...change });
}

/** A responder that the lower authority has certified. */
function responder(change: object = {}): Certificate {
	return makeCertificate({
		subject: "Responder",
		key: makeKey("p256"),
		issuer: lower,
		extendedKeyUsage: ["OCSPSigning"],
		...change,
	});
}

/** Extensions with one that nobody knows. */
function extension(isCritical: boolean): Buffer {
	const criticality = isCritical ? [element(1, Buffer.of(0xff))] : [];
	return sequence(sequence(oid("1.3.6.1.4.1.99999.1"), ...criticality, octetString(nothing())));
}

/** RFC 9654 */
const nonce = sequence(sequence(oid("1.3.6.1.5.5.7.48.1.2"), octetString(octetString(Buffer.alloc(32, 7)))));

function right(): ChainCase[] {
	const delegate = responder();
	const yes = (name: string, response: Partial<Response>): ChainCase =>
		accepted(`status: ${name}`, chain, { staple: respond(response), requiresStatus: true });
	const other = single({
		issuer: lower,
		certificate: makeWorld({ leaf: { serial: Buffer.alloc(16, 0x22) } }).leaf,
		status: unknown,
	});
	return [
		yes("good, by the issuer", {}),
		yes("good, the responder named by its key", { byKey: true }),
		yes("good, with SHA-256", { hash: "sha256" }),
		yes("good, by a responder that the issuer has certified", { signer: delegate, certificates: [delegate.der] }),
		yes("good, by a responder named by its key", {
			signer: delegate,
			byKey: true,
			certificates: [upper.der, delegate.der],
		}),
		yes("good, with another certificate's in front", { before: [other] }),
		yes("good, with an extension of its own, and a nonce", { extensions: extension(false), responseExtensions: nonce }),
		yes("good, its version spelled out", { version: integer(0) }),
		yes("good, twice, for different times", {
			before: [single({ issuer: lower, certificate: leaf, thisUpdate: now - 2 * day, nextUpdate: now + day / 2 })],
		}),
		yes("good, with its issuer's certificate along", { certificates: [lower.der] }),
		yes("good, without an end, of an hour ago", { thisUpdate: now - day / 24, nextUpdate: null }),
		accepted("status: none, and none is required", chain),
		...[300e3, 3600e3].map(late => {
			const signer = responder({ notBefore: new Date(now + late) });
			return accepted(`status: that begins when a clock may be ${late / 1000} seconds late`, chain, {
				staple: respond({ signer, certificates: [signer.der], thisUpdate: now + late, nextUpdate: now + day }),
				clockTolerance: late / 1000,
			});
		}),
		accepted("status: under an authority that is trusted itself", chain, {
			staple: respond(),
			requiresStatus: true,
			trusted: [lower],
		}),
	];
}

function wrong(): ChainCase[] {
	const no = (name: string, says: RegExp, staple: Uint8Array, code = "bad_staple"): ChainCase =>
		refused(`status: ${name}`, chain, code, says, { staple });
	const forger = { ...lower, key: attacker };
	const stranger = makeCertificate({
		subject: "Responder",
		key: attacker,
		issuer: forger,
		extendedKeyUsage: ["OCSPSigning"],
	});
	const delegates = {
		purpose: responder({ extendedKeyUsage: ["serverAuth"] }),
		old: responder({ notBefore: new Date(now - 9 * day), notAfter: new Date(now - day) }),
		upper: responder({ issuer: upper }),
		none: responder(),
		usage: responder({ keyUsage: ["keyCertSign"] }),
		any: responder({ extendedKeyUsage: ["any"] }),
	};
	const by = (signer: Certificate): Buffer => respond({ signer, certificates: [signer.der] });
	const critical = extension(true);
	return [
		no(
			"revoked",
			/certificate 0 \(CN=server\) was revoked on 2026-03-01/,
			respond({ status: revoked(new Date("2026-03-01T12:00:00Z")) }),
			"certificate_revoked",
		),
		no(
			"revoked, by a responder",
			/was revoked on 2026-03-01/,
			respond({
				status: revoked(new Date("2026-03-01T12:00:00Z")),
				signer: delegates.none,
				certificates: [delegates.none.der],
			}),
			"certificate_revoked",
		),
		no(
			"revoked, and forged",
			/a signature is wrong/,
			respond({ status: revoked(new Date("2026-03-01T12:00:00Z")), signer: forger }),
		),
		no(
			"revoked, by somebody whom the issuer has not certified",
			/a signature is wrong/,
			respond({ status: revoked(new Date("2026-03-01T12:00:00Z")), signer: stranger, certificates: [stranger.der] }),
		),
		no(
			"revoked, by a responder that may not sign",
			/the responder's certificate \(CN=Responder\) may not sign \(its key usage/,
			respond({
				status: revoked(new Date("2026-03-01T12:00:00Z")),
				signer: delegates.usage,
				certificates: [delegates.usage.der],
			}),
		),
		no(
			"revoked, by a responder for other purposes",
			/may not sign certificate statuses/,
			respond({
				status: revoked(new Date("2026-03-01T12:00:00Z")),
				signer: delegates.purpose,
				certificates: [delegates.purpose.der],
			}),
		),
		no(
			"revoked, by a responder with any purpose",
			/may not sign certificate statuses/,
			respond({
				status: revoked(new Date("2026-03-01T12:00:00Z")),
				signer: delegates.any,
				certificates: [delegates.any.der],
			}),
		),
		no(
			"good and then revoked",
			/was revoked on 2026-03-01/,
			respond({
				before: [single({ issuer: lower, certificate: leaf })],
				status: revoked(new Date("2026-03-01T12:00:00Z")),
			}),
			"certificate_revoked",
		),
		no(
			"revoked and then good",
			/was revoked on 2026-03-01/,
			respond({
				before: [single({ issuer: lower, certificate: leaf, status: revoked(new Date("2026-03-01T12:00:00Z")) })],
			}),
			"certificate_revoked",
		),
		no("good, by a responder that may not sign", /may not sign \(its key usage/, by(delegates.usage)),
		no(
			"no status at all",
			/not about the server's certificate/,
			makeResponse({ certificate: leaf, issuer: lower, statuses: [] }),
		),
		no("unknown", /not known to the responder/, respond({ status: unknown })),
		no(
			"of another certificate",
			/not about the server's certificate/,
			respond({ certificate: makeWorld({ leaf: { serial: Buffer.alloc(16, 0x22) } }).leaf }),
		),
		no(
			"issued by another CA's certificate",
			/not about the server's certificate/,
			respond({ issuer: upper, signer: lower }),
		),
		no(
			"of a certificate whose issuer has another name, but the same key",
			/not about the server's certificate/,
			respond({ issuer: { ...lower, subject: upper.subject }, signer: lower }),
		),
		no(
			"of a certificate whose issuer has another key, but the same name",
			/not about the server's certificate/,
			respond({ issuer: { ...lower, key: upper.key }, signer: lower }),
		),
		no("out of date", /expired on/, respond({ thisUpdate: now - 9 * day, nextUpdate: now - day })),
		no("out of date, without an end", /expired on/, respond({ thisUpdate: now - 2 * day, nextUpdate: null })),
		no("of tomorrow", /is not valid before/, respond({ thisUpdate: now + day, nextUpdate: now + 2 * day })),
		...[300e3, 3600e3].map(late =>
			refused(
				`status: that begins ${late / 1000 + 1} seconds later, by a clock that may be ${late / 1000} seconds late`,
				chain,
				"bad_staple",
				/is not valid before/,
				{ staple: respond({ thisUpdate: now + late + 1000, nextUpdate: now + day }), clockTolerance: late / 1000 },
			),
		),
		refused(
			"status: by a responder from an hour later on, by a clock that may be five minutes late",
			chain,
			"bad_staple",
			/the responder's certificate .* only/,
			{ staple: by(responder({ notBefore: new Date(now + 3600e3) })), clockTolerance: 300 },
		),
		no("forged", /a signature is wrong/, respond({ signer: forger })),
		no("by somebody whom the issuer has not certified", /a signature is wrong/, by(stranger)),
		no(
			"by a responder for other purposes",
			/the responder's certificate \(CN=Responder\) may not sign certificate statuses/,
			by(delegates.purpose),
		),
		no("by a responder that has expired", /the responder's certificate .* only/, by(delegates.old)),
		no("by a responder of another authority", /issued by another CA/, by(delegates.upper)),
		no("by a responder whose certificate is missing", /nor by a responder/, respond({ signer: delegates.none })),
		no("with a critical extension", /critical extension/, respond({ extensions: critical })),
		no("with a critical extension of all", /critical extension/, respond({ responseExtensions: critical })),
		no("of version 2", /unknown version/, respond({ version: integer(1) })),
		no(
			"by a responder that is certified from tomorrow on",
			/the responder's certificate .* only/,
			by(responder({ notBefore: new Date(now + day) })),
		),
		no(
			"twice, and one is out of date",
			/expired on/,
			respond({
				before: [single({ issuer: lower, certificate: leaf, thisUpdate: now - 9 * day, nextUpdate: now - day })],
			}),
		),
		no("the responder could not answer", /could not answer/, sequence(element(0x0a, Buffer.of(3)))),
		no("with a byte after it", /(bytes|bytes) after its end/, Buffer.concat([respond(), Buffer.of(0)])),
		no("cut short", /./, respond().subarray(0, -1)),
		no("no bytes", /./, Buffer.alloc(0)),
		no("something else", /./, Buffer.from("no status at all")),
	];
}

function promised(): ChainCase[] {
	const extensions = [mustStaple];
	const itself = (name: string, certificate: Certificate, setting: object = {}): ChainCase =>
		refused(`status: ${name}`, [certificate], "bad_staple", /certificate 0 .* is trusted itself, .* can't be checked/, {
			trusted: [certificate],
			staple: respond({ certificate, issuer: certificate }),
			...setting,
		});
	const alone = makeCertificate({ subject: "alone", key: makeKey("p256"), names: [host] });
	const promising = makeCertificate({ subject: "alone", key: makeKey("p256"), names: [host], extensions });
	const stapled = makeWorld({ leaf: { extensions } });
	return [
		refused(
			"status: required, and none is there",
			chain,
			"bad_staple",
			/certificate 0 \(CN=server\) comes without a stapled status/,
			{ requiresStatus: true },
		),
		itself("required, of a certificate that is trusted itself", alone, { requiresStatus: true }),
		itself("promised, of a certificate that is trusted itself", promising),
		itself("required, of a certificate whose key is pinned", alone, {
			requiresStatus: true,
			trusted: undefined,
			pins: [pin(alone)],
		}),
		itself("promised, of a certificate whose key is pinned", promising, { trusted: undefined, pins: [pin(promising)] }),
		refused(
			"status: required and missing, of a certificate that is trusted itself",
			[alone],
			"bad_staple",
			/comes without a stapled status/,
			{ trusted: [alone], requiresStatus: true },
		),
		refused(
			"status: required and missing, of a certificate whose key is pinned",
			[alone],
			"bad_staple",
			/comes without a stapled status/,
			{ trusted: undefined, pins: [pin(alone)], requiresStatus: true },
		),
		accepted("status: required, of a certificate that is trusted itself as is its issuer", chain, {
			trusted: [leaf, world.root],
			staple: respond(),
			requiresStatus: true,
		}),
		refused(
			"status: forged, of a certificate that is trusted itself as is its issuer",
			chain,
			"bad_staple",
			/a signature is wrong/,
			{ trusted: [leaf, world.root], staple: respond({ signer: { ...lower, key: attacker } }), requiresStatus: true },
		),
		accepted("status: required, of a certificate whose key is pinned as is its issuer's", chain, {
			trusted: undefined,
			pins: [pin(leaf), pin(lower)],
			staple: respond(),
			requiresStatus: true,
		}),
		accepted("status: none required, of a certificate that is trusted itself", [alone], {
			trusted: [alone],
			staple: respond({ certificate: alone, issuer: alone }),
		}),
		fault("status: promised, and none is there", { leaf: { extensions } }, "bad_staple", /without a stapled status/),
		accepted("status: promised, and there", [stapled.leaf, lower, upper], {
			staple: respond({ certificate: stapled.leaf }),
		}),
	];
}

export function stapleCases(): ChainCase[] {
	return [...right(), ...wrong(), ...promised()];
}

/** A chain with its status, every byte of which is changed in turn. */
export function mutatedStaple(): ChainCase {
	const issuer = makeCertificate({ subject: "CA", key: makeKey("p256"), isAuthority: true });
	const server = makeCertificate({ subject: "server", key: makeKey("p256"), issuer, names: [host] });
	const delegate = responder({ issuer });
	return accepted("a stapled status by a responder", [server], {
		trusted: [issuer],
		requiresStatus: true,
		staple: respond({ certificate: server, issuer, signer: delegate, certificates: [delegate.der] }),
	});
}
