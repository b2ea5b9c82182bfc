/*
	What a TLS 1.2 client must accept and refuse, each refusal with the RFC's alert and an error that says what is wrong
	(RFC 5246, 5746, 7627, 8422). The server is tests/peers/server12.ts; every message that it sends can be changed. The
	faults are in tls12/, by subject; what can be done to all messages alike is in sweep12.test.ts.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type Fault, expectRefusals, runAll, starting, talking } from "./script12.js";
import { type Script12, rightExtensions } from "../peers/server12.js";
import { type ServerIdentity, makeIdentity } from "../../host-sim/servers/certificates.js";
import { ems, helloFaults, renegotiation, withRandom } from "./tls12/hello.js";
import { extension, message, plainRecord } from "../peers/wire13.js";
import { finishFaults, orderFaults } from "./tls12/order.js";
import { proofFaults } from "./tls12/proof.js";
import { recordFaults } from "./tls12/records.js";
import { suiteInfo12 } from "../../host-sim/trace/keys12.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { variants } from "../drivers/machine.js";

/** What a right server may do; the request is answered all the same. */
const accepted: { name: string; script: Partial<Script12>; secure?: object; alerts?: number[] }[] = [
	// CCM is offered by name only: ccm.test.ts
	...Object.keys(suiteInfo12)
		.filter(suite => suite.includes("ECDSA") && !suite.includes("CCM"))
		.map(suite => ({ name: suite, script: { suite } })),
	...[0x17, 0x18, 0x1d].map(group => ({ name: `group ${group}`, script: { group } })),
	{ name: "one byte in each record", script: { fragment: 1 } },
	{ name: "100 bytes in each record", script: { fragment: 100 } },
	{ name: "a certificate is asked for", script: { requestCertificate: true } },
	{ name: "only the extensions that must be", script: { extensions: Buffer.concat([ems, renegotiation]) } },
	{ name: "an empty server_name", script: { extensions: Buffer.concat([...rightExtensions, extension(0)]) } },
	{
		name: "HelloRequest after the handshake is refused and no more",
		alerts: [100, 0],
		script: talking(session => {
			session.send(22, message(0));
			session.send(23, Buffer.from("hello"));
			session.send(21, Buffer.of(1, 0));
		})(),
	},
	{
		name: "a warning before the ServerHello",
		script: starting(records => [plainRecord(21, Buffer.of(1, 112)), ...records])(),
	},
	{
		name: "HelloRequest during the handshake",
		script: starting(records => [...records, plainRecord(22, message(0))])(),
	},
	{
		name: "a warning and an empty record among the data",
		script: talking(session => {
			session.send(21, Buffer.of(1, 90));
			session.send(23, Buffer.alloc(0));
			session.send(23, Buffer.from("hello"));
			session.send(21, Buffer.of(1, 0));
		})(),
	},
];

describe("TLS 1.2", () => {
	let identity: ServerIdentity;

	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	const suite = (title: string, faults: Fault[]): unknown =>
		test(`refused: ${title}`, t => expectRefusals(t, identity, faults));

	for (const variant of variants) {
		test(`accepted (${variant})`, async t => {
			const pairs = await runAll(
				identity,
				accepted.map(({ script }) => script),
				{ variant },
			);
			for (const [i, { name, script, alerts = [0] }] of accepted.entries()) {
				await t.test(name, () => {
					const { client, server } = pairs[i]!;
					assert.equal(client.code, "closed", client.message);
					assert.match(client.text, /hello$/);
					assert.equal(server.finished, true);
					assert.deepEqual(server.alerts, alerts, "close_notify is answered");
					assert.deepEqual(server.messages, script.requestCertificate ? [11, 16] : [16]);
				});
			}
		});
	}

	suite("order", orderFaults);
	suite("ChangeCipherSpec and Finished", finishFaults);
	suite("version, hello and extensions", helloFaults);
	suite("certificate and proof", proofFaults);
	suite("records and after the handshake", recordFaults);

	test("a client of TLS 1.2 only is not downgraded by a server that says it could do more", async () => {
		const [pair] = await runAll(identity, [withRandom("DOWNGRD\x01")()], { secure: { maxVersion: 0x0303 } });
		assert.equal(pair!.client.code, "closed", pair!.client.message);
		assert.ok(
			!pair!.server.hello.includes(extension(43, vector(1, u16(0x0304), u16(0x0303)))),
			"TLS 1.3 is not offered",
		);
	});

	test("a client of TLS 1.3 only refuses TLS 1.2", async () => {
		const [pair] = await runAll(identity, [{}], { secure: { minVersion: 0x0304 } });
		assert.equal(pair!.client.code, "unsupported_version", pair!.client.message);
		assert.match(pair!.client.message, /only TLS 1\.2; this client needs TLS 1\.3/);
		assert.equal(pair!.server.alert, 70);
	});
});
