/*
	Replays the traces of RFC 8448 through the engine. Fed the server's records, it must send the client's, byte for
	byte. They come in one piece and one byte at a time.
*/

import { ascii, bytes, equal, hex, ok, test, throws } from "test/harness";
import { feed, readAll, start } from "./replay";
import {
	clientAlertRecord,
	clientDataRecord,
	clientFinishedRecord,
	clientHelloRecord,
	serverAlertRecord,
	serverDataRecord,
	serverFlightRecord,
	serverHelloRecord,
	simple,
	ticketRecord,
} from "./rfc8448-records";
import {
	clientAuthenticated,
	clientCertificate,
	clientSignature,
	compatible,
	resumed,
	resumedClientData,
	resumedServerData,
	retried,
} from "./rfc8448-traces";
import { KeyKind } from "tls/hardware/signature";
import { Secret } from "tls/hardware/secret";
import { importSession } from "tls/handshake/resumption/session";
import type { Session } from "tls/handshake/resumption/keys";
import { CipherSuite, ProtocolVersion } from "tls/wire/numbers";

const payload = Uint8Array.from({ length: 50 }, (_, i) => i);

/** Section 6: the signature is taken from the trace, as it holds random bytes; what is signed is looked at. */
const credential = {
	chain: [clientCertificate],
	kind: KeyKind.rsa,
	sign(scheme: number, digest: Uint8Array): Uint8Array {
		equal(scheme, 0x0804);
		equal(digest.length, 32);
		return clientSignature;
	},
	handOver(): object {
		return this;
	},
	close(): void {},
};

const pieces = [1, 7, 100000];

for (const size of pieces) {
	test(`RFC 8448 section 3, fed ${size} bytes at a time`, () => {
		const replay = start(simple);
		const { connection, collector } = replay;
		equal(collector.take(), clientHelloRecord);
		feed(replay, serverHelloRecord, size);
		feed(replay, serverFlightRecord, size);
		equal(collector.error, undefined);
		equal(collector.take(), clientFinishedRecord);
		equal(collector.info?.suite, "TLS_AES_128_GCM_SHA256");
		feed(replay, ticketRecord, size);
		connection.write(payload, 0, payload.length);
		equal(collector.take(), clientDataRecord);
		feed(replay, serverDataRecord, size);
		equal(readAll(connection), payload);
		feed(replay, serverAlertRecord, size);
		equal(collector.hasEnded, true);
		equal(collector.error, undefined);
		connection.close();
		equal(collector.take(), clientAlertRecord);
	});
}

for (const [name, recording, change] of [
	["5, HelloRetryRequest", retried, {}],
	["6, client authentication", clientAuthenticated, { credential }],
	["7, compatibility mode", compatible, {}],
] as const) {
	for (const size of pieces) {
		test(`RFC 8448 section ${name}, fed ${size} bytes at a time`, () => {
			const replay = start(recording, change);
			const { connection, collector } = replay;
			const { length } = recording.hellos;
			recording.hellos.forEach((hello, i) => {
				equal(collector.take(), hello);
				feed(replay, recording.answers[i]!, i < length - 1 ? 100000 : size);
				equal(collector.error, undefined);
			});
			feed(replay, recording.flight, size);
			equal(collector.error, undefined);
			equal(collector.take(), recording.finished);
			equal(collector.info?.group, length > 1 ? 0x17 : 0x1d);
			feed(replay, recording.serverAlert, size);
			equal(collector.hasEnded, true);
			connection.close();
			equal(collector.take(), recording.clientAlert);
		});
	}
}

/** Section 4 goes on with the session of section 3; a handshake wipes it when the server has answered. */
function recordedSecret(): Secret {
	const secret = new Secret(32);
	secret.import(bytes("4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3"), 0);
	return secret;
}

const makeSession = (): Session => ({
	version: ProtocolVersion.tls13,
	suite: CipherSuite.TLS_AES_128_GCM_SHA256,
	scheme: 0x0804,
	subject: "recorded",
	protocol: "",
	maxFragmentCode: 0,
	maxEarlyData: 1024,
	secret: recordedSecret(),
	made: 0,
	ageAdd: 0,
	verifiedAt: 0,
	validUntil: 0xffffffff,
	ticket: new Uint8Array(178), // the recorded hello has it
});
const early = ascii("ABCDEF");

for (const size of pieces) {
	test(`RFC 8448 section 4, resumption with early data, fed ${size} bytes at a time`, () => {
		const session = makeSession();
		const replay = start(resumed, { session, earlyData: early });
		const { connection, collector } = replay;
		equal(collector.take(), resumed.hellos[0]!);
		ok(session.secret);
		feed(replay, resumed.answers[0]!, size);
		equal([session.secret, session.ticket.length], [undefined, 0], "the session's secret is kept");
		feed(replay, resumed.flight, size);
		equal(collector.error, undefined);
		equal(collector.take(), resumed.finished);
		equal(collector.info?.earlyData, true);
		equal(collector.info?.resumed, true);
		connection.write(payload, 0, payload.length);
		equal(collector.take(), resumedClientData);
		feed(replay, resumedServerData, size);
		equal(readAll(connection), payload);
		feed(replay, resumed.serverAlert, size);
		equal(collector.hasEnded, true);
		connection.close();
		equal(collector.take(), resumed.clientAlert);
	});
}

test("RFC 8448 section 3: the ticket's key is that of section 4", () => {
	const binding = new Uint8Array(32);
	const replay = start(simple, { onSession() {}, sessionBinding: binding });
	for (const record of [serverHelloRecord, serverFlightRecord, ticketRecord]) feed(replay, record, 100000);
	equal(replay.collector.error, undefined);
	const { sessions } = replay.collector;
	equal(sessions.length, 1);
	const session = importSession(new Uint8Array(sessions[0]!), binding, { now: Date.now(), lifetime: 604800 })!;
	const secret = new Uint8Array(32);
	session.secret!.export(secret, 0);
	equal(hex(secret), "4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3");
	equal(session.ticket.length, 178);
	equal(session.scheme, 0x0804);
});

for (const [name, recording, changes] of [
	["3", simple, () => ({})],
	["4", resumed, () => ({ session: makeSession(), earlyData: early })],
	["5", retried, () => ({})],
	["6", clientAuthenticated, () => ({ credential })],
	["7", compatible, () => ({})],
] as const) {
	test(`RFC 8448 section ${name}, every flipped bit of the server's flight is refused`, () => {
		for (let at = 5; at < recording.flight.length; at += 41) {
			const replay = start(recording, changes());
			const { collector } = replay;
			const changed = recording.flight.slice();
			changed[at]! ^= 1 << (at % 8);
			for (const answer of recording.answers) feed(replay, answer, 100000);
			collector.take();
			feed(replay, changed, 100000);
			equal(collector.error?.code, "bad_record_mac");
			equal(collector.info, undefined);
			equal(collector.sent.length > 0, true, "an alert is sent");
		}
	});
}

test("before the handshake is done nothing can be written", () => {
	const { connection } = start(simple);
	throws(() => connection.write(payload, 0, 1), "closed");
	equal(bytes("00").length, 1);
});
