/*
	What reads bytes, each alone: certificates, chains, OCSP, PEM, sessions, root stores, names, private keys, and
	responses of HTTP (http.ts). A changed
	input may be refused with the errors of its kind, or read; whether what was signed still holds is checked by its
	bytes.
*/

import type { Numbers } from "test/harness";
import { configure } from "tls/configure";
import { asTLSError } from "tls/errors";
import { hash, HashAlgorithm } from "tls/hardware/hash";
import type { Options } from "tls/options";
import { Certificate } from "tls/x509/certificate";
import { findName, GeneralName } from "tls/hardware/general";
import { askedName, matchesServerName, namesOf } from "tls/x509/names";
import { StapledStatus, statusSubject } from "tls/x509/ocsp";
import { PathSearch } from "tls/x509/path";
import { readPEM } from "tls/x509/pem";
import { publicKeyOf } from "tls/x509/algorithms";
import { timeNow } from "tls/x509/time";
import { RootStore } from "tls/trust";
import type { Result } from "./connections";
import { writeElements } from "./elements";
import type { Element } from "./elements";
import type { Material } from "./flight";
import { http } from "./http";
import { chance, mutateBytes, mutateDER, numbersOf, pick } from "./mutate";
import { expectVerdict, Finding, Turns } from "./oracle";
import { sameBytes } from "./wire";

/** Steps of one target: returns a word for what came of it. */
type Body = (n: Numbers, material: Material, turns: Turns) => string;

/** Runs `body`; an error must be a TLSError with one of these codes. */
function tried(codes: readonly string[], body: () => string): string {
	try {
		return body();
	} catch (error) {
		if (error instanceof Finding) throw error;
		return expectVerdict(codes.includes("crypto") ? asTLSError(error) : error, codes).code;
	}
}

const certificateCodes: readonly string[] = ["bad_certificate", "unsupported_certificate"];

function certificate(n: Numbers, material: Material, turns: Turns): string {
	const der = mutateDER(n, pick(n, material.certificates));
	return tried(certificateCodes, () =>
		turns.take(() => {
			const read = new Certificate().read(der, 0, der.length, 0);
			matchesServerName(read, "fuzz.example");
			matchesServerName(read, "192.0.2.1");
			namesOf(read);
			return "read";
		}),
	);
}

const pathCodes: readonly string[] = [
	...certificateCodes,
	"wrong_name",
	"untrusted",
	"pin_mismatch",
	"certificate_expired",
	"certificate_not_yet_valid",
	"bad_staple",
	"too_much_work",
	"bad_signature",
	"certificate_revoked",
];

function isGenuine(material: Material, der: Uint8Array): boolean {
	return material.certificates.some(one => sameBytes(one, der));
}

/** A list of certificates, right ones, changed ones and many, in any order. */
function path(n: Numbers, material: Material, turns: Turns): string {
	const list: Uint8Array[] = [];
	const count = pick(n, [1, 2, 2, 3, 4, 8, 40]);
	for (let i = 0; i < count; i++) {
		const der = pick(n, material.certificates);
		list.push(chance(n, 3) ? mutateDER(n, der) : der);
	}
	if (chance(n, 2)) list[0] = chance(n, 3) ? mutateDER(n, material.certificates[2]!) : material.certificates[2]!;
	if (chance(n, 2) && list.length > 1) list[1] = material.certificates[1]!;
	let length = 0;
	for (const one of list) length += one.length;
	const message = new Uint8Array(length);
	const ranges: number[] = [];
	let at = 0;
	for (const one of list) {
		message.set(one, at);
		ranges.push(at, (at += one.length));
	}
	const { certificates } = configure({ serverName: "fuzz.example", roots: material.roots }, undefined);
	return tried(pathCodes, () => {
		const search = turns.take(() => new PathSearch(message, ranges, certificates));
		for (let steps = 0; turns.take(() => search.step()); steps++)
			if (steps > 5000) throw new Finding("a search that does not end");
		if (!search.peer) throw new Finding("a search without a result");
		if (!isGenuine(material, list[0]!)) throw new Finding(`a changed certificate is accepted: ${hexOf(list[0]!)}`);
		return "verified";
	});
}

