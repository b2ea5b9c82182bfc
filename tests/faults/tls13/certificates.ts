/*
	Certificates and proofs that a TLS 1.3 client must refuse, and messages in another order.
*/

import { type Fault, chainOf, changing, day, leafUnder, withBody } from "../script13.js";
import { bodyPlaces, flip } from "../fault.js";
import { makeCertificate, makeIdentity, makeKey } from "../../../host-sim/servers/certificates.js";
import { message } from "../../peers/wire13.js";
import { u16 } from "../../../host-sim/trace/keys13.js";

export const certificateFaults: Fault[] = [
	{
		name: "the certificate is for another name",
		script: identity => leafUnder(identity, { names: ["other.example"] }),
		code: "wrong_name",
		alert: 42,
		says: /other\.example/,
	},
	{
		name: "the certificate has no subjectAltName",
		script: identity => leafUnder(identity, { names: [] }),
		code: "wrong_name",
		alert: 42,
	},
	{
		name: "the root is not trusted",
		code: "untrusted",
		alert: 48,
		script: () => {
			const { leaf, intermediate } = makeIdentity(["localhost"]);
			return chainOf(leaf, intermediate);
		},
	},
	{
		name: "the leaf has expired",
		code: "certificate_expired",
		alert: 45,
		says: /expired/,
		script: identity =>
			leafUnder(identity, { notBefore: new Date(Date.now() - 3 * day), notAfter: new Date(Date.now() - day) }),
	},
	{
		name: "the leaf is not yet valid",
		code: "certificate_not_yet_valid",
		alert: 45,
		script: identity =>
			leafUnder(identity, { notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 3 * day) }),
	},
	{
		name: "the intermediate is not a CA",
		code: "bad_certificate",
		alert: 42,
		script: ({ root }) => {
			const notCA = makeCertificate({
				subject: "not a CA",
				key: makeKey("p256"),
				issuer: root,
				names: ["not.example"],
			});
			const leaf = makeCertificate({ subject: "localhost", key: makeKey("p256"), issuer: notCA, names: ["localhost"] });
			return chainOf(leaf, notCA);
		},
	},
	{
		name: "the intermediate may not sign certificates",
		code: "bad_certificate",
		alert: 42,
		script: ({ root }) => {
			const signer = makeCertificate({
				subject: "no signer",
				key: makeKey("p256"),
				issuer: root,
				isAuthority: true,
				keyUsage: ["digitalSignature"],
			});
			const leaf = makeCertificate({
				subject: "localhost",
				key: makeKey("p256"),
				issuer: signer,
				names: ["localhost"],
			});
			return chainOf(leaf, signer);
		},
	},
	{
		name: "the leaf's signature is wrong",
		script: identity => leafUnder(identity, { changeSignature: (bytes: Buffer) => flip(bytes, -1) }),
		code: "bad_certificate",
		alert: 42,
	},
	{
		name: "no certificate at all",
		script: changing("Certificate", bytes => withBody(bytes, Buffer.alloc(4))),
		code: "decode_error",
		alert: 50,
	},
	{
		name: "the Certificate has a context",
		script: changing("Certificate", bytes => withBody(bytes, Buffer.concat([Buffer.of(1, 9), bytes.subarray(5)]))),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "the leaf's key is another one's",
		script: () => ({ key: makeKey("p256").privateKey }),
		code: "bad_signature",
		alert: 51,
	},
];

export const proofFaults: Fault[] = [
	{
		name: "a flipped bit in CertificateVerify",
		script: changing("CertificateVerify", bytes => flip(bytes, -1)),
		code: "bad_signature",
		alert: 51,
	},
	...bodyPlaces.map(([which, at]) => ({
		name: `a flipped bit in the ${which} byte of Finished`,
		script: changing("Finished", bytes => flip(bytes, at)),
		code: "bad_finished",
		alert: 51,
	})),
	{
		name: "CertificateVerify is skipped",
		script: changing("CertificateVerify", () => undefined),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "Certificate is skipped",
		script: changing("Certificate", () => undefined),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "EncryptedExtensions is skipped",
		script: changing("EncryptedExtensions", () => undefined),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "Finished comes twice",
		script: changing("Finished", bytes => Buffer.concat([bytes, bytes])),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "Certificate comes twice",
		script: changing("Certificate", bytes => Buffer.concat([bytes, bytes])),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "Finished is too short",
		script: changing("Finished", bytes => withBody(bytes, bytes.subarray(4, -1))),
		code: "decode_error",
		alert: 50,
		says: /^server sent a (?:31-byte Finished, expected 32|47-byte Finished, expected 48)$/,
	},
	{
		name: "Finished is too long",
		script: changing("Finished", bytes => withBody(bytes, Buffer.concat([bytes.subarray(4), Buffer.of(0)]))),
		code: "decode_error",
		alert: 50,
		says: /^server sent a (?:33-byte Finished, expected 32|49-byte Finished, expected 48)$/,
	},
	{
		name: "Finished comes before CertificateVerify",
		script: changing("CertificateVerify", bytes => Buffer.concat([message(20, Buffer.alloc(32)), bytes])),
		code: "unexpected_message",
		alert: 10,
	},
	{
		name: "signed with RSA PKCS #1, which TLS 1.3 forbids",
		script: changing("CertificateVerify", bytes => withBody(bytes, Buffer.concat([u16(0x0401), bytes.subarray(6)]))),
		code: "illegal_parameter",
		alert: 47,
	},
	{
		name: "signed with a scheme that was not offered",
		script: changing("CertificateVerify", bytes => withBody(bytes, Buffer.concat([u16(0x0808), bytes.subarray(6)]))),
		code: "illegal_parameter",
		alert: 47,
		says: /0x0808, which was not offered: offered ecdsa_secp256r1_sha256, .*rsa_pkcs1_sha512/,
	},
	{
		name: "a scheme of another curve",
		script: changing("CertificateVerify", bytes => withBody(bytes, Buffer.concat([u16(0x0503), bytes.subarray(6)]))),
		code: "illegal_parameter",
		alert: 47,
	},
];
