/*
	A client with several identities: what the server's request asks for decides which one it shows (RFC 8446 section
	4.2.4, RFC 5246 section 7.4.4). Node's server (OpenSSL) says which client it saw.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createServer, type TlsOptions, type TLSSocket } from "node:tls";
import {
	makeCertificate,
	makeIdentity,
	makeKey,
	type Certificate,
	type KeyType,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { runClient, type ClientResult } from "../faults/connect.js";

const versions = [
	["1.2", 0x303],
	["1.3", 0x304],
] as const;

let server: ServerIdentity;
const cas = new Map<string, { root: Certificate; intermediate: Certificate }>();
const devices = new Map<string, object>();

function makeCA(name: string): void {
	const root = makeCertificate({ subject: `${name} root`, key: makeKey("p256"), isAuthority: true });
	const key = makeKey("p256");
	const intermediate = makeCertificate({ subject: `${name} issuer`, key, issuer: root, isAuthority: true });
	cas.set(name, { root, intermediate });
}

function makeDevice(ca: string, type: KeyType): void {
	const { intermediate } = cas.get(ca)!;
	const subject = `${ca} ${type}`;
	const { pem, keyPem } = makeCertificate({
		subject,
		key: makeKey(type),
		issuer: intermediate,
		extendedKeyUsage: ["clientAuth"],
	});
	devices.set(subject, { clientCertificates: pem + intermediate.pem, clientKey: keyPem });
}

before(() => {
	server = makeIdentity(["localhost"]);
	for (const name of ["red", "blue"]) {
		makeCA(name);
		for (const type of ["p256", "p384", "rsa2048"] as const) makeDevice(name, type);
	}
});

/** One connection with the devices of these names; returns the client that the server saw. */
async function seen(
	version: number,
	names: readonly string[],
	options: TlsOptions,
	secure: object = { clientIdentities: names.map(name => devices.get(name)!) },
): Promise<{ subject: string | undefined; result: ClientResult }> {
	let subject: string | undefined;
	const listener = createServer(
		{ cert: server.chain, key: server.leaf.keyPem, requestCert: true, rejectUnauthorized: false, ...options },
		(socket: TLSSocket) => {
			subject = String(socket.getPeerCertificate().subject?.CN);
			socket.on("error", () => {});
			socket.once("data", () => socket.end("hello"));
		},
	);
	listener.on("tlsClientError", () => {});
	await new Promise<void>(resolve => listener.listen(0, "127.0.0.1", resolve));
	try {
		const { port } = listener.address() as { port: number };
		const [result] = await runClient(port, 1, {
			ca: server.root.pem,
			secure: { minVersion: version, maxVersion: version, ...secure },
		});
		return { subject, result: result! };
	} finally {
		listener.close();
	}
}

const pem = (...names: string[]): string[] => names.map(name => cas.get(name)!.root.pem);
const p256 = ["red p256", "blue p256"];
const mixed = ["red p256", "red rsa2048", "blue p384", "blue rsa2048"];

for (const [name, version] of versions) {
	describe(`TLS ${name}: several client identities`, () => {
		for (const ca of ["red", "blue"])
			test(`the CA that the server names decides: ${ca}`, async () => {
				const { subject, result } = await seen(version, p256, { ca: pem(ca), rejectUnauthorized: true });
				assert.equal(subject, `${ca} p256`, result.message);
				assert.match(result.text, /hello$/);
			});
		test("no name, or all of them: the first", async () => {
			for (const ca of [[], pem("red", "blue")]) assert.equal((await seen(version, p256, { ca })).subject, "red p256");
		});
		test("names that none leads to: the first whose key fits", async () => {
			makeCA("green");
			assert.equal((await seen(version, p256, { ca: pem("green") })).subject, "red p256");
			const sigalgs = "RSA-PSS+SHA256:ECDSA+SHA256";
			const rsa = ["red p384", "blue rsa2048"];
			const which = version === 0x304 ? "blue rsa2048" : "red p384";
			assert.equal((await seen(version, rsa, { ca: pem("green"), sigalgs })).subject, which);
		});
		test("the signatures that the server takes decide before the names do", async () => {
			const sigalgs = "RSA-PSS+SHA256";
			const rsa = makeIdentity(["localhost"], "rsa2048");
			server = rsa;
			try {
				assert.equal((await seen(version, mixed, { ca: pem("blue"), sigalgs })).subject, "blue rsa2048");
				assert.equal((await seen(version, mixed, { ca: [], sigalgs })).subject, "red rsa2048");
				assert.equal((await seen(version, p256, { ca: pem("blue"), sigalgs })).subject, "undefined", "no key fits");
			} finally {
				server = makeIdentity(["localhost"]);
			}
		});
		test("one identity is shown whatever the server names, as before", async () => {
			assert.equal((await seen(version, ["red p256"], { ca: pem("blue") })).subject, "red p256");
			assert.equal((await seen(version, [], { ca: pem("blue") }, devices.get("red p256")!)).subject, "red p256");
		});
	});
}

describe("clientIdentities as an option", () => {
	const refused = async (secure: object): Promise<string> => {
		const [result] = await runClient(9, 1, { ca: server.root.pem, secure });
		assert.equal(result!.code, "configuration");
		return result!.message.replace("TLSError: ", "");
	};
	test("what can't be is refused by its place in the list", async () => {
		const red = devices.get("red p256")!,
			blue = devices.get("blue p256")!;
		for (const [secure, says] of [
			[{ clientIdentities: [] }, /^"clientIdentities" must have 1 to 4 items, not 0/],
			[{ clientIdentities: [red, red, red, red, red] }, /^"clientIdentities" must have 1 to 4 items, not 5/],
			[{ clientIdentities: [red], ...blue }, /^"clientIdentities" stands in place of/],
			[{ clientIdentities: [red, 5] }, /^"clientIdentities" \[1\]: "clientIdentities" must be an object/],
			[{ clientIdentities: [red, {}] }, /^"clientIdentities" \[1\]: "clientCertificates" is missing/],
			[
				{ clientIdentities: [{ ...red, clientKey: undefined }] },
				/^"clientIdentities" \[0\]: .*needs either "clientKey" or "sign"/,
			],
			[
				{ clientIdentities: [red, { ...red, key: "x" }] },
				/^"clientIdentities" \[1\]: .*"key" is not an option: did you mean "clientKey"/,
			],
			[
				{ clientIdentities: [red, { ...red, ...{ clientKey: (blue as { clientKey: string }).clientKey } }] },
				/^"clientIdentities" \[1\]: /,
			],
			[{ clientIdentities: red }, /^"clientIdentities" must be an array/],
		] as const)
			assert.match(await refused(secure), says);
	});
	test("four are taken", async () => {
		assert.equal((await seen(0x304, mixed, { ca: pem("blue") })).subject, "blue p384");
	});
});
