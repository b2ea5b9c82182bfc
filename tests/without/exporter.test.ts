/*
	A build without keying material for other protocols: connections are what they are, and the option is refused.
*/

import { before, describe, test } from "node:test";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { expectAnswer, expectRefusedOptions, run12, run13, type Device } from "./run.js";

describe("without the exporter", () => {
	let device: Device;
	before(() => {
		device = { identity: makeIdentity(["localhost"]), without: ["engine", "exporter"] };
	});

	test("both versions", async () => {
		for (const pair of await run13(device, [{}, { requestCertificate: true }], { exporter: false })) expectAnswer(pair);
		for (const pair of await run12(device, [{}], { exporter: false })) expectAnswer(pair);
	});

	test("the option", async () => {
		await expectRefusedOptions(device, "exporter", { exporter: { secure: { exporter: true } } });
	});
});
