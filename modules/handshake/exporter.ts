/*
	Keying material for protocols above TLS (RFC 8446 section 7.5, RFC 5705), and what binds them to the connection
	(tls-exporter, RFC 9266). Only connections with the option `exporter` keep the secret for it. In TLS 1.2 only an
	extended master secret can be exported from (RFC 7627 section 5.3).
*/

import { refuse } from "../errors";
import type { Suite } from "../crypto/suite";
import { describeType } from "../optionreader";
import { empty } from "../wire/reader";
import { Writer } from "../wire/writer";
import { copy, wipe } from "tls/hardware/copy";
import { hash } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";

/** Characters of a label: HkdfLabel has room for 255 with "tls13 " (RFC 8446 section 7.1). */
const MAX_LABEL = 249;

/** Bytes of a context: RFC 5705 section 4 has two bytes for its length. */
const MAX_CONTEXT = 0xffff;

/** Bytes that are exported at once. */
const MAX_EXPORT = 1024;

/** tls-exporter (RFC 9266 section 2): its label and length; its context has no bytes. */
const BINDING_LABEL = "EXPORTER-Channel-Binding";
const CHANNEL_BINDING_LENGTH = 32;

const EXPORTER = "exporter";
const PREFIX = "tls13 ";

/**
 * What TLS 1.2 itself derives from the master secret (RFC 5246 section 6.3, 7.4.9, 8.1, RFC 7627 section 4): nobody
 * else may have that.
 */
const reserved: readonly string[] = Object.freeze([
	"client finished",
	"server finished",
	"master secret",
	"extended master secret",
	"key expansion",
]);

/** What a connection can export from. */
export interface Exporter {
	/** Returns `length` bytes for `label`; in TLS 1.2 no context is another value than one without bytes. */
	derive(label: Uint8Array, context: Uint8Array | undefined, length: number): Uint8Array;
	/** Wipes the secret. */
	close(): void;
}

/** TLS 1.3: RFC 8446 section 7.5. */
export class Exporter13 implements Exporter {
	private readonly suite: Suite;
	private readonly secret: Secret;

	/** Takes over the exporter_master_secret. */
	constructor(suite: Suite, secret: Secret) {
		this.suite = suite;
		this.secret = secret;
	}

	derive(label: Uint8Array, context: Uint8Array | undefined, length: number): Uint8Array {
		const { hash: algorithm, hashLength } = this.suite;
		const digest = new Uint8Array(hashLength);
		const derived = new Secret(hashLength);
		const secret = new Secret(length);
		const out = new Uint8Array(length);
		try {
			hash(algorithm, empty, 0, 0, digest, 0);
			this.expand(label, digest);
			derived.import(digest, 0);
			const given = context ?? empty;
			hash(algorithm, given, 0, given.length, digest, 0);
			secret.expandLabel(algorithm, derived, EXPORTER, digest, 0, hashLength, 0, length);
			secret.export(out, 0);
		} finally {
			derived.close();
			secret.close();
		}
		return out;
	}

	/**
	 * Derive-Secret without messages (RFC 8446 section 7.1) with a label of any length. It overwrites `digest`, the
	 * hash of nothing. One block of HKDF-Expand is enough, as it is as long as the hash (RFC 5869 section 2.3).
	 */
	private expand(label: Uint8Array, digest: Uint8Array): void {
		const length = digest.length;
		const w = new Writer(length + label.length + 11);
		w.u16(length);
		w.u8(PREFIX.length + label.length);
		w.ascii(PREFIX);
		w.copy(label, 0, label.length);
		w.u8(length);
		w.copy(digest, 0, length);
		w.u8(1);
		this.secret.hmac(this.suite.hash, w.bytes, 0, w.length, digest, 0);
	}

	close(): void {
		this.secret.close();
	}
}

/** TLS 1.2: RFC 5705 section 4. */
export class Exporter12 implements Exporter {
	private readonly suite: Suite;
	private readonly master: Secret;
	private readonly randoms: Uint8Array;

	/** Takes over the extended master secret; `randoms` are the client's and the server's. */
	constructor(suite: Suite, master: Secret, randoms: Uint8Array) {
		this.suite = suite;
		this.master = master;
		this.randoms = randoms;
	}

	/** P_hash (RFC 5246 section 5): `work` is A(i), then the seed. */
	derive(label: Uint8Array, context: Uint8Array | undefined, length: number): Uint8Array {
		const { hash: algorithm, hashLength } = this.suite;
		const w = new Writer(hashLength + label.length + this.randoms.length + (context ? 2 + context.length : 0));
		w.reserve(hashLength);
		w.copy(label, 0, label.length);
		w.copy(this.randoms, 0, this.randoms.length);
		if (context) {
			w.u16(context.length);
			w.copy(context, 0, context.length);
		}
		const work = w.bytes,
			end = w.length;
		const out = new Uint8Array(length);
		const block = new Uint8Array(hashLength);
		this.master.hmac(algorithm, work, hashLength, end, work, 0);
		for (let at = 0; at < length; at += hashLength) {
			this.master.hmac(algorithm, work, 0, end, block, 0);
			copy(block, 0, Math.min(hashLength, length - at), out, at);
			this.master.hmac(algorithm, work, 0, hashLength, work, 0);
		}
		wipe(work, 0, end);
		wipe(block, 0, hashLength);
		return out;
	}

	close(): void {
		this.master.close();
	}
}

/** Refuses the option `exporter` in a build that leaves this module out. */
export function expectExporter(): void {}

/** The label as bytes. */
function labelBytes(label: unknown): Uint8Array {
	if (typeof label !== "string") refuse(`the label of keying material must be a string, not ${describeType(label)}`);
	const bytes = new Uint8Array(ArrayBuffer.fromString(label));
	if (bytes.length !== label.length || !label.length || label.length > MAX_LABEL)
		refuse(`the label of keying material must have 1 to ${MAX_LABEL} characters in ASCII`);
	if (reserved.includes(label)) refuse(`the label "${label}" is for TLS itself (RFC 5705 section 4): choose another`);
	return bytes;
}

/** Returns keying material. Refuses what is out of range, and a connection that keeps no secret for it. */
export function exportFrom(
	exporter: Exporter | undefined,
	label: string,
	context: Uint8Array | undefined,
	length: number,
): ArrayBuffer {
	const bytes = labelBytes(label);
	if (!(length >= 1 && length <= MAX_EXPORT && Math.floor(length) === length))
		refuse(`the length of keying material must be a whole number from 1 to ${MAX_EXPORT}`);
	if (context && context.length > MAX_CONTEXT)
		refuse(`the context of keying material must have at most ${MAX_CONTEXT} bytes, not ${context.length}`);
	if (!exporter)
		refuse(
			'this connection exports nothing: set "exporter", which needs TLS 1.3 or a server with the extended master secret (RFC 7627)',
		);
	return exporter.derive(bytes, context, length).buffer as ArrayBuffer;
}

/** Returns the channel binding tls-exporter (RFC 9266). */
export function channelBindingOf(exporter: Exporter | undefined): ArrayBuffer {
	return exportFrom(exporter, BINDING_LABEL, empty, CHANNEL_BINDING_LENGTH);
}
