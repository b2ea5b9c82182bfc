/*
	How large the server's records may be: by memory, by options, and by the session that goes on.
*/

import { bytes, equal, ok, test, throws } from "test/harness";
import { configure } from "tls/configure";
import { sessionBinding } from "tls/handshake/resumption/resume";
import { exportSession } from "tls/handshake/resumption/session";
import { limitsFor } from "tls/connection/limits";
import { CipherSuite, ProtocolVersion, SignatureScheme } from "tls/wire/numbers";
import { Secret } from "tls/hardware/secret";

const pins = [new Uint8Array(32)];

function limits(options: object): [number, number] {
	const { recordSizeLimit, maxFragmentCode } = configure(
		{ serverName: "server.example", pins, pinsInsteadOfRoots: true, ...options },
		undefined,
	);
	return [recordSizeLimit, maxFragmentCode];
}

function byRoom(room: number, version = ProtocolVersion.tls13): [number, number] {
	const { recordSizeLimit, maxFragmentCode } = limitsFor(room, version);
	return [recordSizeLimit, maxFragmentCode];
}

/** A session whose server has agreed to max_fragment_length by this number. */
function session(maxFragmentCode: number, version: ProtocolVersion.tls12 | ProtocolVersion.tls13): ArrayBuffer {
	const secret = new Secret(version === ProtocolVersion.tls12 ? 48 : 32);
	const common = {
		scheme: SignatureScheme.ecdsa_secp256r1_sha256,
		ticket: bytes("0102"),
		subject: "server.example",
		maxFragmentCode,
		verifiedAt: Math.floor(Date.now() / 1000),
		validUntil: 0xffffffff,
	};
	const binding = sessionBinding(
		{ name: "server.example", pins, pinsInsteadOfRoots: true, clock: () => 0 },
		{},
		undefined,
		"server.example",
	);
	return version === ProtocolVersion.tls12
		? exportSession(
				{
					...common,
					version,
					suite: CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
					group: 0x1d,
					id: new Uint8Array(0),
				},
				secret,
				binding,
				Date.now(),
				3600,
			)
		: exportSession(
				{ ...common, version, suite: CipherSuite.TLS_AES_128_GCM_SHA256, ageAdd: 1, maxEarlyData: 0, protocol: "" },
				secret,
				binding,
				Date.now(),
				3600,
			);
}

/** 8 KB for the connection, and each record twice with 22 bytes around it. */
const roomFor = (text: number): number => 8192 + 2 * (text + 22);

test("room for the longest record: nothing smaller is asked for", () => {
	equal(byRoom(roomFor(16384)), [16385, 0]);
	equal(byRoom(0xffffff), [16385, 0]);
	equal(byRoom(roomFor(16384), ProtocolVersion.tls12), [16384, 0]);
});

test("less room: the largest that fits, and beside it the largest length of RFC 6066", () => {
	equal(byRoom(roomFor(16384) - 1), [16384, 4]);
	equal(byRoom(roomFor(4096)), [4097, 4]);
	equal(byRoom(roomFor(4096), ProtocolVersion.tls12), [4096, 4]);
	equal(byRoom(roomFor(4095)), [4096, 3]);
	equal(byRoom(roomFor(2048)), [2049, 3]);
	equal(byRoom(roomFor(2047)), [2048, 2]);
	equal(byRoom(roomFor(1023)), [1024, 1]);
});

test("hardly any room: 512 bytes, with which a connection can still get on", () => {
	equal(byRoom(roomFor(512)), [513, 1]);
	equal(byRoom(roomFor(511)), [513, 1]);
	equal(byRoom(0), [513, 1]);
});

test("the application's word stands", () => {
	equal(limits({ recordSizeLimit: 1000 }), [1000, 0]);
	equal(limits({ recordSizeLimit: 64 }), [64, 0]);
	equal(limits({ tls_max_fragment_length: 2048 }), [0, 3]);
	equal(limits({ tls_max_fragment_length: 512, recordSizeLimit: 1024 }), [1024, 1]);
	equal(limits({}), [16385, 0]);
	equal(limits({ maxVersion: ProtocolVersion.tls12 }), [16384, 0]);
});

test("what no server can be asked for is refused by name", () => {
	const wrong = { recordSizeLimit: [63, 16386, 1000.5], tls_max_fragment_length: [0, 700, 8192] };
	for (const [name, values] of Object.entries(wrong))
		for (const value of values)
			ok(throws(() => limits({ [name]: value }), "configuration").message.includes(`"${name}"`));
});

for (const version of [ProtocolVersion.tls12, ProtocolVersion.tls13] as const) {
	test(`a session goes on with the length that it was made with, version 0x${version.toString(16)}`, () => {
		const resumed = (code: number, options: object = {}): [number, number, boolean] => {
			const config = configure(
				{ serverName: "server.example", pins, pinsInsteadOfRoots: true, session: session(code, version), ...options },
				undefined,
			);
			return [config.recordSizeLimit, config.maxFragmentCode, config.session !== undefined];
		};
		equal(resumed(0), [16385, 0, true]);
		equal(resumed(3), [16385, 3, true]);
		equal(resumed(3, { tls_max_fragment_length: 2048 }), [0, 3, true]);
		equal(resumed(3, { tls_max_fragment_length: 1024 }), [0, 2, false]);
		equal(resumed(3, { recordSizeLimit: 2048 }), [2048, 0, false]);
		equal(resumed(0, { tls_max_fragment_length: 1024 }), [0, 2, false]);
		equal(resumed(5), [16385, 0, false]);
	});
}
