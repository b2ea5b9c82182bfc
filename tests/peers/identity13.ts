/*
	A TLS 1.3 server that asks for a certificate after the handshake, and looks at the answer (RFC 8446 section 4.6.2).
*/

import { createPublicKey, verify, X509Certificate, type KeyObject } from "node:crypto";
import { digest, expandLabel, hmac, u16, vector } from "../../host-sim/trace/keys13.js";
import type { Session13 } from "./server13.js";
import { extension, message } from "./wire13.js";

/** The CertificateRequest. */
export function certificateRequest(context: Uint8Array, schemes: readonly number[]): Buffer {
	return message(13, vector(1, context), vector(2, extension(13, vector(2, ...schemes.map(u16)))));
}

/**
 * The key of an entry: a certificate, or a SubjectPublicKeyInfo (RFC 7250), whose first element is an
 * AlgorithmIdentifier of few bytes.
 */
function keyIn(entry: Buffer): KeyObject {
	return entry.length < 200
		? createPublicKey({ key: entry, format: "der", type: "spki" })
		: new X509Certificate(entry).publicKey;
}

/**
 * Asks, and returns the certificates of the answer once its context, signature and Finished are found right; undefined
 * where the client sends none of it.
 */
export async function askCertificate(
	session: Session13,
	context: Uint8Array,
	schemes = [0x0403, 0x0804],
): Promise<Buffer[] | undefined> {
	const request = certificateRequest(context, schemes);
	session.send(22, request);
	const {
		suite: { hash },
		transcript,
		clientSecret,
	} = session;
	let answer: Buffer = Buffer.alloc(0);
	const next = async (): Promise<Buffer | undefined> => {
		while (answer.length < 4 || answer.length < 4 + answer.readUIntBE(1, 3)) {
			const record = await session.receive();
			if (record?.type !== 22) return undefined;
			answer = Buffer.concat([answer, record.content]);
		}
		const one = answer.subarray(0, 4 + answer.readUIntBE(1, 3));
		answer = answer.subarray(one.length);
		return one;
	};
	const list = await next();
	if (!list) return undefined;
	if (list[0] !== 11 || !list.subarray(5, 5 + list[4]!).equals(context))
		throw new Error("no Certificate with the context of the request");
	const chain: Buffer[] = [];
	for (let at = 4 + 1 + context.length + 3; at < list.length; ) {
		const length = list.readUIntBE(at, 3);
		chain.push(list.subarray(at + 3, at + 3 + length));
		at += 3 + length + 2;
	}
	let before = Buffer.concat([transcript, request, list]);
	if (chain.length) {
		const proof = await next();
		if (proof?.[0] !== 15) throw new Error("no CertificateVerify");
		const content = Buffer.concat([
			Buffer.alloc(64, 0x20),
			Buffer.from("TLS 1.3, client CertificateVerify\0"),
			digest(hash, before),
		]);
		const scheme = proof.readUInt16BE(4);
		const key = {
			key: keyIn(chain[0]!),
			...(scheme === 0x0804 ? { padding: 6, saltLength: -1 } : {}),
		};
		if (!schemes.includes(scheme) || !verify("sha256", content, key, proof.subarray(8)))
			throw new Error("the client's signature is wrong");
		before = Buffer.concat([before, proof]);
	}
	const finished = await next();
	const expected = hmac(
		hash,
		expandLabel(hash, clientSecret, "finished", Buffer.alloc(0), clientSecret.length),
		digest(hash, before),
	);
	if (!finished?.subarray(4).equals(expected)) throw new Error("the client's Finished is wrong");
	return chain;
}
