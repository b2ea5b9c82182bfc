/*
	The cases of tests/chains: what a server may send by mistake or by malice, and what it may well send.
*/

import { generateKeyPairSync } from "node:crypto";

import { makeCertificate, makeKey, type Certificate, type Extension } from "../../host-sim/certificates.js";
import { bitString, boolean, context, element, integer, nothing, octetString, oid, sequence, set, utf8String } from "../../host-sim/der.js";
import { authority, Cases, days, flipped, host, keyFor, leaf, pin, root, type Case } from "./chains.js";

const theRoot = root("Example Root");
const sub = authority("Example Sub CA", theRoot);
const server = leaf(sub);

/** Another authority with the same name as one that is in use. */
function impostor(name: string, issuer: Certificate): Certificate {
	return makeCertificate({ subject: name, key: makeKey("p256"), issuer, isAuthority: true });
}

function goodChains(cases: Cases): void {
	cases.accepted("leaf and intermediate", [server, sub], { isMutated: true });
	cases.accepted("leaf right under the root", [leaf(theRoot)], { isMutated: true });
	cases.accepted("the root is sent too", [server, sub, theRoot]);
	const second = authority("Example Second CA", sub);
	cases.accepted("two intermediates", [leaf(second), second, sub]);
	cases.accepted("out of order", [leaf(second), theRoot, sub, second]);
	cases.accepted("one of them twice", [leaf(second), sub, sub, second, second]);
	cases.accepted("with a certificate that has nothing to do with it", [server, root("Other Root"), sub]);
	cases.accepted("with octets that are no certificate", [server, Buffer.from("no certificate"), sub]);
	cases.accepted("the intermediate is trusted, the root is unknown", [server, sub], { trusted: [sub] });
	cases.accepted("two roots are trusted, one expired", [server, sub], { trusted: [root("Example Root", { key: makeKey("p256"), notAfter: days(-1), notBefore: days(-9) }), theRoot] });
	const other = root("Other Root");
	const crossed = authority("Example Sub CA", other, { key: sub.key });
	cases.accepted("cross-signed: the first issuer is unknown", [server, sub, crossed], { trusted: [other] });
	const expired = authority("Example Sub CA", theRoot, { key: sub.key, notBefore: days(-9), notAfter: days(-1) });
	cases.accepted("cross-signed: the first issuer has expired", [server, expired, crossed], { trusted: [theRoot, other] });
	cases.accepted("another intermediate of the same name comes first", [server, impostor("Example Sub CA", theRoot), sub]);
	cases.accepted("wildcard", [leaf(sub, { names: ["*.example.com"] }), sub]);
	cases.accepted("one name among several, in capitals", [leaf(sub, { names: ["a.example", "WWW.Example.COM", "192.0.2.7"] }), sub]);
	cases.accepted("IPv4 address", [leaf(sub, { names: ["192.0.2.7"] }), sub], { name: "192.0.2.7" });
	cases.accepted("IPv6 address", [leaf(sub, { names: ["2001:db8::7"] }), sub], { name: "2001:DB8:0::0:7" });
	cases.accepted("serial number zero, as some old ones have", [leaf(sub, { serial: Uint8Array.of(0) }), sub]);
	cases.accepted("no key usage, no extended key usage", [leaf(sub, { keyUsage: false, extendedKeyUsage: false }), sub]);
	cases.accepted("valid beyond 2050", [leaf(sub, { notAfter: new Date("2063-04-05T00:00:00Z") }), sub]);
	cases.accepted("path length that is just enough", [server, authority("Example Sub CA", theRoot, { pathLength: 0 })]);
}

function goodKeys(cases: Cases): void {
	for (const type of ["p384", "rsa2048", "rsa3072", "rsa4096"] as const) {
		const top = root(`Root ${type}`, { key: keyFor("root", type) });
		const middle = authority(`Sub ${type}`, top, { key: keyFor("sub", type) });
		cases.accepted(`all keys ${type}`, [leaf(middle, { key: keyFor("leaf", type) }), middle], { trusted: [top], isMutated: type === "rsa2048" });
	}
	const top = root("Root PSS", { key: keyFor("root", "rsa2048") });
	for (const signature of ["pss-sha256", "pss-sha384", "rsa-sha384", "rsa-sha512"] as const)
		cases.accepted(`signed with ${signature}`, [leaf(top, { signature })], { trusted: [top] });
	for (const signature of ["ecdsa-sha384", "ecdsa-sha512"] as const) cases.accepted(`P-256 with ${signature}`, [leaf(sub, { signature }), sub]);
}

