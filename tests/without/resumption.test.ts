/*
	A build without sessions, pre-shared keys and early data. Nothing of the sort is offered, a server that takes one
	nevertheless is refused, and tickets are passed over.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeIdentity, makeKey } from "../../host-sim/servers/certificates.js";
import { helloExtensions } from "../peers/hello13.js";
import { vector } from "../../host-sim/trace/keys13.js";
import { answerRequest } from "../peers/server13.js";
import { extension, message } from "../peers/wire13.js";
import { expectAnswer, expectRefusal, expectRefusedOptions, run12, run13, type Device } from "./run.js";

const EARLY_DATA = 42;
/** session_ticket, pre_shared_key, early_data, psk_key_exchange_modes */
const extensions = [35, 41, EARLY_DATA, 45];

describe("without resumption", () => {
	let device: Device;
	before(() => {
		device = { identity: makeIdentity(["localhost"]), without: ["resumption"] };
	});

	const forged = { key: makeKey("p256").privateKey };
	const ticket = message(
		4,
		Buffer.of(0, 0, 1, 0, 0, 0, 0, 0),
		vector(1, Buffer.of(0)),
		vector(2, Buffer.alloc(100, 7)),
		vector(2),
	);

	function expectNothingOffered(hello: Buffer): void {
		const { data } = helloExtensions(hello);
		assert.deepEqual(
			extensions.filter(type => data.has(type)),
			[],
		);
	}

	test("TLS 1.3", async () => {
		const [right, tickets, taken, early, forgery] = await run13(device, [
			{},
			{
				talk: async session => {
					for (let i = 0; i < 3; i++) session.send(22, ticket);
					await answerRequest(session);
				},
			},
			{ psk: { key: Buffer.alloc(32) } },
			{ encryptedExtensions: extension(EARLY_DATA) },
			forged,
		]);
		expectAnswer(right!);
		expectNothingOffered(right!.server.hello);
		expectAnswer(tickets!);
		expectRefusal(taken!, "unsupported_extension", 110, /extension 41, which was not asked for/);
		expectRefusal(early!, "unsupported_extension", 110, /extension 42, which was not asked for/);
		expectRefusal(forgery!, "bad_signature", 51, /signature is wrong/);
	});

	test("TLS 1.3: tickets are passed over, other messages are not", async () => {
		const [pair] = await run13(device, [
			{ talk: async session => session.send(22, Buffer.concat([ticket, message(8, vector(2))])) },
		]);
		assert.equal(pair!.client.code, "unexpected_message", pair!.client.message);
		assert.equal(pair!.server.alert, 10);
	});

	test("TLS 1.2", async () => {
		const [right, announced, sent, resumed, forgery] = await run12(device, [
			{},
			{ ticket: Buffer.alloc(50) },
			{
				edit: (name, bytes) =>
					name === "Finished"
						? Buffer.concat([message(4, Buffer.of(0, 0, 1, 0), vector(2, Buffer.of(1))), bytes])
						: bytes,
			},
			{ resume: Buffer.alloc(48) },
			forged,
		]);
		expectAnswer(right!);
		expectNothingOffered(right!.server.hello);
		expectRefusal(announced!, "unsupported_extension", 110, /extension 35, which was not asked for/);
		expectRefusal(sent!, "unexpected_message", 10, /message 4 after|message, of type 4$/);
		expectRefusal(resumed!, "illegal_parameter", 47, /a session that was not offered/);
		expectRefusal(forgery!, "bad_signature", 51, /signature is wrong/);
	});

	test("the options", () =>
		expectRefusedOptions(device, "resumption", {
			psk: { psk: { identity: "device", key: "00".repeat(32) } },
			session: { session: "00" },
			onSession: { session: "" },
			earlyData: { early: 100 },
		}));
});
