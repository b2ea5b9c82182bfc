/*
	Times in certificates, and what counts as a clock that is set.
*/

import { setClock } from "simulator";
import { ascii, equal, join, ok, test, throws } from "test/harness";
import { configure } from "tls/configure";
import { DER } from "tls/wire/der";
import { clockPolicy, dateText, timeNow } from "tls/x509/time";

/** A time of a certificate: UTCTime or GeneralizedTime. */
function read(text: string, tag: number): number {
	const bytes = join(Uint8Array.of(tag, text.length), ascii(text));
	return new DER(bytes, 0, bytes.length, 0).takeTime();
}

const UTC = 0x17;
const GENERALIZED = 0x18;

test("times that RFC 5280 has", () => {
	for (const [text, tag, iso] of [
		["260301120000Z", UTC, "2026-03-01T12:00:00Z"],
		["491231235959Z", UTC, "2049-12-31T23:59:59Z"],
		["500101000000Z", UTC, "1950-01-01T00:00:00Z"],
		["700101000000Z", UTC, "1970-01-01T00:00:00Z"],
		["240229000000Z", UTC, "2024-02-29T00:00:00Z"],
		["000229000000Z", UTC, "2000-02-29T00:00:00Z"],
		["20500101000000Z", GENERALIZED, "2050-01-01T00:00:00Z"],
		["99991231235959Z", GENERALIZED, "9999-12-31T23:59:59Z"],
		["20380119031408Z", GENERALIZED, "2038-01-19T03:14:08Z"],
	] as const) {
		equal(read(text, tag), Date.parse(iso) / 1000, text);
		equal(dateText(read(text, tag)), iso.slice(0, 10));
	}
});

test("times that do not exist, and forms that RFC 5280 forbids", () => {
	for (const text of [
		"260229000000Z",
		"261301000000Z",
		"260001000000Z",
		"260100000000Z",
		"260431000000Z",
		"260101240000Z",
		"260101006000Z",
		"260101000060Z",
		"2601010000Z",
		"260101000000+0100",
		"260101000000",
		"2601010000000",
		"26010100000AZ",
		"2601 1000000Z",
		"-60101000000Z",
		"",
	])
		throws(() => read(text, UTC), "bad_certificate");
	for (const text of [
		"20260101000000",
		"20260101000000.5Z",
		"20260101000000+0000",
		"260101000000Z",
		"20260229000000Z",
		"21000229000000Z",
	])
		throws(() => read(text, GENERALIZED), "bad_certificate");
	throws(() => read("260301120000Z", 0x16), "bad_certificate");
});

test("each month has its days, and no more", () => {
	for (const year of [2026, 2028])
		for (let month = 1; month <= 12; month++) {
			// day 0 of the next month
			const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
			const text = (day: number): string =>
				`${year % 100}${String(month).padStart(2, "0")}${String(day).padStart(2, "0")}000000Z`;
			equal(read(text(days), UTC), Date.UTC(year, month - 1, days) / 1000, text(days));
			throws(() => read(text(days + 1), UTC), "bad_certificate");
		}
});

test("anything but a digit is refused wherever a digit belongs", () => {
	for (const [text, tag] of [
		["260101000000Z", UTC],
		["20260101000000Z", GENERALIZED],
	] as const) {
		const bytes = join(Uint8Array.of(tag, text.length), ascii(text));
		for (let i = 2; i < bytes.length - 1; i++) {
			const digit = bytes[i]!;
			for (let byte = 0; byte < 256; byte++) {
				if (byte >= 0x30 && byte <= 0x39) continue;
				bytes[i] = byte;
				throws(() => new DER(bytes, 0, bytes.length, 0).takeTime(), "bad_certificate");
			}
			bytes[i] = digit;
		}
		new DER(bytes, 0, bytes.length, 0).takeTime();
	}
});

function at(text: string): void {
	setClock(Date.parse(text) / 1000);
}

test('"build", the default: a clock before the release counts as not set', () => {
	for (const policy of [clockPolicy(undefined), clockPolicy("build")]) {
		for (const text of ["1970-01-01T00:00:10Z", "2000-01-01T00:00:00Z", "2026-10-31T23:59:00Z"]) {
			at(text);
			throws(() => timeNow(policy), "clock_not_set");
		}
		at("2026-11-01T00:00:01Z");
		ok(timeNow(policy) >= Date.parse("2026-11-01T00:00:01Z") / 1000);
		setClock();
		const error = throws(() => timeNow(policy), "clock_not_set");
		ok(error.message.startsWith("the clock is not set, so") && error.message.endsWith('or give "clock"'));
		at("2026-10-31T23:59:00Z");
		equal(
			throws(() => timeNow(policy), "clock_not_set").message,
			'the clock says 2026-10-31, before this library was released (2026-11-01): set it, or give "clock": "strict" to believe it',
		);
		setClock();
	}
});

test('"strict": the clock is believed, but for 1970', () => {
	const policy = clockPolicy("strict");
	for (const text of ["1971-01-02T00:00:00Z", "2000-01-01T00:00:00Z", "2037-01-01T00:00:00Z"]) {
		at(text);
		const difference = timeNow(policy) - Date.parse(text) / 1000;
		ok(difference >= 0 && difference < 5);
	}
	at("1970-12-31T23:00:00Z");
	throws(() => timeNow(policy), "clock_not_set");
	setClock();
	throws(() => timeNow(policy), "clock_not_set");
});

test("the application's own time", () => {
	setClock();
	equal(timeNow(clockPolicy(() => 1893456000)), 1893456000);
	for (const unknown of [undefined, NaN, -1]) {
		const { message } = throws(() => timeNow(clockPolicy(() => unknown)), "clock_not_set");
		ok(message.startsWith("the clock is not set, so"), message);
	}
	const failure = new RangeError("no clock chip");
	throws(
		() =>
			timeNow(
				clockPolicy(() => {
					throw failure;
				}),
			),
		RangeError,
	);
});

test("anything but a clock is refused by name", () => {
	const options = { pins: [new Uint8Array(32)], pinsInsteadOfRoots: true };
	for (const clock of ["none", "", 1893456000, {}, null]) {
		const error = throws(
			() => configure({ ...options, clock: clock as unknown as "build" }, "server.example"),
			"configuration",
		);
		ok(error.message.includes('"clock"'), error.message);
	}
	for (const clock of ["build", "strict", () => 1, undefined] as const)
		configure({ ...options, clock }, "server.example");
});
