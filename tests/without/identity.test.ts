/*
	A build without client certificates: a server that asks gets an empty list, and one that asks after the handshake is
	refused.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey } from "../../host-sim/servers/certificates.js";
import { helloExtensions } from "../peers/hello13.js";
import { certificateRequest } from "../peers/identity13.js";
import { u16, vector } from "../../host-sim/trace/keys13.js";
import { extension, message } from "../peers/wire13.js";
import { expectAnswer, expectRefusal, expectRefusedOptions, run12, run13, type Device } from "./run.js";

const POST_HANDSHAKE_AUTH = 49;
const CERTIFICATE_REQUIRED = 116;

describe("without client certificates", () => {
	let device: Device;
	before(() => {
		device = { identity: makeIdentity(["localhost"]), without: ["identity"] };
	});

	const forged = { key: makeKey("p256").privateKey, requestCertificate: true };
	const withoutSchemes = message(13, vector(1), vector(2, extension(47, vector(2, vector(2, Buffer.of(0x30, 0))))));

	test("TLS 1.3", async () => {
		const [right, asked, insistent, forgery, malformed] = await run13(device, [
			{},
			{ requestCertificate: true },
			{ requestCertificate: true, talk: async session => session.send(21, Buffer.of(2, CERTIFICATE_REQUIRED)) },
			forged,
			{ requestCertificate: true, edit: (name, bytes) => (name === "CertificateRequest" ? withoutSchemes : bytes) },
		]);
		expectAnswer(right!);
		assert.equal(helloExtensions(right!.server.hello).data.has(POST_HANDSHAKE_AUTH), false);
		expectAnswer(asked!);
		assert.equal(insistent!.server.finished, true);
		assert.equal(insistent!.client.code, "peer_alert", insistent!.client.message);
		expectRefusal(forgery!, "bad_signature", 51, /signature is wrong/);
		expectRefusal(malformed!, "missing_extension", 109, /CertificateRequest without signature_algorithms/);
	});

	test("TLS 1.3: asked after the handshake", async () => {
		const [pair] = await run13(device, [
			{ talk: async session => session.send(22, certificateRequest(Buffer.of(1), [0x0403])) },
		]);
		assert.equal(pair!.client.code, "unexpected_message", pair!.client.message);
		assert.match(pair!.client.message, /asks for a certificate after the handshake, which was not offered/);
		assert.equal(pair!.server.alert, 10);
	});

	test("TLS 1.2", async () => {
		const [right, asked, forgery, malformed] = await run12(device, [
			{},
			{ requestCertificate: true },
			forged,
			{
				requestCertificate: true,
				edit: (name, bytes) => (name === "CertificateRequest" ? message(13, vector(1), u16(0), u16(0)) : bytes),
			},
		]);
		expectAnswer(right!);
		assert.deepEqual(right!.server.messages, [16]);
		expectAnswer(asked!);
		assert.deepEqual(asked!.server.messages, [11, 16]);
		expectRefusal(forgery!, "bad_signature", 51, /signature is wrong/);
		expectRefusal(malformed!, "decode_error", 50, /./);
	});

	test("the options", async () => {
		const { pem, keyPem } = makeCertificate({
			subject: "device",
			key: makeKey("p256"),
			issuer: device.identity.intermediate,
		});
		await expectRefusedOptions(device, "identity", {
			clientCertificates: { secure: { clientCertificates: pem, clientKey: keyPem } },
			clientKey: { secure: { clientKey: keyPem } },
			postHandshakeAuth: { secure: { postHandshakeAuth: true } },
		});
		const [pair] = await run13(device, [{}], { postHandshakeAuth: false });
		expectAnswer(pair!);
	});
});
