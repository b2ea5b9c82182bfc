/*
	Chains made for the purpose, right and wrong, through the code that the handshake uses. They are the resource "chains.json", which
	chains.test.ts makes: each says what the outcome must be.
*/

import Resource from "Resource";
import { bytes, equal, fail, join, note, test } from "test/harness";
import type { TLSError } from "tls/errors";
import { PathSearch } from "tls/x509/path";
import type { CertificatePolicy } from "tls/x509/path";
import { trustCertificates } from "tls/x509/trust";

/** One chain and what it must come to; octets are in hexadecimal. */
export interface Chain {
	readonly id: string;
	readonly certificates: readonly string[];
	readonly trusted: readonly string[];
	readonly name: string;
	/** Seconds since 1970; null for a clock that is not set. */
	readonly now: number | null;
	readonly pins: readonly string[];
	readonly pinsInsteadOfRoots: boolean;
	/** TLSError's code; "" where the chain is accepted. */
	readonly code: string;
	/** What the error says. */
	readonly says: string;
	/** Every octet of the chain is changed in turn: none of that may be accepted. */
	readonly isMutated: boolean;
}

interface Message {
	readonly octets: Uint8Array;
	readonly spans: number[];
}

function messageOf({ certificates }: Chain): Message {
	const spans: number[] = [];
	let at = 0;
	const parts = certificates.map(text => {
		const part = bytes(text);
		spans.push(at, at += part.length);
		return part;
	});
	return { octets: join(...parts), spans };
}

function policyOf({ name, trusted, pins, pinsInsteadOfRoots, now }: Chain): CertificatePolicy {
	return {
		name, roots: pinsInsteadOfRoots ? undefined : trustCertificates(trusted.map(bytes)), pins: pins.length ? pins.map(bytes) : undefined,
		pinsInsteadOfRoots, clock: () => now ?? undefined, maxSignatures: 16, maxCertificates: 10,
	};
}

/** The error, or "" where the chain is accepted. */
function verify({ octets, spans }: Message, policy: CertificatePolicy): string {
	try {
		const search = new PathSearch(octets, spans, policy);
		while (search.step());
		return search.peer ? "" : "accepted, but without a peer";
	}
	catch (error) {
		return `${(error as TLSError).code ?? String(error)}: ${(error as Error).message}`;
	}
}

const chains = JSON.parse(String.fromArrayBuffer(new Resource("chains.json").slice(0))) as Chain[];

for (const chain of chains) {
	test(chain.id, () => {
		const outcome = verify(messageOf(chain), policyOf(chain));
		equal(outcome.slice(0, outcome.indexOf(":") < 0 ? undefined : outcome.indexOf(":")), chain.code, outcome);
		if (outcome.indexOf(chain.says) < 0) fail(`"${outcome}" does not say "${chain.says}"`);
	});
}

for (const chain of chains.filter(({ isMutated }) => isMutated)) {
	test(`${chain.id}, every octet changed`, () => {
		const message = messageOf(chain);
		const policy = policyOf(chain);
		const { octets } = message;
		for (let i = 0; i < octets.length; i++) {
			const was = octets[i]!;
			octets[i] = was ^ (1 << (i & 7));
			const outcome = verify(message, policy);
			if (outcome === "") fail(`accepted with octet ${i} changed`);
			if (outcome.startsWith("Error") || outcome.startsWith("TypeError") || outcome.startsWith("internal")) fail(`octet ${i}: ${outcome}`);
			octets[i] = was;
		}
		equal(verify(message, policy), "");
		note(`${chain.id}: ${octets.length} octets changed`);
	});
}