function ownCertificates(cases: Cases): void {
	const own = makeCertificate({ subject: "My Box", key: makeKey("p256"), names: [host] });
	cases.accepted("a server's own certificate, trusted", [own], { trusted: [own], isMutated: true });
	cases.accepted("a self-signed authority as server, as OpenSSL makes them", [root("Box CA", { names: [host], keyUsage: false })], { trusted: [root("Box CA", { names: [host], keyUsage: false })] });
	cases.accepted("a certificate of somebody unknown, trusted as it is", [server], { trusted: [server], isMutated: true });
	cases.accepted("trusted as it is, with more behind it", [server, sub], { trusted: [server] });
	const again = makeCertificate({ subject: "My Box", key: own.key, names: [host, "bank.example"] });
	cases.refused("another certificate for the key that is trusted", "untrusted", "is not itself trusted", [again], { trusted: [own] });
	cases.refused("another name is asked for", "wrong_name", "is for www.example.com, not for bank.example", [own], { trusted: [own], name: "bank.example" });
	const old = makeCertificate({ subject: "My Box", key: own.key, names: [host], notBefore: days(-9), notAfter: days(-1) });
	cases.refused("the trusted certificate has expired", "certificate_expired", "certificate 0 (CN=My Box) expired on", [old], { trusted: [old] });
	const below = makeCertificate({ subject: "Example Server", key: makeKey("p256"), issuer: own, names: [host] });
	cases.refused("issued by a trusted certificate that is no authority", "untrusted", "may not issue others", [below], { trusted: [own] });
	cases.refused("issued by a trusted certificate that is no authority, which comes too", "untrusted", "may not issue others", [below, own], { trusted: [own] });
}

function forged(cases: Cases): void {
	const thief = makeKey("p256");
	const fake = makeCertificate({ subject: "Example Sub CA", key: thief, issuer: theRoot, isAuthority: true });
	const fakeRoot = makeCertificate({ subject: "Example Root", key: thief, isAuthority: true });
	cases.refused("forged leaf with the genuine intermediate", "bad_certificate", "certificate 0 (CN=Example Server) is forged", [leaf(fake), sub]);
	cases.refused("forged leaf under the genuine root", "untrusted", "certificate 0", [leaf(fakeRoot)]);
	cases.refused("the intermediate swapped for one of the same name", "bad_certificate", "certificate 0", [server, fake]);
	cases.refused("the intermediate swapped for one that its impostor signed", "untrusted", "certificate 1", [leaf(fake), { ...fake, der: authority("Example Sub CA", fakeRoot, { key: thief }).der }]);
	cases.refused("self-signed leaf in front of the genuine chain", "bad_certificate", "certificate 1 (CN=Example Server) is no authority", [makeCertificate({ subject: "Example Server", key: thief, names: [host] }), server, sub]);
	cases.refused("a root that nobody trusts", "untrusted", "issued by CN=Example Sub CA", [server, sub, theRoot], { trusted: [root("Other Root")] });
	cases.refused("a root that nobody trusts, of a trusted name", "untrusted", "certificate", [leaf(fakeRoot), fakeRoot]);
	cases.refused("only the leaf of a longer chain", "untrusted", "issued by CN=Example Sub CA", [server]);
	cases.refused("nobody is trusted for the issuer", "untrusted", "issued by CN=Other Root", [leaf(root("Other Root"))]);
	cases.refused("signature changed", "bad_certificate", "certificate 0", [flipped(server.der, -1), sub]);
	cases.refused("intermediate's signature changed", "untrusted", "certificate 1", [server, flipped(sub.der, -1)]);
	cases.refused("a leaf of the leaf", "bad_certificate", "certificate 1 (CN=Example Server) is no authority", [makeCertificate({ subject: "Example Server", key: thief, issuer: server, names: [host] }), server, sub]);
	cases.refused("two that issued each other", "untrusted", "certificate", [leaf(authority("A", root("B"))), authority("A", root("B")), authority("B", root("A"))]);
}

