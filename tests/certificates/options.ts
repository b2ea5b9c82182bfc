/*
	Whom to trust, as the options say it. What is missing, contradictory or of no use is refused when the connection is
	made; the rest verifies a chain. options.test.ts runs this with several clocks; config.now is 0 where the clock is
	not to be believed.
*/

import config from "mc/config";
import { accelerate, accelerators } from "simulator";
import { ascii, equal, ok, test, throws } from "test/harness";
import { configure } from "tls/configure";
import type { Options } from "tls/options";
import { HashAlgorithm, hash } from "tls/hardware/hash";
import { Certificate } from "tls/x509/certificate";
import { PathSearch } from "tls/x509/path";
import { readPEM } from "tls/x509/pem";
import { RootStore, trustCertificates } from "tls/x509/trust";
import { Chain } from "./verify";

const host = "server.example";
const root = config.root as string;
const chain = readPEM(config.chain, "CERTIFICATE");
const hasClock = config.now !== "0";

/** The right time, in seconds; where the clock has none, one at which the chain is valid all the same. */
function rightTime(): number {
	const { notBefore } = new Certificate().read(chain[0]!, 0, chain[0]!.length, 0);
	return notBefore + 60;
}

/** The code with which the chain is refused under these options; "" where it is accepted. */
function outcome(options: Options): string {
	const { message, ranges } = new Chain(chain);
	const policy = configure(options, host).certificates;
	try {
		const search = new PathSearch(message, ranges, policy);
		while (search.step());
		return search.peer ? "" : "no peer";
	} catch (error) {
		return (error as { code?: string }).code ?? String(error);
	}
}

/** When all of the chain and its root are valid. */
const { notBefore: begin, notAfter: end } = [...chain, readPEM(root, "CERTIFICATE")[0]!]
	.map(der => new Certificate().read(der, 0, der.length, 0))
	.map(({ notBefore, notAfter }) => ({ notBefore, notAfter }))
	.reduce((all, one) => ({
		notBefore: Math.max(all.notBefore, one.notBefore),
		notAfter: Math.min(all.notAfter, one.notAfter),
	}));

function pinOf(der: Uint8Array): Uint8Array {
	const { spkiStart, spkiEnd } = new Certificate().read(der, 0, der.length, 0);
	const pin = new Uint8Array(32);
	hash(HashAlgorithm.sha256, der, spkiStart, spkiEnd, pin, 0);
	return pin;
}

test("every clock policy", () => {
	const certificate = root;
	const isUnset = !hasClock && Date.now() < 31536000_000;
	equal(outcome({ certificate }), hasClock ? "" : "clock_not_set");
	equal(outcome({ certificate, clock: "build" }), hasClock ? "" : "clock_not_set");
	// a clock that shows 2020 is believed here, and then no certificate of today is valid yet
	equal(
		outcome({ certificate, clock: "strict" }),
		hasClock ? "" : isUnset ? "clock_not_set" : "certificate_not_yet_valid",
	);
	equal(outcome({ certificate, clock: rightTime }), "");
	equal(outcome({ certificate, clock: () => undefined }), "clock_not_set");
	equal(outcome({ certificate, clock: () => rightTime() - 7200 }), "certificate_not_yet_valid");
	equal(outcome({ certificate, clock: () => rightTime() + 400 * 86400 }), "certificate_expired");
});

test("a buffer that holds PEM is told apart from DER", () => {
	const text = ascii(root);
	for (const certificate of [text, text.slice().buffer as ArrayBuffer, [text]]) {
		const { message } = throws(() => configure({ certificate, clock: rightTime }, host), "configuration");
		equal(
			message,
			'"certificate": a trusted certificate is a buffer with PEM text, expected DER: give PEM as a string',
		);
	}
});

test("a clock that is late, by as much as the application allows", () => {
	const certificate = root;
	const late = (seconds: number) => () => begin - seconds;
	equal(outcome({ certificate, clock: late(300) }), "");
	equal(outcome({ certificate, clock: late(301) }), "certificate_not_yet_valid");
	equal(outcome({ certificate, clock: late(0), clockTolerance: 0 }), "");
	equal(outcome({ certificate, clock: late(1), clockTolerance: 0 }), "certificate_not_yet_valid");
	equal(outcome({ certificate, clock: late(86400), clockTolerance: 86400 }), "");
	equal(outcome({ certificate, clock: late(86401), clockTolerance: 86400 }), "certificate_not_yet_valid");
	// it is for the beginning alone
	equal(outcome({ certificate, clock: () => end, clockTolerance: 86400 }), "");
	equal(outcome({ certificate, clock: () => end + 1, clockTolerance: 86400 }), "certificate_expired");
	for (const clockTolerance of [-1, 86401, 0.5, Number.NaN, "300" as unknown as number]) {
		const { message } = throws(() => configure({ certificate, clockTolerance }, host), "configuration");
		ok(/^"clockTolerance" must be /.test(message), message);
	}
});

