/*
	Certificates and key exchanges that a TLS 1.2 client must refuse (RFC 5246, 8422).
*/

import { type Fault, changing, leafUnder, withBody } from "../script12.js";
import type { Script12 } from "../../peers/server12.js";
import { flip, illegal, malformed } from "../fault.js";
import { makeIdentity, makeKey } from "../../../host-sim/servers/certificates.js";
import { u16, vector } from "../../../host-sim/trace/keys13.js";

/** Another server's chain, of a key that the suite does not go with. */
function mismatched(): Partial<Script12> {
	return { suite: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" };
}

/** ServerKeyExchange: curve type, group, point, scheme, signature. The point of X25519 ends at 4 + 4 + 32. */
const schemeAt = 40;

function withScheme(scheme: number): () => Partial<Script12> {
	return changing("ServerKeyExchange", bytes =>
		withBody(bytes, bytes.subarray(4, schemeAt), u16(scheme), bytes.subarray(schemeAt + 2)),
	);
}

export const proofFaults: Fault[] = [
	{
		name: "the certificate is for another name",
		script: identity => leafUnder(identity, { names: ["other.example"] }),
		code: "wrong_name",
		alert: 42,
		says: /other\.example/,
	},
	{
		name: "the root is not trusted",
		code: "untrusted",
		alert: 48,
		script: () => {
			const { leaf, intermediate } = makeIdentity(["localhost"]);
			return { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
		},
	},
	{
		name: "the certificate may not sign",
		script: identity => leafUnder(identity, { keyUsage: ["keyAgreement"] }),
		code: "unsupported_certificate",
		alert: 43,
	},
	{ name: "the certificate does not go with the suite", script: mismatched, ...illegal },
	{
		name: "no certificate at all",
		script: changing("Certificate", bytes => withBody(bytes, Buffer.alloc(3))),
		...malformed,
	},
	{
		name: "an empty certificate",
		script: changing("Certificate", bytes => withBody(bytes, vector(3, vector(3)))),
		...malformed,
	},
	{
		name: "a flipped bit in the signature",
		script: changing("ServerKeyExchange", bytes => flip(bytes, -1)),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a flipped bit in the point",
		script: changing("ServerKeyExchange", bytes => flip(bytes, 20)),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "another key's signature",
		script: () => ({ key: makeKey("p256").privateKey }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a signature over another client's random",
		script: () => ({ editSigned: content => flip(content, 3) }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a signature over another server random",
		script: () => ({ editSigned: content => flip(content, 40) }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a signature over the key alone",
		script: () => ({ editSigned: content => content.subarray(64) }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "no signature",
		script: changing("ServerKeyExchange", bytes => withBody(bytes, bytes.subarray(4, schemeAt))),
		...malformed,
	},
	{
		name: "an empty signature",
		script: changing("ServerKeyExchange", bytes => withBody(bytes, bytes.subarray(4, schemeAt + 2), vector(2))),
		code: "bad_signature",
		alert: 51,
	},
	{ name: "signed with SHA-1, which was not offered", script: withScheme(0x0203), ...illegal },
	{ name: "signed with Ed448, which was not offered", script: withScheme(0x0808), ...illegal },
	{ name: "anonymous", script: withScheme(0x0400), ...illegal },
	{ name: "a scheme for RSA with a key for ECDSA", script: withScheme(0x0401), ...illegal },
	{ name: "a scheme for RSA-PSS with a key for ECDSA", script: withScheme(0x0804), ...illegal },
	{ name: "another hash than the one that was signed", script: withScheme(0x0503), code: "bad_signature", alert: 51 },
	{
		name: "a curve that is spelled out",
		script: changing("ServerKeyExchange", bytes => {
			bytes[4] = 1;
			return bytes;
		}),
		...illegal,
	},
	{
		name: "a group that was not offered",
		script: () => ({ group: 0x19, point: Buffer.concat([Buffer.of(4), Buffer.alloc(132, 1)]) }),
		...illegal,
	},
	{ name: "a point that gives zero", script: () => ({ point: Buffer.alloc(32) }), ...illegal },
	{ name: "a point of the wrong length", script: () => ({ point: Buffer.alloc(31, 9) }), ...illegal },
	{ name: "a point with a byte too many", script: () => ({ point: Buffer.alloc(33, 9) }), ...illegal },
	{ name: "no point", script: () => ({ point: Buffer.alloc(0) }), ...malformed },
	{
		name: "a point that is not on P-256",
		script: () => ({ group: 0x17, point: Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]) }),
		...illegal,
	},
	{
		name: "a point that is not on P-384",
		script: () => ({ group: 0x18, point: Buffer.concat([Buffer.of(4), Buffer.alloc(96, 7)]) }),
		...illegal,
	},
	{
		name: "a point of P-256 beyond its field",
		script: () => ({ group: 0x17, point: Buffer.concat([Buffer.of(4), Buffer.alloc(64, 0xff)]) }),
		...illegal,
	},
	{
		name: "a compressed point",
		script: () => ({ group: 0x17, point: Buffer.concat([Buffer.of(2), Buffer.alloc(32, 7)]) }),
		...illegal,
	},
	{ name: "the point at infinity", script: () => ({ group: 0x17, point: Buffer.of(0) }), ...illegal },
	{
		name: "a CertificateRequest that takes no signatures",
		script: changing("CertificateRequest", bytes => withBody(bytes, vector(1, Buffer.of(1)), vector(2), vector(2)), {
			requestCertificate: true,
		}),
		...malformed,
	},
	{
		name: "a CertificateRequest of no kind",
		script: changing("CertificateRequest", bytes => withBody(bytes, vector(1), vector(2, u16(0x0403)), vector(2)), {
			requestCertificate: true,
		}),
		...malformed,
	},
	{
		name: "a CertificateRequest with an empty name",
		script: changing(
			"CertificateRequest",
			bytes => withBody(bytes, vector(1, Buffer.of(1)), vector(2, u16(0x0403)), vector(2, vector(2))),
			{ requestCertificate: true },
		),
		...malformed,
	},
	{
		name: "ServerHelloDone that holds something",
		script: changing("ServerHelloDone", bytes => withBody(bytes, Buffer.of(0))),
		...malformed,
	},
];
