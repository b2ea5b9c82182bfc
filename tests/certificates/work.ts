/*
	Chains that work.test.ts has made, stepped through with the meter: no step is longer than 30,000 of XS's, and no
	search longer than four million. What C does in a step is not metered: it is bounded by psa/general.c and
	psa/names.c, and a signature is a step of its own.
*/

import Resource from "Resource";
import { meter } from "simulator";
import { equal, fail, note, test, throws } from "test/harness";
import type { CertificateList } from "tls/x509/certificate";
import { StapledStatus } from "tls/x509/ocsp";
import { PathSearch } from "tls/x509/path";
import { trustCertificates } from "tls/x509/trust";
import { Work } from "tls/x509/work";
import { fromBase64 } from "./verify";
import type { ChainCase } from "./cases";

const LONGEST_STEP = 30_000;
const LONGEST_SEARCH = 4_000_000;

const cases = JSON.parse(String.fromArrayBuffer(new Resource("cases.json").slice(0))) as ChainCase[];

/** Steps of the meter: of one call, at most; of all calls; and calls. */
class Meter {
	longest = 0;
	total = 0;
	calls = 0;

	/** What `body` returns. */
	call<T>(body: () => T): T {
		const before = meter();
		try {
			return body();
		} finally {
			const used = meter() - before;
			this.calls++;
			this.total += used;
			if (used > this.longest) this.longest = used;
		}
	}
}

function join(parts: readonly Uint8Array[]): { message: Uint8Array; ranges: number[] } {
	const message = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	const ranges: number[] = [];
	let at = 0;
	for (const part of parts) {
		message.set(part, at);
		ranges.push(at, (at += part.length));
	}
	return { message, ranges };
}

/** "" or "code: message"; the status is checked within the search, or after it as in TLS 1.2. */
function run(
	{ chain, trusted, pins, host, seconds, staple, requiresStatus = false }: ChainCase,
	used: Meter,
	isLater: boolean,
): string {
	const parts = chain.map(fromBase64);
	if (staple !== undefined) parts.push(fromBase64(staple));
	const { message, ranges } = join(parts);
	const span =
		staple === undefined ? undefined : { start: ranges[ranges.length - 2]!, end: ranges[ranges.length - 1]! };
	if (span) ranges.length -= 2;
	const policy = {
		name: host,
		roots: trusted && trustCertificates(trusted.map(fromBase64)),
		pins: pins?.map(fromBase64),
		pinsInsteadOfRoots: !trusted,
		clock: () => seconds,
		requiresStatus,
	};
	try {
		const search = used.call(() => new PathSearch(message, ranges, policy, span && isLater ? "later" : span));
		while (used.call(() => search.step()));
		if (span && isLater && search.subject) {
			const status = used.call(() => new StapledStatus(message, span, search.subject!, seconds));
			while (used.call(() => status.step()));
		}
		return "";
	} catch (error) {
		const { code, message: words } = error as { code?: string; message: string };
		return `${code ?? "no TLSError"}: ${words}`;
	}
}

let longest = 0,
	total = 0;

for (const one of cases) {
	test(one.name, () => {
		for (const isLater of one.staple === undefined ? [false] : [false, true]) {
			const used = new Meter();
			const result = run(one, used, isLater);
			note(
				`${one.name}: ${(one.chain.reduce((sum, text) => sum + (text.length * 3) / 4, 0) + ((one.staple?.length ?? 0) * 3) / 4) | 0} bytes, ${used.longest} steps at most, ${used.total} in ${used.calls} calls: ${result.slice(0, 100)}`,
			);
			if (used.longest > LONGEST_STEP) fail(`a step of ${used.longest}`);
			if (used.total > LONGEST_SEARCH) fail(`a search of ${used.total} steps`);
			longest = Math.max(longest, used.longest);
			total = Math.max(total, used.total);
			if (one.code === "" ? result !== "" : !result.startsWith(`${one.code}: `) || !new RegExp(one.says).test(result))
				fail(`"${result}" instead of ${one.code} ${one.says}`);
		}
	});
}

/** A search that finds nothing it trusts; returns its list of certificates, which counts what it costs. */
function searchInVain(chain: readonly Uint8Array[]): CertificateList {
	const { message, ranges } = join(chain);
	const { host, seconds } = right;
	const policy = { name: host, pins: [new Uint8Array(32)], pinsInsteadOfRoots: true, clock: () => seconds };
	const search = new PathSearch(message, ranges, policy);
	throws(() => {
		while (search.step());
	}, "pin_mismatch");
	return (search as unknown as { readonly list: CertificateList }).list;
}

const right = cases.find(({ code, chain, staple }) => code === "" && chain.length >= 2 && staple === undefined)!;

test("each certificate that is not the issuer costs work, more for longer paths and names", () => {
	const [leaf, issuer] = right.chain.map(fromBase64);
	const other = new Uint8Array(3);
	const costOf = (...chain: Uint8Array[]): number => searchInVain(chain).spent;
	const list = searchInVain([leaf!, issuer!]);
	const [first, second] = [0, 1].map(index => {
		const { issuerStart, issuerEnd } = list.read(index);
		return (issuerEnd - issuerStart) >> 3;
	});
	equal(costOf(leaf!, other, other, other) - costOf(leaf!, other), 2 * (Work.candidate + Work.entry + first!));
	equal(
		costOf(leaf!, issuer!, other, other, other) - costOf(leaf!, issuer!, other),
		4 * Work.candidate + 6 * Work.entry + 2 * (first! + second!),
	);
});

test("the longest of all", () => {
	note(`the longest step: ${longest} of ${LONGEST_STEP}; the longest search: ${total} of ${LONGEST_SEARCH}`);
});
