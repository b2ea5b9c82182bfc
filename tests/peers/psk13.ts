/*
	Pre-shared keys as a TLS 1.3 server sees them (RFC 8446 section 4.2.11): what a hello offers, and whether a binder
	is right. For server13.ts.
*/

import { helloExtensions } from "./hello13.js";
import { digest, expandLabel, hmac, Schedule, type SuiteInfo } from "../../host-sim/trace/keys13.js";

/** What a hello says in pre_shared_key. */
export interface OfferedKeys {
	readonly identities: { readonly identity: Buffer; readonly age: number }[];
	readonly binders: Buffer[];
	/** The hello up to its binders. */
	readonly truncated: Buffer;
}

/** The key that a server shares with its client. */
export interface ServerKey {
	readonly key: Buffer;
	readonly isExternal?: boolean;
	/** Its number in the hello. */
	readonly number?: number;
}

export function offeredKeys(hello: Buffer): OfferedKeys | undefined {
	const { last, data } = helloExtensions(hello);
	const bytes = data.get(41);
	if (!bytes) return undefined;
	if (last !== 41) throw new Error("pre_shared_key is not the last extension");
	if (!data.get(45)?.equals(Buffer.of(1, 1))) throw new Error("psk_key_exchange_modes is not psk_dhe_ke alone");
	const end = 2 + bytes.readUInt16BE(0);
	const identities = [];
	for (let at = 2; at < end; ) {
		const length = bytes.readUInt16BE(at);
		identities.push({ identity: bytes.subarray(at + 2, at + 2 + length), age: bytes.readUInt32BE(at + 2 + length) });
		at += 6 + length;
	}
	const binders = [];
	for (let at = end + 2; at < bytes.length; at += 1 + bytes[at]!)
		binders.push(bytes.subarray(at + 1, at + 1 + bytes[at]!));
	return { identities, binders, truncated: hello.subarray(0, hello.length - (bytes.length - end)) };
}

/** What a binder must be, over `before` (a first hello and its HelloRetryRequest) and the truncated hello. */
export function binderOf(suite: SuiteInfo, { key, isExternal }: ServerKey, before: Buffer, truncated: Buffer): Buffer {
	const { hash } = suite;
	const secret = new Schedule(suite, key).derive(isExternal ? "ext binder" : "res binder", digest(hash));
	return hmac(
		hash,
		expandLabel(hash, secret, "finished", Buffer.alloc(0), secret.length),
		digest(hash, before, truncated),
	);
}