function wrongAuthorities(cases: Cases): void {
	const with_ = (change: object): Certificate => authority("Example Sub CA", theRoot, change);
	const without = (id: string) => (list: Extension[]): Extension[] => list.filter(one => one.id !== id);
	const notCA = with_({ changeExtensions: (list: Extension[]) => list.map(one => one.id === "2.5.29.19" ? { ...one, value: sequence() } : one) });
	cases.refused("CA flag false", "bad_certificate", "certificate 1 (CN=Example Sub CA) is no authority", [server, notCA]);
	cases.refused("no basic constraints", "bad_certificate", "is no authority", [server, with_({ changeExtensions: without("2.5.29.19") })]);
	cases.refused("may not sign certificates", "bad_certificate", "may not sign certificates", [server, with_({ keyUsage: ["digitalSignature", "cRLSign"] })]);
	cases.refused("authority for mail only", "bad_certificate", "extended key usage", [server, with_({ extendedKeyUsage: ["emailProtection"] })]);
	const second = authority("Example Second CA", sub);
	cases.refused("path too long for the intermediate", "bad_certificate", "certificate 2 (CN=Example Sub CA) allows 0", [leaf(second), second, with_({ pathLength: 0 })]);
	cases.refused("path too long for the root", "bad_certificate", "the trusted root allows 0", [server, sub], { trusted: [root("Example Root", { pathLength: 0 })] });
	cases.refused("intermediate expired", "certificate_expired", `certificate 1 (CN=Example Sub CA) expired on ${days(-1).toISOString().slice(0, 10)}`, [server, with_({ notBefore: days(-9), notAfter: days(-1) })]);
	cases.refused("intermediate not yet valid", "certificate_not_yet_valid", "certificate 1 (CN=Example Sub CA) is not valid before", [server, with_({ notBefore: days(1), notAfter: days(9) })]);
	cases.refused("root expired", "certificate_expired", "root", [server, sub], { trusted: [root("Example Root", { notBefore: days(-9), notAfter: days(-1) })] });
	const constrained = (change: object, names: string[]): Certificate[] => { const one = with_(change); return [leaf(one, { names: [host, ...names] }), one]; };
	cases.accepted("name constraints that allow it", constrained({ permitted: ["example.com", "192.0.2.0/24"], excluded: ["bad.example.com"] }, ["192.0.2.9"]));
	cases.refused("name outside of what is permitted", "bad_certificate", "certificate 0 (CN=Example Server) has a name", constrained({ permitted: ["example.org"] }, []));
	cases.refused("one of the names outside of what is permitted", "bad_certificate", "do not permit", constrained({ permitted: ["example.com"] }, ["www.example.org"]));
	cases.refused("name inside of what is excluded", "bad_certificate", "exclude", constrained({ excluded: ["example.com"] }, []));
	cases.refused("address outside of what is permitted", "bad_certificate", "do not permit", constrained({ permitted: ["192.0.2.0/25"] }, ["192.0.2.200"]));
	cases.refused("IPv6 address inside of what is excluded", "bad_certificate", "exclude", constrained({ excluded: ["2001:db8::/32"] }, ["2001:db8::1"]));
	cases.refused("name constraint of the root violated", "bad_certificate", "the trusted root", [server, sub], { trusted: [root("Example Root", { permitted: ["example.org"] })] });
	const directory = (name: string): Extension => ({ id: "2.5.29.30", isCritical: true, value: sequence(context(0, true, sequence(context(4, true, sequence(set(sequence(oid("2.5.4.10"), utf8String(name)))))))) });
	const subject = sequence(set(sequence(oid("2.5.4.10"), utf8String("Example Org"))), set(sequence(oid("2.5.4.3"), utf8String("Server"))));
	const under = (name: string): Certificate[] => { const one = with_({ extensions: [directory(name)] }); return [leaf(one, { subject }), one]; };
	cases.accepted("directory name that is permitted", under("Example Org"));
	cases.refused("directory name that is not permitted", "bad_certificate", "do not permit", under("Other Org"));
}

