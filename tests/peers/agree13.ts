/*
	Key agreement and signatures of a TLS 1.3 server.
*/

import { type KeyObject, createECDH, createPublicKey, diffieHellman, generateKeyPairSync, sign } from "node:crypto";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";

/** The server's share and the agreed value. */
export function agree(group: number, peer: Buffer): { share: Buffer; shared: Buffer } {
	if (group === 0x1d) {
		const pair = generateKeyPairSync("x25519");
		const prefix = Buffer.from("302a300506032b656e032100", "hex");
		const publicKey = createPublicKey({ key: Buffer.concat([prefix, peer]), format: "der", type: "spki" });
		const share = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
		return { share, shared: diffieHellman({ privateKey: pair.privateKey, publicKey }) };
	}
	const curve = createECDH(group === 0x17 ? "prime256v1" : "secp384r1");
	const share = curve.generateKeys();
	return { share, shared: curve.computeSecret(peer) };
}

/** The same for X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem). */
export function agreeHybrid(peer: Buffer): { share: Buffer; shared: Buffer } {
	const { cipherText, sharedSecret } = ml_kem768.encapsulate(peer.subarray(0, 1184));
	const { share, shared } = agree(0x1d, peer.subarray(1184));
	return { share: Buffer.concat([cipherText, share]), shared: Buffer.concat([sharedSecret, shared]) };
}

/** The scheme that goes with a key. */
export function usualScheme(key: KeyObject): number {
	if (key.asymmetricKeyType === "rsa") return 0x0804;
	if (key.asymmetricKeyType === "ed25519") return 0x0807;
	return key.asymmetricKeyDetails?.namedCurve === "secp384r1" ? 0x0503 : 0x0403;
}

/** A signature in one of TLS's schemes. */
export function signContent(key: KeyObject, scheme: number, content: Buffer): Buffer {
	const hash = [0x0501, 0x0503, 0x0805, 0x080a].includes(scheme)
		? "sha384"
		: [0x0601, 0x0603, 0x0806, 0x080b].includes(scheme)
			? "sha512"
			: "sha256";
	if (key.asymmetricKeyType === "ed25519") return sign(null, content, key);
	if (key.asymmetricKeyType !== "rsa") return sign(hash, content, key);
	return scheme >> 8 === 8 ? sign(hash, content, { key, padding: 6, saltLength: -1 }) : sign(hash, content, key);
}
