/*
	A stapled certificate status in TLS 1.2: CertificateStatus, after the Certificate where the ServerHello announces
	it (RFC 6066 section 8, RFC 7633). What the status itself may say is tested with the chains (tests/certificates).
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { makeCertificate, makeIdentity, makeKey, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";
import { vector } from "../../host-sim/trace/keys13.js";
import { mustStaple, respond, revoked } from "../peers/ocsp.js";
import { rightExtensions, type Script12 } from "../peers/server12.js";
import { extension, message } from "../peers/wire13.js";
import { illegal, malformed, unexpected } from "./fault.js";
import { behind, changing, expectRefusals, followed, leafUnder, runAll, withBody, type Fault } from "./script12.js";

const day = 86400e3;
const announcing = { extensions: Buffer.concat([...rightExtensions, extension(5)]) };
const staple = (status: Buffer): Buffer => message(22, Buffer.of(1), vector(3, status));

function withStatus({ leaf, intermediate }: ServerIdentity, change: object = {}): Partial<Script12> {
	return { status: respond({ certificate: leaf, issuer: intermediate, ...change }) };
}

/** The server's status message, changed. */
function edited(change: (bytes: Buffer) => Uint8Array | undefined): Fault["script"] {
	return identity => ({
		...withStatus(identity),
		edit: (name, bytes) => (name === "CertificateStatus" ? change(bytes) : bytes),
	});
}

/** A server whose certificate promises a status, which is there or not. */
function promising(identity: ServerIdentity, stapled: boolean): Partial<Script12> {
	const { intermediate } = identity;
	const leaf = makeCertificate({
		subject: "localhost",
		key: makeKey("p256"),
		issuer: intermediate,
		names: ["localhost"],
		extensions: [mustStaple],
	});
	const script = { chain: [leaf.der, intermediate.der], key: leaf.key.privateKey };
	return stapled ? { ...script, ...withStatus({ ...identity, leaf }) } : script;
}

const bad = { code: "bad_staple", alert: 113 } as const;

const statusFaults: Fault[] = [
	{
		name: "revoked",
		script: identity => withStatus(identity, { status: revoked(new Date("2026-03-01T12:00:00Z")) }),
		code: "certificate_revoked",
		alert: 44,
		says: /\(CN=localhost\) was revoked on 2026-03-01/,
	},
	{
		name: "signed by another",
		script: identity => withStatus(identity, { signer: { ...identity.intermediate, key: makeKey("p256") } }),
		...bad,
		says: /forged/,
	},
	{
		name: "out of date",
		script: identity => withStatus(identity, { thisUpdate: Date.now() - 9 * day, nextUpdate: Date.now() - day }),
		...bad,
		says: /expired on/,
	},
	{
		name: "of another certificate",
		script: identity => ({ ...leafUnder(identity, {}), ...withStatus(identity) }),
		...bad,
		says: /not about the server's/,
	},
	{
		name: "no OCSP",
		script: edited(bytes => {
			bytes[4] = 2;
			return bytes;
		}),
		...bad,
		says: /not OCSP/,
	},
	{ name: "an empty response", script: edited(bytes => withBody(bytes, Buffer.of(1), vector(3))), ...malformed },
	{
		name: "promised, and not even announced",
		script: identity => promising(identity, false),
		...bad,
		says: /without a stapled status/,
	},
	{
		name: "promised and announced, then left out",
		script: identity => ({ ...promising(identity, false), ...announcing }),
		...bad,
		says: /left it out/,
	},
	{
		name: "not announced",
		script: identity => followed("Certificate", staple(withStatus(identity).status!))(),
		...unexpected,
	},
	{ name: "twice", script: edited(bytes => Buffer.concat([bytes, bytes])), ...unexpected },
	{
		name: "before the Certificate",
		script: identity =>
			changing("Certificate", bytes => Buffer.concat([staple(withStatus(identity).status!), bytes]), announcing)(),
		...unexpected,
	},
	{
		name: "after the ServerKeyExchange",
		script: identity => followed("ServerKeyExchange", staple(withStatus(identity).status!), announcing)(),
		...unexpected,
	},
	{
		name: "after the ServerHelloDone",
		script: identity => ({ ...behind(staple(withStatus(identity).status!))(), ...announcing }),
		...unexpected,
	},
	{
		name: "announced by an extension that holds something",
		script: () => ({ extensions: Buffer.concat([...rightExtensions, extension(5, Buffer.of(1))]) }),
		...malformed,
	},
	{
		name: "announced twice",
		script: () => ({ extensions: Buffer.concat([...rightExtensions, extension(5), extension(5)]) }),
		...illegal,
	},
];

const requiredFaults: Fault[] = [
	{ name: "none", script: () => ({}), ...bad, says: /without a stapled status/ },
	{ name: "announced, then left out", script: () => announcing, ...bad, says: /left it out/ },
];

describe("TLS 1.2: a stapled certificate status", () => {
	let identity: ServerIdentity;

	before(() => {
		identity = makeIdentity(["localhost"]);
	});

	test("refused", t => expectRefusals(t, identity, statusFaults));
	test("refused where every server must have one", t =>
		expectRefusals(t, identity, requiredFaults, { secure: { staple: "require" } }));

	for (const variant of variants) {
		for (const secure of [{}, { staple: "require" }]) {
			test(`accepted (${variant}, ${JSON.stringify(secure)})`, async () => {
				const byIssuer = withStatus(identity);
				const responder = makeCertificate({
					subject: "Responder",
					key: makeKey("p256"),
					issuer: identity.intermediate,
					extendedKeyUsage: ["OCSPSigning"],
				});
				const byResponder = withStatus(identity, { signer: responder, certificates: [responder.der] });
				const scripts = [
					byIssuer,
					byResponder,
					{ ...byIssuer, requestCertificate: true },
					{ ...byIssuer, fragment: 50 },
					promising(identity, true),
				];
				if (!("staple" in secure)) scripts.push(announcing);
				for (const { client, server } of await runAll(identity, scripts, { variant, secure })) {
					assert.equal(client.code, "closed", client.message);
					assert.match(client.text, /hello$/);
					assert.equal(server.finished, true);
				}
			});
		}
	}

	test("a status under the server's own certificate, which is trusted itself, is passed over", async () => {
		const [pair] = await runAll(
			identity,
			[withStatus(identity, { signer: { ...identity.intermediate, key: makeKey("p256") } })],
			{ ca: identity.leaf.pem },
		);
		assert.equal(pair!.client.code, "closed", pair!.client.message);
	});

	test("truncated at every length, or with a byte too many", async () => {
		const { status } = withStatus(identity);
		const scripts: Partial<Script12>[] = [];
		for (let length = 0; length <= status!.length + 4; length++)
			scripts.push({
				status: status!,
				edit: (name, bytes) =>
					name === "CertificateStatus"
						? withBody(bytes, bytes.subarray(4, Math.min(4 + length, bytes.length - 1)))
						: bytes,
			});
		scripts.push({
			status: status!,
			edit: (name, bytes) => (name === "CertificateStatus" ? withBody(bytes, bytes.subarray(4), Buffer.of(0)) : bytes),
		});
		for (let length = 0; length < status!.length; length++) scripts.push({ status: status!.subarray(0, length) });
		for (const { client, server } of await runAll(identity, scripts)) {
			assert.match(client.code, /^(decode_error|bad_staple)$/, client.message);
			assert.ok(server.alert === 50 || server.alert === 113);
			assert.equal(client.negotiated, undefined);
		}
	});
});