function weak(cases: Cases): void {
	const small = root("Small Root", { key: keyFor("small", "rsa2048") });
	cases.refused("leaf with an RSA key of 1024 bits", "unsupported_certificate", "(1024 bits)", [leaf(sub, { key: keyFor("weak", "rsa1024") }), sub]);
	const weakSub = authority("Weak CA", theRoot, { key: keyFor("weak", "rsa1024") });
	cases.refused("intermediate with an RSA key of 1024 bits", "unsupported_certificate", "certificate 1 (CN=Weak CA) has a key", [leaf(weakSub), weakSub]);
	for (const signature of ["rsa-md5", "rsa-sha1"] as const)
		cases.refused(`signed with ${signature}`, "unsupported_certificate", "certificate 0 (CN=Example Server) is signed", [leaf(small, { signature })], { trusted: [small] });
	cases.refused("signed with ecdsa-sha1", "unsupported_certificate", "is signed", [leaf(sub, { signature: "ecdsa-sha1" }), sub]);
	cases.refused("leaf with an Ed25519 key", "unsupported_certificate", "has a key", [leaf(sub, { key: keyFor("ed", "ed25519") }), sub]);
	cases.refused("leaf with a P-521 key", "unsupported_certificate", "has a key", [leaf(sub, { key: keyFor("521", "p521") }), sub]);
	const withExponent = (bytes: number[]): Buffer => {
		const modulus = Buffer.alloc(256, 0xb7);
		return sequence(sequence(oid("1.2.840.113549.1.1.1"), nothing()), bitString(sequence(integer(modulus), integer(Uint8Array.from(bytes)))));
	};
	const rekeyed = (spki: Buffer): Certificate => leaf(sub, { changeBody: inside(content => {
		const old = server.key.publicKey.export({ type: "spki", format: "der" });
		const at = content.indexOf(old);
		return Buffer.concat([content.subarray(0, at), spki, content.subarray(at + old.length)]);
	}) });
	cases.refused("RSA exponent 1", "bad_certificate", "exponent", [rekeyed(withExponent([1])), sub]);
	cases.refused("RSA exponent 65536", "bad_certificate", "exponent", [rekeyed(withExponent([1, 0, 0])), sub]);
	const point = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]);
	const p256 = (octets: Buffer): Buffer => sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), bitString(octets));
	cases.refused("compressed point", "bad_certificate", "no point", [rekeyed(p256(Buffer.concat([Buffer.of(2), Buffer.alloc(32, 7)]))), sub]);
	const off = authority("Off Curve CA", theRoot, { changeBody: body => { const at = body.indexOf(keyFor("Off Curve CA").publicKey.export({ type: "spki", format: "der" })); const spki = p256(point); return Buffer.concat([body.subarray(0, at), spki, body.subarray(at + spki.length)]); } });
	cases.refused("authority with a key that is no point of its curve", "bad_certificate", "certificate 0", [leaf(off), off]);
	const dsa = generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 }).publicKey.export({ type: "spki", format: "der" });
	cases.refused("leaf with a DSA key", "unsupported_certificate", "has a key", [rekeyed(dsa), sub]);
}

function wrongLeaves(cases: Cases): void {
	const changed = (change: object): Certificate[] => [leaf(sub, change), sub];
	cases.refused("wrong name", "wrong_name", "is for www.example.org, not for www.example.com", changed({ names: ["www.example.org"] }));
	cases.refused("no alternative name, but the common name", "wrong_name", "no name at all", changed({ subject: host, names: [] }));
	cases.refused("wildcard over two labels", "wrong_name", "", changed({ names: ["*.com", "*.*.com", "w*.example.com", "*"] }));
	cases.refused("wildcard for the name itself", "wrong_name", "", changed({ names: ["*.www.example.com"] }));
	cases.refused("address as DNS name", "wrong_name", "", changed({ names: ["192.0.2.8"] }), { name: "192.0.2.7" });
	cases.refused("wildcard for an address", "wrong_name", "", changed({ extensions: [{ id: "2.5.29.17", isCritical: false, value: sequence(context(2, false, Buffer.from("*.0.2.7"))) }], names: [] }), { name: "192.0.2.7" });
	cases.refused("address written as a DNS name", "wrong_name", "", changed({ extensions: [{ id: "2.5.29.17", isCritical: false, value: sequence(context(2, false, Buffer.from("192.0.2.7"))) }], names: [] }), { name: "192.0.2.7" });
	cases.refused("name with a zero in it", "wrong_name", "", changed({ extensions: [{ id: "2.5.29.17", isCritical: false, value: sequence(context(2, false, Buffer.from(`${host}\0.evil.example`))) }], names: [] }));
	cases.refused("expired", "certificate_expired", `certificate 0 (CN=Example Server) expired on ${days(-1).toISOString().slice(0, 10)}`, changed({ notBefore: days(-9), notAfter: days(-1) }));
	cases.refused("not yet valid", "certificate_not_yet_valid", "is not valid before", changed({ notBefore: days(1), notAfter: days(9) }));
	cases.refused("clock not set", "clock_not_set", "the clock is not set", [server, sub], { now: null });
	cases.refused("for clients only", "unsupported_certificate", "extended key usage", changed({ extendedKeyUsage: ["clientAuth"] }));
	cases.refused("unknown critical extension", "unsupported_certificate", "critical extension", changed({ extensions: [{ id: "1.3.6.1.4.1.99999.1", isCritical: true, value: nothing() }] }));
	cases.refused("policy constraints, critical", "unsupported_certificate", "critical extension", changed({ extensions: [{ id: "2.5.29.36", isCritical: true, value: sequence(context(0, false, Buffer.of(0))) }] }));
	cases.accepted("unknown extension that is not critical", changed({ extensions: [{ id: "1.3.6.1.4.1.99999.1", isCritical: false, value: nothing() }] }));
	cases.refused("an extension twice", "bad_certificate", "twice", changed({ extensions: [{ id: "2.5.29.37", isCritical: false, value: sequence(oid("1.3.6.1.5.5.7.3.1")) }] }));
	cases.refused("too many extensions", "bad_certificate", "more than 40", changed({ extensions: Array.from({ length: 50 }, (_, i) => ({ id: `1.3.6.1.4.1.99999.${i}`, isCritical: false, value: nothing() })) }));
	cases.refused("version 1", "bad_certificate", "version 1", changed({ changeExtensions: () => [] }));
}

