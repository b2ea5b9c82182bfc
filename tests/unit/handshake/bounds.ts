/*
	Lists in handshake messages as long as a message lets them be: what is looked at has a bound, so that no message
	takes long. The last good and the first bad number of each, and the longest reading of all.
*/

import { meter } from "simulator";
import { bytes, equal, join, note, test, throws } from "test/harness";
import { makeRequest, readCertificateRequest13, readNames } from "tls/handshake/certificate";
import { readCertificateRequest12 } from "tls/handshake/tls12/certificate";
import type { Link } from "tls/handshake/link";
import { readTicket } from "tls/handshake/resumption/tickets";
import { namesVersion } from "tls/handshake/serverhello";
import { Reader } from "tls/wire/reader";

/** Metered steps that one message may take. */
const LONGEST = 30_000;

let longest = 0;

function repeated(text: string, count: number): Uint8Array {
	const one = bytes(text),
		all = new Uint8Array(one.length * count);
	for (let i = 0; i < count; i++) all.set(one, i * one.length);
	return all;
}

function vector(...parts: Uint8Array[]): Uint8Array {
	const content = join(...parts);
	return join(Uint8Array.of(content.length >> 8, content.length), content);
}

/** Extensions that nobody knows. */
const unknown = (count: number): Uint8Array => repeated("fafa0000", count);

/** What `body` returns for a message of these parts. */
function read<T>(body: (r: Reader) => T, ...parts: Uint8Array[]): T {
	const all = join(...parts),
		r = new Reader().open(all, 0, all.length),
		before = meter();
	try {
		const result = body(r);
		r.finish();
		return result;
	} finally {
		longest = Math.max(longest, meter() - before);
	}
}

const schemes = bytes("000d0004" + "00020403");
const request = (r: Reader): readonly number[] => readCertificateRequest13(r).schemes;
const asks = (...extensions: Uint8Array[]): Uint8Array[] => [Uint8Array.of(0), vector(schemes, ...extensions)];
const extension = (type: string, ...parts: Uint8Array[]): Uint8Array => join(bytes(type), vector(...parts));

test("a CertificateRequest with 20 extensions is read, one with more is not", () => {
	equal(read(request, ...asks(unknown(19))), [0x0403]);
	for (const count of [20, 600, 16_000]) throws(() => read(request, ...asks(unknown(count))), "decode_error");
});

test("a NewSessionTicket with 20 extensions is read, one with more is not", () => {
	const ticket = (r: Reader): void => readTicket({ reader: r } as unknown as Link, undefined);
	const head = bytes("00000e10" + "00000000" + "00" + "000101");
	read(ticket, head, vector(unknown(20)));
	for (const count of [21, 600, 16_000]) throws(() => read(ticket, head, vector(unknown(count))), "decode_error");
});

test("a ServerHello with 20 extensions is looked through for its version, one with more is not", () => {
	const picks = (...parts: Uint8Array[]): boolean =>
		read(
			r => {
				const is = namesVersion(r);
				r.at = r.end;
				return is;
			},
			bytes("0303"),
			new Uint8Array(32),
			bytes("00" + "1301" + "00"),
			vector(...parts),
		);
	const version = bytes("002b0002" + "0304");
	equal([picks(unknown(19), version), picks(unknown(20))], [true, false]);
	for (const count of [20, 600, 16_000]) throws(() => picks(unknown(count), version), "decode_error");
});

test("of names of CAs 64 are looked at, of filters 8: the rest is passed over", () => {
	const names = (good: number, rest: Uint8Array): Uint8Array => vector(repeated("0001aa", good), rest);
	const list = (r: Reader): void => readNames(r, 0, makeRequest(new Uint8Array(0)));
	read(list, names(21_000, new Uint8Array(0)));
	read(list, names(64, bytes("0000")));
	throws(() => read(list, names(63, bytes("0000"))), "decode_error");
	const filter = "02551d" + "0000",
		cut = bytes("00");
	equal(read(request, ...asks(extension("0030", vector(repeated(filter, 8), cut)))), [0x0403]);
	throws(() => read(request, ...asks(extension("0030", vector(repeated(filter, 7), cut)))), "decode_error");
});

test("an OID of a filter has 1 to 255 bytes, its values may be none", () => {
	const filter = (length: number): Uint8Array => join(Uint8Array.of(length), new Uint8Array(length), bytes("0000"));
	for (const length of [1, 2, 255]) equal(read(request, ...asks(extension("0030", vector(filter(length))))), [0x0403]);
	throws(() => read(request, ...asks(extension("0030", vector(filter(0))))), "decode_error");
});

test("all lists at their longest", () => {
	const many = vector(repeated("0809", 64), repeated("0403", 2000));
	const all = [
		extension("000d", many),
		extension("0032", many),
		extension("002f", vector(repeated("0001aa", 3000))),
		extension("0030", vector(repeated("02551d0000", 3000))),
		extension("001b", Uint8Array.of(254), new Uint8Array(254)),
		unknown(15),
	];
	note(`before: ${longest} steps`);
	longest = 0;
	read(request, Uint8Array.of(0), vector(...all));
	note(`TLS 1.3's CertificateRequest: ${longest} steps`);
	read(readCertificateRequest12, Uint8Array.of(255), new Uint8Array(255), many, vector(repeated("0001aa", 3000)));
	note(`the longest message: ${longest} steps of ${LONGEST}`);
	equal(longest < LONGEST, true);
});