function hexOf(bytes: Uint8Array): string {
	let text = "";
	for (const byte of bytes) text += (256 + byte).toString(16).slice(1);
	return text;
}

/** True where `whole` has `part` in it. */
function includes(whole: Uint8Array, part: Uint8Array): boolean {
	for (
		let at = whole.indexOf(part[0]!);
		at >= 0 && at + part.length <= whole.length;
		at = whole.indexOf(part[0]!, at + 1)
	)
		if (sameBytes(whole.subarray(at, at + part.length), part)) return true;
	return false;
}

function ocsp(n: Numbers, material: Material, turns: Turns): string {
	const right = material.staples.rsa;
	const bytes = mutateDER(n, right);
	const [, intermediate, leaf] = material.certificates;
	const issuer = new Certificate().read(intermediate!, 0, intermediate!.length, 1);
	const subject = statusSubject(new Certificate().read(leaf!, 0, leaf!.length, 0), publicKeyOf(issuer));
	const { certificates } = configure({ serverName: "fuzz.example", roots: material.roots }, undefined);
	return tried(["bad_staple", "certificate_revoked", ...certificateCodes], () => {
		const status = turns.take(
			() => new StapledStatus(bytes, { start: 0, end: bytes.length }, subject, timeNow(certificates.clock)),
		);
		for (let steps = 0; turns.take(() => status.step()); steps++)
			if (steps > 100) throw new Finding("a status that does not end");
		// ResponseData, after OCSPResponse, its status, [0], ResponseBytes, its OID, OCTET STRING and BasicOCSPResponse
		if (!includes(bytes, right.subarray(60, 120))) throw new Finding(`a changed status is accepted: ${hexOf(bytes)}`);
		return "good";
	});
}

const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64Of(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.length; i += 3) {
		const a = bytes[i]!,
			b = bytes[i + 1] ?? 0,
			c = bytes[i + 2] ?? 0;
		text +=
			base64[a >> 2]! +
			base64[((a & 3) << 4) | (b >> 4)]! +
			(i + 1 < bytes.length ? base64[((b & 15) << 2) | (c >> 6)]! : "=") +
			(i + 2 < bytes.length ? base64[c & 63]! : "=");
		if (i % 48 === 45) text += "\n";
	}
	return text;
}

function pem(n: Numbers, material: Material, turns: Turns): string {
	const der = pick(n, material.certificates);
	const label = pick(n, ["CERTIFICATE", "CERTIFICATE", "PRIVATE KEY"]);
	let text = `-----BEGIN ${label}-----\n${base64Of(der.subarray(0, n.below(der.length)))}\n-----END ${label}-----\n`;
	if (chance(n, 3)) text += text;
	for (let left = n.below(4); left > 0; left--) {
		const at = n.below(text.length + 1);
		switch (n.below(4)) {
			case 0:
				text =
					text.slice(0, at) +
					pick(n, [
						"-",
						"=",
						"==",
						"\n",
						"\r\n",
						" ",
						"é",
						"-----BEGIN CERTIFICATE-----",
						"-----END CERTIFICATE-----",
						"\0",
						"*",
						"A",
					]) +
					text.slice(at);
				break;
			case 1:
				text = text.slice(0, at);
				break;
			case 2:
				text = text.slice(0, at) + text.slice(at + 1 + n.below(40));
				break;
			default:
				text = text.slice(at);
		}
	}
	return tried(["configuration"], () => {
		const list = turns.take(() => readPEM(text, "CERTIFICATE"));
		if (!list.every(one => one instanceof Uint8Array)) throw new Finding("PEM gives no bytes");
		return `${list.length > 0}`;
	});
}

/** A damaged session is passed over: it may not even be an error. */
function session(n: Numbers, material: Material, turns: Turns): string {
	const is12 = chance(n, 2);
	const right = pick(n, is12 ? material.sessions12 : material.sessions13).session;
	const bytes = chance(n, 20) ? n.bytes(n.below(300)) : mutateBytes(n, right);
	const options: Options = {
		serverName: "fuzz.example",
		roots: material.roots,
		session: bytes,
		...(is12 ? { maxVersion: 0x303 } : {}),
	};
	return tried([], () => turns.take(() => (configure(options, undefined).session ? "used" : "passed over")));
}