test("trusted certificates as PEM, DER, one and several, and as a store", () => {
	const clock = rightTime;
	const [der] = readPEM(root, "CERTIFICATE");
	const copy = der!.slice();
	for (const certificate of [
		root,
		der!,
		copy.buffer as ArrayBuffer,
		[root],
		[der!, root],
		config.chain + root,
		[chain[0]!, der!],
	])
		equal(outcome({ certificate, clock }), "");
	equal(outcome({ roots: trustCertificates([root]), clock }), "");
	equal(outcome({ certificate: readPEM(config.chain, "CERTIFICATE")[1]!, clock }), "");
	throws(() => configure({ certificate: [], clock }, host), "configuration");
});

test("pins, with roots and instead of them", () => {
	const clock = rightTime;
	const [leaf, lower, upper] = chain.map(pinOf) as [Uint8Array, Uint8Array, Uint8Array];
	const wrong = new Uint8Array(32);
	for (const pins of [[leaf], [wrong, lower], [upper], [pinOf(readPEM(root, "CERTIFICATE")[0]!)]])
		equal(outcome({ certificate: root, pins, clock }), "");
	equal(outcome({ certificate: root, pins: [wrong], clock }), "pin_mismatch");
	throws(() => configure({ certificate: root, pins: [], clock }, host), "configuration");
	for (const pins of [[leaf], [lower], [wrong, upper]]) equal(outcome({ pins, pinsInsteadOfRoots: true, clock }), "");
	// a root would not help there: the pin is what does not fit
	equal(outcome({ pins: [wrong], pinsInsteadOfRoots: true, clock }), "pin_mismatch");
	equal(outcome({ pins: [leaf], pinsInsteadOfRoots: true, clock: () => undefined }), "clock_not_set");
});

test("what is missing or contradictory is refused by name", () => {
	const pins = [new Uint8Array(32)];
	const roots = trustCertificates([root]);
	for (const [options, says] of [
		[{}, "no trust anchor"],
		[{ pins }, "no trust anchor"],
		[{ certificate: root, roots }, '"roots" and "certificate"'],
		[{ pinsInsteadOfRoots: true }, '"pinsInsteadOfRoots"'],
		[{ pins: [], pinsInsteadOfRoots: true }, '"pins"'],
		[{ pins, pinsInsteadOfRoots: true, certificate: root }, '"pinsInsteadOfRoots"'],
		[{ pins, pinsInsteadOfRoots: true, roots }, '"pinsInsteadOfRoots"'],
		[{ certificate: root, pins: [new Uint8Array(20)] }, '"pins"'],
		[{ certificate: root, pins: ["sha256/AAAA"] }, '"pins"'],
		[{ certificate: root, pins: new Uint8Array(32) }, '"pins"'],
		[{ roots: "roots.bin" }, '"roots"'],
		[{ roots: {} }, '"roots"'],
		[{ roots: new Uint8Array(100) }, '"roots"'],
		[{ certificate: 1 }, '"certificate"'],
		[{ certificate: root, now: 5 }, '"now"'],
		[{ verify: false, certificate: root }, '"verify"'],
		[{ certificate: root, insecure: true }, '"insecure"'],
	] as const) {
		const error = throws(() => configure(options as unknown as Options, host), "configuration");
		ok(error.message.includes(says), `${error.message}: ${says}`);
	}
});

test("trusted certificates that are of no use are refused", () => {
	const [der] = readPEM(root, "CERTIFICATE");
	const longer = new Uint8Array(der!.length + 1);
	longer.set(der!);
	for (const certificate of [
		"",
		"no PEM",
		"-----BEGIN CERTIFICATE-----\nMIIB",
		root.replace("M", "*"),
		root.replace("-----END", "----END"),
		new Uint8Array(0),
		der!.slice(0, -1),
		longer,
	])
		throws(() => configure({ certificate }, host), "configuration");
	throws(() => new RootStore(ascii("xtr0 is not a store")), "configuration");
});

/** Calls of what checks signatures, so far. */
function checks(): { name: string; calls: number } {
	return accelerators().find(({ name }) => name.includes("ECDSA") && name.includes("verify"))!;
}

test("a key that the chip can't use is a verdict on the certificate; a failure of the chip is not", () => {
	const options = { certificate: root, clock: rightTime };
	equal(outcome(options), "");
	const { name, calls } = checks();
	equal(outcome(options), "");
	equal(checks().calls - calls, 3);
	for (let nth = 1; nth <= 3; nth++) {
		accelerate("unsupported", name, nth);
		equal(outcome(options), "unsupported_certificate", `signature ${nth}`);
		accelerate("fail", name, nth);
		ok(outcome(options).includes("(PSA status -147)"), `signature ${nth}`);
		equal(outcome(options), "");
	}
});

test("a key that the chip can't do leaves the other paths", () => {
	const options = { certificate: [root, readPEM(config.chain, "CERTIFICATE")[2]!], clock: rightTime };
	equal(outcome(options), "");
	accelerate("unsupported", checks().name, 1);
	equal(outcome(options), "");
});
