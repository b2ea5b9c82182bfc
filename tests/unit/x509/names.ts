/*
	Which name a certificate is for (RFC 9525), and which name may be asked for.
*/

import { ascii, bytes, equal, hex, join, note, ok, test, throws } from "test/harness";
import { configure } from "tls/configure";
import type { Certificate } from "tls/x509/certificate";
import { isSubject } from "tls/hardware/names";
import { DER } from "tls/wire/der";
import { matchesServerName, namesOf, parseAddress } from "tls/x509/names";

const DNS = 0x82;
const ADDRESS = 0x87;

function generalName(tag: number, content: Uint8Array): Uint8Array {
	return join(
		content.length < 128 ? Uint8Array.of(tag, content.length) : Uint8Array.of(tag, 0x81, content.length),
		content,
	);
}

/** As much of a certificate as has names. */
function withNames(...list: Uint8Array[]): Certificate {
	const piece = join(...list);
	return {
		bytes: piece,
		namesStart: 0,
		namesEnd: piece.length,
		der: new DER(piece, 0, 0, 0),
	} as unknown as Certificate;
}

function matches(certified: string, asked: string): boolean {
	return matchesServerName(withNames(generalName(DNS, ascii(certified))), asked);
}

test("DNS names", () => {
	for (const [certified, asked] of [
		["example.com", "example.com"],
		["EXAMPLE.com", "example.COM"],
		["example.com", "example.com."],
		["localhost", "localhost"],
		["a-b.c_d.example", "a-b.c_d.example"],
		["xn--mller-kva.example", "xn--mller-kva.example"],
		["1and1.example", "1and1.example"],
	] as const)
		equal(matches(certified, asked), true, `${certified} for ${asked}`);
	for (const [certified, asked] of [
		["example.com", "example.org"],
		["example.com", "www.example.com"],
		["www.example.com", "example.com"],
		["example.com", "xample.com"],
		["example.com", "example.com.."],
		["example.com.", "example.com"],
		["example.com.", "example.com."],
		[".example.com", "a.example.com"],
		["", "example.com"],
		["example..com", "example..com"],
		["-a.example", "-a.example"],
		["a-.example", "a-.example"],
		["exam ple.com", "exam ple.com"],
		["example.com\0.org", "example.com"],
		["example.com\0", "example.com"],
		["m\xfcller.example", "m\xfcller.example"],
		["example.com:443", "example.com:443"],
	] as const)
		equal(matches(certified, asked), false, `${JSON.stringify(certified)} for ${asked}`);
});

test("wildcards: the whole leftmost label, for exactly one", () => {
	for (const [certified, asked] of [
		["*.example.com", "www.example.com"],
		["*.EXAMPLE.com", "a.example.COM"],
		["*.example.com", "xn--mller-kva.example.com"],
		["*.example.com", "www.example.com."],
	] as const)
		equal(matches(certified, asked), true, `${certified} for ${asked}`);
	for (const [certified, asked] of [
		["*.example.com", "example.com"],
		["*.example.com", "a.b.example.com"],
		["*.example.com", ".example.com"],
		["*.com", "example.com"],
		["*", "localhost"],
		["*.", "a."],
		["w*.example.com", "www.example.com"],
		["*w.example.com", "www.example.com"],
		["www.*.com", "www.example.com"],
		["*.*.com", "www.example.com"],
		["**.example.com", "www.example.com"],
		["xn--*.example.com", "xn--a.example.com"],
		["*example.com", "wwwexample.com"],
	] as const)
		equal(matches(certified, asked), false, `${certified} for ${asked}`);
});

test("labels and names are no longer than DNS has them", () => {
	const label = "a".repeat(63);
	equal(matches(`${label}.example`, `${label}.example`), true);
	equal(matches(`${label}a.example`, `${label}a.example`), false);
	const long = `${label}.${label}.${label}.${"b".repeat(61)}`;
	equal(long.length, 253);
	equal(matches(long, long), true);
	equal(matches(`${long}b`, `${long}b`), false);
});