/** The checksum at the end is made right again half of the time, so that what lies after it is read. */
function roots(n: Numbers, material: Material, turns: Turns): string {
	const bytes = mutateBytes(n, material.roots.bytes);
	if (chance(n, 2) && bytes.length > 8) {
		const digest = new Uint8Array(32);
		hash(HashAlgorithm.sha256, bytes, 0, bytes.length - 8, digest, 0);
		bytes.set(digest.subarray(0, 8), bytes.length - 8);
	}
	// a key that PSA does not know can only come of a store that is damaged and has the right checksum
	return tried(["configuration", "crypto", ...pathCodes], () => {
		const store = turns.take(() => new RootStore(bytes));
		const { certificates } = configure({ serverName: "fuzz.example", roots: store }, undefined);
		const [, intermediate, leaf] = material.certificates;
		const message = new Uint8Array(leaf!.length + intermediate!.length);
		message.set(leaf!, 0);
		message.set(intermediate!, leaf!.length);
		const search = turns.take(
			() => new PathSearch(message, [0, leaf!.length, leaf!.length, message.length], certificates),
		);
		while (turns.take(() => search.step()));
		return "verified";
	});
}

const labels: readonly string[] = [
	"fuzz",
	"example",
	"*",
	"",
	"-",
	"a-",
	"-a",
	"xn--",
	"xn--fuzz",
	"_x",
	"a".repeat(63),
	"a".repeat(64),
	"É",
	"0",
	"256",
	"127",
	"1",
	"::1",
	"[::1]",
	"fe80::1%1",
	"\0",
	" ",
	"com",
	"co*m",
	"**",
	"0x7f",
];

const leafElement: Element = {
	tag: 0,
	bytes: new Uint8Array(0),
	items: undefined,
	before: undefined,
	lie: -1,
	form: 0,
};

function names(n: Numbers, material: Material, turns: Turns): string {
	const parts: string[] = [];
	for (let left = 1 + n.below(chance(n, 10) ? 40 : 5); left > 0; left--) parts.push(pick(n, labels));
	const text = parts.join(pick(n, [".", ".", ".", ":", ""]));
	const bytes = new Uint8Array(ArrayBuffer.fromString(chance(n, 2) ? text : `*.${text}`));
	const leaf = new Certificate().read(material.certificates[2]!, 0, material.certificates[2]!.length, 0);
	return tried([], () =>
		turns.take(() => {
			const name = askedName(text);
			if (name === undefined) return "none";
			if (!chance(n, 2)) {
				const asked = new Uint8Array(ArrayBuffer.fromString(name)),
					list = writeElements([{ ...leafElement, tag: GeneralName.dns, bytes }], 0xffff);
				findName(list, 0, list.length, asked, asked.length, GeneralName.dns);
			} else if (matchesServerName(leaf, name) && !/^(fuzz\.example|[^.]+\.wild\.example|192\.0\.2\.1)\.?$/i.test(name))
				throw new Finding(`a certificate of fuzz.example is for ${name}`);
			return "asked";
		}),
	);
}

function key(n: Numbers, material: Material, turns: Turns): string {
	const clientKey = mutateDER(n, material.client.key);
	return tried(["configuration"], () =>
		turns.take(() => {
			configure(
				{
					serverName: "fuzz.example",
					roots: material.roots,
					clientCertificates: material.client.certificate,
					clientKey,
				},
				undefined,
			);
			return "taken";
		}),
	);
}

const bodies: Readonly<Record<string, Body>> = {
	certificate,
	path,
	ocsp,
	pem,
	session,
	roots,
	names,
	key,
	http: (n, _material, turns) => http(n, turns),
};

export const parserNames: readonly string[] = Object.keys(bodies);

export function runParser(name: string, seed: number, material: Material): Result {
	const turns = new Turns();
	const code = bodies[name]!(numbersOf(seed), material, turns);
	return { code, longest: turns.longest, story: "" };
}