/** The parts of a body, changed. */
function edited(edit: (body: Buffer) => Uint8Array): Certificate[] {
	return [leaf(sub, { changeBody: edit }), sub];
}

/** `from` replaced by `to`, which must be as long. */
function replaced(from: Uint8Array, to: Uint8Array): (body: Buffer) => Buffer {
	return body => {
		const at = body.indexOf(from);
		if (at < 0 || from.length !== to.length) throw new Error("nothing to replace");
		return Buffer.concat([body.subarray(0, at), to, body.subarray(at + to.length)]);
	};
}

/** The content of the SEQUENCE `body`, and a new SEQUENCE around what `change` makes of it. */
function inside(change: (content: Buffer) => Uint8Array): (body: Buffer) => Buffer {
	return body => element(0x30, change(body.subarray(4)));
}

function malformed(cases: Cases): void {
	const add = (bytes: number[]) => (content: Buffer): Buffer => Buffer.concat([content, Buffer.from(bytes)]);
	const serial = (octets: Uint8Array) => inside(content => Buffer.concat([content.subarray(0, 5), octets, content.subarray(5 + 18)]));
	cases.refused("an octet behind the certificate", "bad_certificate", "certificate 0 has octets behind its end", [Buffer.concat([server.der, Buffer.of(0)]), sub]);
	cases.refused("the intermediate with an octet behind it", "bad_certificate", "certificate 1 has octets behind its end", [server, Buffer.concat([sub.der, Buffer.of(0)])]);
	cases.refused("cut short", "bad_certificate", "certificate 0", [server.der.subarray(0, -1), sub]);
	cases.refused("no octets at all", "bad_certificate", "certificate 0", [Buffer.alloc(0), sub]);
	cases.refused("an octet behind the extensions", "bad_certificate", "more in it", edited(inside(add([5, 0]))));
	cases.refused("version 2", "bad_certificate", "version", edited(inside(replaced(Buffer.of(0xa0, 3, 2, 1, 2), Buffer.of(0xa0, 3, 2, 1, 1)))));
	cases.refused("version 4", "bad_certificate", "version", edited(inside(replaced(Buffer.of(0xa0, 3, 2, 1, 2), Buffer.of(0xa0, 3, 2, 1, 3)))));
	cases.refused("negative serial number", "bad_certificate", "serial", edited(serial(element(2, Buffer.of(0x80)))));
	cases.refused("serial number of 21 octets", "bad_certificate", "serial", edited(serial(element(2, Buffer.alloc(21, 0x11)))));
	cases.refused("serial number not in its shortest form", "bad_certificate", "shortest", edited(serial(element(2, Buffer.of(0, 1)))));
	cases.refused("other algorithm inside than outside", "bad_certificate", "one signature algorithm outside and another inside", edited(replaced(oid("1.2.840.10045.4.3.2"), oid("1.2.840.10045.4.3.3"))));
	cases.refused("a length of more octets than needed", "bad_certificate", "shortest", edited(inside(content => Buffer.concat([content.subarray(0, 5), Buffer.of(2, 0x81, 16), content.subarray(7)]))));
	cases.refused("indefinite length", "bad_certificate", "definite", edited(inside(replaced(Buffer.of(0xa0, 3, 2, 1, 2), Buffer.of(0xa0, 0x80, 2, 1, 2)))));
	cases.refused("BOOLEAN that is neither true nor false", "bad_certificate", "BOOLEAN", edited(replaced(Buffer.concat([boolean(true)]), element(1, Buffer.of(1)))));
	cases.refused("time without seconds", "bad_certificate", "time", edited(body => { const at = body.indexOf(Buffer.of(0x17, 13)); const short = element(0x30, element(0x17, Buffer.from("260101000000")), element(0x17, Buffer.from("270101000000"))); return element(0x30, body.subarray(4, at - 2), short, body.subarray(at + 30)); }));
	cases.refused("a month that does not exist", "bad_certificate", "time", edited(body => { const at = body.indexOf(Buffer.of(0x17, 13)); body.write("13", at + 4, "latin1"); return body; }));
	cases.refused("empty list of extensions", "bad_certificate", "extensions", edited(inside(content => Buffer.concat([content.subarray(0, extensionsAt(content)), context(3, true, sequence())]))));
	cases.refused("critical key identifier", "bad_certificate", "critical", [leaf(sub, { changeExtensions: list => list.map(one => one.id === "2.5.29.14" ? { ...one, isCritical: true, value: octetString(Buffer.alloc(20)) } : one) }), sub]);
}