test("addresses as text", () => {
	for (const [text, piece] of [
		["192.0.2.7", "c0000207"],
		["0.0.0.0", "00000000"],
		["255.255.255.255", "ffffffff"],
		["::", "00000000000000000000000000000000"],
		["::1", "00000000000000000000000000000001"],
		["2001:db8::7", "20010db8000000000000000000000007"],
		["2001:DB8:0:0:0:0:0:7", "20010db8000000000000000000000007"],
		["1::", "00010000000000000000000000000000"],
		["::ffff:192.0.2.7", "00000000000000000000ffffc0000207"],
		["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
		["1:2:3:4:5:6:192.0.2.7", "000100020003000400050006c0000207"],
	] as const)
		equal(hex(parseAddress(text)!), piece, text);
	for (const text of [
		"",
		"1",
		"192.0.2",
		"192.0.2.7.1",
		"192.0.2.256",
		"192.0.2.07",
		"192.0.2.",
		".192.0.2.7",
		"192.0.2.7 ",
		"0x7f.0.0.1",
		"192.0.2.a",
		"192.0.2.-1",
		":",
		":::",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1::2::3",
		"1:2:3:4:5:6:7::8:9",
		"12345::",
		"g::",
		"::1%eth0",
		"[::1]",
		"1:",
		":1",
		"1:2:3:4:5:6:7:192.0.2.7",
		"::192.0.2.256",
		"192.0.2.7::",
		"1:2:3:4:5:6:7:8:",
		"1::8:",
		"::1:",
		"1:2:3:4:5:6:7:8::",
		"::1:2:3:4:5:6:7:8",
	])
		equal(parseAddress(text), undefined, text);
});

test("an address is only ever an iPAddress, a name only ever a dNSName", () => {
	const v4 = generalName(ADDRESS, bytes("c0000207"));
	const v6 = generalName(ADDRESS, bytes("20010db8000000000000000000000007"));
	const name = generalName(DNS, ascii("server.example"));
	const certificate = withNames(generalName(0x81, ascii("a@example.org")), name, v4, v6);
	for (const asked of ["192.0.2.7", "2001:db8::7", "2001:0db8::0007", "server.example"])
		equal(matchesServerName(certificate, asked), true, asked);
	for (const asked of ["192.0.2.8", "2001:db8::8", "::ffff:192.0.2.7", "a@example.org", "example.org"])
		equal(matchesServerName(certificate, asked), false, asked);
	equal(matchesServerName(withNames(generalName(DNS, ascii("192.0.2.7"))), "192.0.2.7"), false);
	equal(matchesServerName(withNames(generalName(DNS, ascii("*.0.2.7"))), "192.0.2.7"), false);
	equal(matchesServerName(withNames(generalName(ADDRESS, ascii("server.example"))), "server.example"), false);
	equal(matchesServerName(withNames(generalName(ADDRESS, bytes("c00002"))), "192.0.2.7"), false);
	equal(matchesServerName(withNames(generalName(ADDRESS, bytes("c0000207ffffffff"))), "192.0.2.7"), false);
	equal(matchesServerName(withNames(), "server.example"), false);
	equal(namesOf(certificate), "server.example, 192.0.2.7, 2001:0db8:0000:0000:0000:0000:0000:0007");
});

test("64 names are looked at for an error, of whatever kind", () => {
	const mail = generalName(0x81, ascii("a@b")),
		name = generalName(DNS, ascii("server.example"));
	equal(namesOf(withNames(...Array<Uint8Array>(63).fill(mail), name)), "server.example");
	equal(namesOf(withNames(...Array<Uint8Array>(64).fill(mail), name)), "");
});

test("a list of names that is not DER is an error, even after the right name", () => {
	const name = generalName(DNS, ascii("server.example"));
	throws(() => matchesServerName(withNames(name, Uint8Array.of(DNS, 5, 0x61)), "server.example"), "bad_certificate");
	throws(
		() => matchesServerName(withNames(name, Uint8Array.of(DNS, 0x81, 1, 0x61)), "server.example"),
		"bad_certificate",
	);
});

test("a name that can't be asked for is refused when the connection is made", () => {
	const options = { pins: [new Uint8Array(32)], pinsInsteadOfRoots: true };
	for (const name of [
		"m\xfcller.example",
		"b\u00fccher.example",
		"example\u3002com",
		"exa mple.com",
		"example.com/",
		"user@example.com",
		"example.com:443",
		"[::1]",
		"::1%eth0",
		"a..b",
		".example.com",
		"-a.example",
		"*.example.com",
		"192.0.2.256",
		"1.2.3",
		"example.com\0",
		"a".repeat(64),
		"example.123",
		"..",
	]) {
		const error = throws(() => configure({ ...options, serverName: name }, undefined), "configuration");
		equal(error.message.includes("serverName"), true, error.message);
		throws(() => configure(options, name), "configuration");
	}
	equal(
		throws(
			() => configure({ ...options, serverName: "m\xfcller.example" }, undefined),
			"configuration",
		).message.includes("xn--"),
		true,
	);
	throws(() => configure(options, undefined), "configuration");
	throws(() => configure(options, ""), "configuration");
});

test("of ASCII, letters, digits, hyphen and underscore may stand in a name that is asked for", () => {
	const options = { pins: [new Uint8Array(32)], pinsInsteadOfRoots: true };
	for (let c = 1; c < 128; c++) {
		const character = String.fromCharCode(c),
			ask = () => configure(options, `x${character}x.example`);
		if (/[-_.0-9A-Za-z]/.test(character)) ask();
		else throws(ask, "configuration");
	}
});

test("names in an error: what is not printable ASCII is a dot", () => {
	const name = Uint8Array.of(0x1f, 0x20, 0x21, 0x41, 0x7e, 0x7f, 0x80, 0xff);
	equal(namesOf(withNames(generalName(DNS, name))), "..!A~...");
});

test("SNI: names without a dot at the end; never an address", () => {
	const options = { pins: [new Uint8Array(32)], pinsInsteadOfRoots: true };
	for (const [asked, sni] of [
		["example.com", "example.com"],
		["example.com.", "example.com"],
		["localhost", "localhost"],
		["my_device.local", "my_device.local"],
	] as const) {
		const config = configure(options, asked);
		equal(config.sni, sni);
		equal(config.certificates.name, sni);
	}
	for (const asked of ["192.0.2.7", "::1", "2001:db8::7"]) equal(configure(options, asked).sni, undefined);
});

/**
 * A Name with one SET of `count` common names of `length` characters, which differ in the last; `last` is the first's.
 */
function crowdedName(count: number, length: number, last: number): Uint8Array {
	const attributes: Uint8Array[] = [];
	for (let i = 0; i < count; i++) {
		const value = new Uint8Array(length).fill(0x61);
		value[length - 1] = last + i;
		attributes.push(element(0x30, join(bytes("0603550403"), element(0x0c, value))));
	}
	return element(0x30, element(0x31, join(...attributes)));
}

function element(tag: number, content: Uint8Array): Uint8Array {
	const { length } = content,
		long = length < 256 ? Uint8Array.of(tag, 0x81, length) : Uint8Array.of(tag, 0x82, length >> 8, length);
	return join(length < 128 ? Uint8Array.of(tag, length) : long, content);
}

/** As much of a certificate as has a subject. */
function withSubject(subject: Uint8Array): Uint8Array {
	const field = bytes("020101");
	return element(0x30, element(0x30, join(field, field, field, field, subject)));
}

test("what C compares for one issuer is bounded by the length of both names, and told", () => {
	let most = 0;
	for (const count of [1, 2, 4, 8])
		for (const length of [1, 20, 200, 480]) {
			const asked = crowdedName(count, length, 0x41),
				certificate = withSubject(crowdedName(count, length, 0x42)),
				copy = withSubject(asked);
			const work = isSubject(certificate, 0, certificate.length, asked, 0, asked.length);
			ok(work >= 0, `${count} names of ${length} are others`);
			const limit = 20 * (asked.length + certificate.length) + 2048;
			ok(work <= limit, `${count} names of ${length}: ${work} bytes, at most ${limit}`);
			most = Math.max(most, work);
			equal(isSubject(copy, 0, copy.length, asked, 0, asked.length), -1, "the same bytes cost nothing");
			const capitals = withSubject(crowdedName(count, length, 0x61));
			const found = isSubject(capitals, 0, capitals.length, asked, 0, asked.length);
			// many that are nearly alike are given up
			ok(found < -1 || (count > 2 && found >= 0), `${count} names of ${length}, in capitals`);
			ok(Math.abs(found) <= limit + 1, `${count} names of ${length}, in capitals: ${found}`);
		}
	note(`${most} bytes compared at most`);
});
