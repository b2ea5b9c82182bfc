/*
	Certificates through the code that the handshake uses, for the tests of this folder that run inside XS.
*/

import { StapledStatus } from "tls/x509/ocsp";
import { PathSearch } from "tls/x509/path";
import type { VerifiedPeer } from "tls/x509/policy";
import { readPEM } from "tls/x509/pem";
import type { RootStore } from "tls/x509/trust";

export interface Question {
	readonly roots: RootStore | undefined;
	readonly name: string;
	/** Seconds since 1970. */
	readonly seconds: number;
	readonly pins?: readonly Uint8Array[] | undefined;
	readonly requiresStatus?: boolean | undefined;
	readonly clockTolerance?: number | undefined;
}

/** The bytes of base64. */
export function fromBase64(base64: string): Uint8Array {
	return readPEM(`-----BEGIN CERTIFICATE-----${base64}-----END CERTIFICATE-----`, "CERTIFICATE")[0]!;
}

/** Certificates one after the other, as in a handshake message, and where they lie. */
export class Chain {
	readonly message: Uint8Array;
	readonly ranges: number[] = [];
	/** Where the stapled status lies, after the certificates. */
	readonly #staple: { start: number; end: number } | undefined;

	constructor(certificates: readonly Uint8Array[], staple?: Uint8Array) {
		this.message = new Uint8Array(certificates.reduce((sum, { length }) => sum + length, staple?.length ?? 0));
		let at = 0;
		for (const der of certificates) {
			this.message.set(der, at);
			this.ranges.push(at, (at += der.length));
		}
		if (staple) {
			this.message.set(staple, at);
			this.#staple = { start: at, end: at + staple.length };
		}
	}

	/** The verified peer, or throws; `later` has the status come when the path has been found, as in TLS 1.2. */
	verify(
		{ roots, name, seconds, pins, requiresStatus = false, clockTolerance = 0 }: Question,
		later = false,
	): VerifiedPeer {
		const staple = this.#staple;
		const search = new PathSearch(
			this.message,
			this.ranges,
			{
				name,
				roots,
				pins,
				pinsInsteadOfRoots: roots === undefined,
				clock: () => seconds,
				requiresStatus,
				clockTolerance,
			},
			staple && later ? "later" : staple,
		);
		while (search.step());
		if (!search.peer) throw new Error("neither a peer nor an error");
		if (staple && later && search.subject) {
			const status = new StapledStatus(this.message, staple, search.subject, seconds, clockTolerance);
			while (status.step());
		}
		return search.peer;
	}

	/** "" where the chain is accepted, else "code: message"; the same both ways. */
	refusal(question: Question): string {
		const words = this.#refusal(question, false);
		const wordsLater = this.#staple ? this.#refusal(question, true) : words;
		return words === wordsLater ? words : `${words}; with the status later: ${wordsLater}`;
	}

	#refusal(question: Question, later: boolean): string {
		try {
			this.verify(question, later);
			return "";
		} catch (error) {
			const { code, message } = error as { code?: string; message: string };
			return `${code ?? "no TLSError"}: ${message}`;
		}
	}
}
