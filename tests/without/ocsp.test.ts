/*
	A build without OCSP: no status is asked for, so none may come, and a certificate that promises one is refused as
	for coming without.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey } from "../../host-sim/servers/certificates.js";
import { helloExtensions } from "../peers/hello13.js";
import { vector } from "../../host-sim/trace/keys13.js";
import { mustStaple, respond } from "../peers/ocsp.js";
import { extension, message } from "../peers/wire13.js";
import { expectAnswer, expectRefusal, expectRefusedOptions, run12, run13, type Device } from "./run.js";

const STATUS_REQUEST = 5;

describe("without OCSP", () => {
	let device: Device;
	before(() => {
		device = { identity: makeIdentity(["localhost"]), without: ["ocsp"] };
	});

	const forged = { key: makeKey("p256").privateKey };

	/** A server whose certificate promises a status. */
	function promising(): { chain: Uint8Array[]; key: typeof forged.key; status: Buffer } {
		const { intermediate } = device.identity;
		const leaf = makeCertificate({
			subject: "localhost",
			key: makeKey("p256"),
			issuer: intermediate,
			names: ["localhost"],
			extensions: [mustStaple],
		});
		return {
			chain: [leaf.der, intermediate.der],
			key: leaf.key.privateKey,
			status: respond({ certificate: leaf, issuer: intermediate }),
		};
	}

	/** A Certificate of TLS 1.3 with a status for the first. */
	function stapled(chain: readonly Uint8Array[], status: Buffer): Buffer {
		const entries = chain.map((der, i) =>
			Buffer.concat([
				vector(3, der),
				vector(2, i ? Buffer.alloc(0) : extension(STATUS_REQUEST, Buffer.of(1), vector(3, status))),
			]),
		);
		return message(11, vector(1), vector(3, ...entries));
	}

	test("TLS 1.3", async () => {
		const { status, ...promised } = promising();
		const certificate = stapled(promised.chain, status);
		const [right, forgery, promise, unasked] = await run13(device, [
			{},
			forged,
			promised,
			{ ...promised, edit: (name, bytes) => (name === "Certificate" ? certificate : bytes) },
		]);
		expectAnswer(right!);
		assert.equal(helloExtensions(right!.server.hello).data.has(STATUS_REQUEST), false);
		expectRefusal(forgery!, "bad_signature", 51, /signature is wrong/);
		expectRefusal(promise!, "bad_staple", 113, /comes without a stapled status \(OCSP\)/);
		expectRefusal(unasked!, "unsupported_extension", 110, /extension 5, which was not asked for/);
	});

	test("TLS 1.2", async () => {
		const { status, ...promised } = promising();
		const message12 = message(22, Buffer.of(1), vector(3, status));
		const [right, forgery, promise, announced, sent] = await run12(device, [
			{},
			forged,
			promised,
			{ ...promised, status },
			{ edit: (name, bytes) => (name === "Certificate" ? Buffer.concat([bytes, message12]) : bytes) },
		]);
		expectAnswer(right!);
		expectRefusal(forgery!, "bad_signature", 51, /signature is wrong/);
		expectRefusal(promise!, "bad_staple", 113, /comes without a stapled status \(OCSP\)/);
		expectRefusal(announced!, "unsupported_extension", 110, /extension 5, which was not asked for/);
		expectRefusal(sent!, "unexpected_message", 10, /message, of type 22$/);
	});

	test("the option", async () => {
		for (const staple of ["ask", "require"])
			await expectRefusedOptions(device, "ocsp", { staple: { secure: { staple } } });
	});
});