/** Where the extensions start in a body's content. */
function extensionsAt(content: Buffer): number {
	let at = 0;
	while (content[at] !== 0xa3) {
		const long = content[at + 1]! >= 0x80 ? content[at + 1]! & 0x7f : 0;
		const length = long ? content.readUIntBE(at + 2, long) : content[at + 1]!;
		at += 2 + long + length;
	}
	return at;
}

function pins(cases: Cases): void {
	const other = Buffer.alloc(32, 5);
	cases.accepted("pin of the leaf", [server, sub], { pins: [other, pin(server)] });
	cases.accepted("pin of the intermediate", [server, sub], { pins: [pin(sub)] });
	cases.accepted("pin of the root, which is not sent", [server, sub], { pins: [pin(theRoot)] });
	cases.refused("no pin fits", "pin_mismatch", "none of the 2 pinned keys", [server, sub], { pins: [other, pin(root("Other Root"))] });
	cases.refused("the pin is of a certificate that leads nowhere", "pin_mismatch", "", [server, sub, root("Other Root")], { pins: [pin(root("Other Root"))] });
	cases.refused("a pin does not make up for a root that is unknown", "untrusted", "", [server, sub], { pins: [pin(server)], trusted: [root("Other Root")] });
	cases.accepted("pin of the leaf instead of roots", [server, sub], { pins: [pin(server)], pinsInsteadOfRoots: true });
	cases.accepted("pin of the intermediate instead of roots", [server, sub], { pins: [pin(sub)], pinsInsteadOfRoots: true });
	cases.refused("no pin fits, instead of roots", "untrusted", "", [server, sub], { pins: [other], pinsInsteadOfRoots: true });
	cases.refused("forged leaf under a pinned intermediate", "bad_certificate", "certificate 0", [flipped(server.der, -1), sub], { pins: [pin(sub)], pinsInsteadOfRoots: true });
	cases.refused("a pinned leaf that has expired", "certificate_expired", "expired", [leaf(sub, { notBefore: days(-9), notAfter: days(-1) })], { pins: [pin(server)], pinsInsteadOfRoots: true });
	cases.refused("a pinned leaf for another name", "wrong_name", "", [server], { pins: [pin(server)], pinsInsteadOfRoots: true, name: "other.example" });
}

function work(cases: Cases): void {
	const many = Array.from({ length: 11 }, () => sub);
	cases.refused("more certificates than are looked at", "too_much_work", "more than 10", [server, ...many.slice(0, 10)]);
	const ring = (i: number): Certificate => makeCertificate({ subject: "Ring", key: keyFor(`ring ${i}`), issuer: { ...root("Ring"), key: keyFor(`ring ${i + 1}`) }, isAuthority: true });
	cases.refused("authorities of one name that all may have issued each other", "too_much_work", "too many ways", [leaf({ ...root("Ring"), key: keyFor("ring 0") }), ...Array.from({ length: 9 }, (_, i) => ring(i))]);
}

/** All of them. */
export function allCases(): Case[] {
	const cases = new Cases([theRoot]);
	for (const add of [goodChains, goodKeys, ownCertificates, forged, wrongAuthorities, weak, wrongLeaves, malformed, pins, work]) add(cases);
	return cases.list;
}
