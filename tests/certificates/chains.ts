/*
	Chains that chains.test.ts has made, right ones and faulty ones, each with its outcome; and a right one with every
	byte changed.
*/

import Resource from "Resource";
import { equal, fail, note, ok, test } from "test/harness";
import { trustCertificates } from "tls/x509/trust";
import { Chain, fromBase64 } from "./verify";
import type { ChainCase } from "./cases";
import type { Question } from "./verify";

const { cases, mutated } = JSON.parse(String.fromArrayBuffer(new Resource("cases.json").slice(0))) as {
	cases: ChainCase[];
	mutated: ChainCase[];
};

function question({ trusted, host, seconds, pins, requiresStatus, clockTolerance }: ChainCase): Question {
	return {
		roots: trusted && trustCertificates(trusted.map(fromBase64)),
		name: host,
		seconds,
		pins: pins?.map(fromBase64),
		requiresStatus,
		clockTolerance,
	};
}

function chainOf({ chain, staple }: ChainCase): Chain {
	return new Chain(chain.map(fromBase64), staple === undefined ? undefined : fromBase64(staple));
}

for (const one of cases) {
	test(one.name, () => {
		const refusal = chainOf(one).refusal(question(one));
		if (one.code === "") {
			equal(refusal, "");
			if (one.until === undefined) return;
			const { validUntil, verifiedAt } = chainOf(one).verify(question(one));
			equal([validUntil, verifiedAt], [one.until, one.seconds]);
			return;
		}
		if (!refusal.startsWith(`${one.code}: `)) fail(`"${refusal}" instead of ${one.code}`);
		if (!new RegExp(one.says).test(refusal)) fail(`"${refusal}" does not say ${one.says}`);
	});
}

/** What may be wrong with a changed chain; anything else would be a fault of the client. */
const codes = [
	"bad_certificate",
	"unsupported_certificate",
	"wrong_name",
	"untrusted",
	"certificate_expired",
	"certificate_not_yet_valid",
	"bad_staple",
];

for (const one of mutated) {
	test(`${one.name}: no byte can be changed`, () => {
		const chain = chainOf(one);
		const { message } = chain;
		const asked = question(one);
		equal(chain.refusal(asked), "");
		const counts: Record<string, number> = {};
		for (let at = 0; at < message.length; at++) {
			for (const mask of [1 << (at & 7), 0xff]) {
				message[at]! ^= mask;
				const refusal = chain.refusal(asked);
				message[at]! ^= mask;
				const code = refusal.slice(0, refusal.indexOf(":"));
				if (!codes.includes(code)) fail(`byte ${at} ^ ${mask}: ${refusal === "" ? "accepted" : refusal}`);
				counts[code] = (counts[code] ?? 0) + 1;
			}
		}
		equal(chain.refusal(asked), "");
		note(
			`${one.name}, ${message.length} bytes: ${Object.keys(counts)
				.map(code => `${counts[code]} ${code}`)
				.join(", ")}`,
		);
	});

	test(`${one.name}: no certificate can be cut short or made longer`, () => {
		const { message, ranges } = new Chain(one.chain.map(fromBase64));
		const asked = question(one);
		for (let i = 0; i < ranges.length; i += 2) {
			const whole = message.slice(ranges[i]!, ranges[i + 1]!);
			const others = one.chain.map(fromBase64);
			for (let length = 0; length < whole.length; length++) {
				others[i / 2] = whole.slice(0, length);
				ok(new Chain(others).refusal(asked) !== "", `certificate ${i / 2} of ${length} bytes was accepted`);
			}
			const longer = new Uint8Array(whole.length + 1);
			longer.set(whole);
			others[i / 2] = longer;
			ok(new Chain(others).refusal(asked) !== "", `certificate ${i / 2} with a byte after it was accepted`);
		}
	});
}
