/*
	RSA key transport, Diffie-Hellman and extensions that a client for old servers must refuse.
*/

import { type Fault, behind, changing, followed, withBody } from "../script12.js";
import { type Script12, rightExtensions } from "../../peers/server12.js";
import { cbcSHA, dheGCM, ecdsa, of, rsa, rsaGCM, withSuite } from "./suites.js";
import { extension, message } from "../../peers/wire13.js";
import { ffdhePrime } from "../../peers/exchange12.js";
import { flip, illegal, malformed, unexpected } from "../fault.js";
import { makeCertificate, makeKey } from "../../../host-sim/servers/certificates.js";
import { u16, vector } from "../../../host-sim/trace/keys13.js";

function leafUnder(keyUsage: readonly string[]): Partial<Script12> {
	const leaf = makeCertificate({
		subject: "localhost",
		key: makeKey("rsa2048"),
		issuer: rsa.intermediate,
		names: ["localhost"],
		keyUsage: keyUsage as [],
	});
	return { chain: [leaf.der, rsa.intermediate.der], key: leaf.key.privateKey };
}

export const rsaFaults: Fault[] = [
	{
		name: "a ServerKeyExchange",
		script: of(rsaGCM, followed("Certificate", message(12, Buffer.alloc(8)))),
		...unexpected,
	},
	{
		name: "no ServerHelloDone, Finished follows",
		script: of(
			rsaGCM,
			changing("ServerHelloDone", () => message(20, Buffer.alloc(12))),
		),
		...unexpected,
	},
	{
		name: "no Certificate",
		script: of(
			rsaGCM,
			changing("Certificate", () => undefined),
		),
		...unexpected,
	},
	{ name: "ServerHelloDone twice", script: of(rsaGCM, behind(message(14))), ...unexpected },
	{
		name: "ServerHelloDone that holds something",
		script: of(
			rsaGCM,
			changing("ServerHelloDone", bytes => withBody(bytes, Buffer.of(0))),
		),
		...malformed,
	},
	{
		name: "the certificate may not take keys",
		script: () => withSuite(rsaGCM, leafUnder(["digitalSignature"])),
		code: "unsupported_certificate",
		alert: 43,
		says: /key usage/,
	},
	{
		name: "the certificate is of ECDSA",
		script: () => ({
			suite: rsaGCM,
			chain: [ecdsa.leaf.der, ecdsa.intermediate.der, ecdsa.root.der],
			key: rsa.leaf.key.privateKey,
		}),
		code: "untrusted",
		alert: 48,
	},
	{
		name: "the server lacks the key",
		script: () => withSuite(rsaGCM, { edit: (name, bytes) => (name === "Finished" ? flip(bytes, 9) : bytes) }),
		code: "bad_finished",
		alert: 51,
	},
	{
		name: "the Finished of the client's side",
		script: of(rsaGCM, { finishedLabel: "client finished" }),
		code: "bad_finished",
		alert: 51,
	},
	{
		name: "Finished too short",
		script: of(
			rsaGCM,
			changing("Finished", bytes => withBody(bytes, bytes.subarray(4, -1))),
		),
		...malformed,
	},
	{ name: "data before Finished", script: of(rsaGCM, { early: Buffer.from("early") }), ...unexpected },
];

export const dhe = (parameters: object): Fault["script"] => of(dheGCM, { dhe: parameters });
const weak = { code: "insufficient_security", alert: 71 } as const;

/** A prime of 1024 bits that many servers had: RFC 2409 section 6.2. */
const oakley = Buffer.from(
	"ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245" +
		"e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
	"hex",
);

function numberOf(prime: Buffer, less: number): Buffer {
	return Buffer.from((BigInt(`0x${prime.toString("hex")}`) - BigInt(less)).toString(16), "hex");
}

export const dheFaults: Fault[] = [
	{ name: "a prime of 1024 bits", script: dhe({ prime: oakley }), ...weak, says: /1024 bits/ },
	{ name: "a prime that is not the group's", script: dhe({ prime: numberOf(ffdhePrime(2048), 2) }), ...weak },
	{ name: "another generator", script: dhe({ generator: Buffer.of(5) }), ...weak },
	{ name: "a generator with a zero in front", script: dhe({ generator: Buffer.of(0, 2) }), ...weak },
	{ name: "a public key of 0", script: dhe({ editKey: () => Buffer.of(0) }), ...illegal },
	{ name: "a public key of 1", script: dhe({ editKey: () => Buffer.of(1) }), ...illegal },
	{
		name: "a public key of the prime less 1",
		script: dhe({ editKey: (_: Buffer, prime: Buffer) => numberOf(prime, 1) }),
		...illegal,
	},
	{ name: "a public key of the prime", script: dhe({ editKey: (_: Buffer, prime: Buffer) => prime }), ...illegal },
	{
		name: "a public key longer than the prime",
		script: dhe({ editKey: (key: Buffer) => Buffer.concat([Buffer.of(0), key]) }),
		...illegal,
	},
	{ name: "no public key", script: dhe({ editKey: () => Buffer.alloc(0) }), ...malformed },
	{
		name: "a flipped bit in the public key",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => flip(bytes, 4 + 2 + 256 + 3 + 2 + 100)),
		),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a flipped bit in the signature",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => flip(bytes, -1)),
		),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "another key's signature",
		script: () => withSuite(dheGCM, { key: makeKey("rsa2048").privateKey }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "a signature over another random",
		script: of(dheGCM, { editSigned: content => flip(content, 3) }),
		code: "bad_signature",
		alert: 51,
	},
	{
		name: "no signature",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => withBody(bytes, bytes.subarray(4, 4 + 2 + 256 + 3 + 2 + 256))),
		),
		...malformed,
	},
	{
		name: "the parameters of ECDHE",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => withBody(bytes, Buffer.of(3), u16(0x1d), vector(1, Buffer.alloc(32, 9)))),
		),
		...malformed,
	},
	{
		name: "ServerKeyExchange is left out",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", () => undefined),
		),
		...unexpected,
	},
	{
		name: "ServerKeyExchange twice",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => Buffer.concat([bytes, bytes])),
		),
		...unexpected,
	},
	{
		name: "a byte too many",
		script: of(
			dheGCM,
			changing("ServerKeyExchange", bytes => withBody(bytes, bytes.subarray(4), Buffer.of(0))),
		),
		...malformed,
	},
	{
		name: "the certificate may not sign",
		script: () => withSuite(dheGCM, leafUnder(["keyEncipherment"])),
		code: "unsupported_certificate",
		alert: 43,
	},
];

export const helloFaults: Fault[] = [
	{
		name: "encrypt_then_mac with an AEAD",
		script: of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", { encryptThenMac: true }),
		...illegal,
		says: /does not go with/,
	},
	{
		name: "encrypt_then_mac that holds something",
		script: of(cbcSHA, { extensions: Buffer.concat([...rightExtensions, extension(22, Buffer.of(0))]) }),
		...malformed,
	},
	{
		name: "encrypt_then_mac twice",
		script: of(cbcSHA, { extensions: Buffer.concat([...rightExtensions, extension(22), extension(22)]) }),
		...illegal,
	},
];
