/*
	The server's signature in every scheme that is offered, with every kind of key (RFC 8446 section 4.4.3, RFC 5246
	section 7.4.1.4.1). The right one is taken. One over something else is refused, and so is a scheme that does not go
	with the key.
*/

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import {
	makeCertificate,
	makeIdentity,
	makeKey,
	type Certificate,
	type KeyType,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { rightExtensions, Session12, type Outcome12, type Script12 } from "../peers/server12.js";
import { Session13, type Outcome13, type Script13 } from "../peers/server13.js";
import { runPairs, type Pair } from "./connect.js";

const ecdsa = [0x0403, 0x0503],
	pss = [0x0804, 0x0805, 0x0806],
	pkcs1 = [0x0401, 0x0501, 0x0601];
const all = [...ecdsa, ...pss, ...pkcs1];

/** The schemes that go with a kind of key: TLS 1.2 lets ECDSA have any hash with any curve, and PKCS #1. */
const right: Record<"1.2" | "1.3", Partial<Record<KeyType, number[]>>> = {
	"1.2": { p256: ecdsa, p384: ecdsa, rsa2048: [...pss, ...pkcs1] },
	"1.3": { p256: [0x0403], p384: [0x0503], rsa2048: pss },
};

for (const [name, number] of [
	["1.2", 0x303],
	["1.3", 0x304],
] as const) {
	describe(`TLS ${name}: schemes of signatures`, () => {
		let identity: ServerIdentity;
		const leaves = new Map<KeyType, Certificate>();

		before(() => {
			identity = makeIdentity(["localhost"]);
			for (const type of ["p256", "p384", "rsa2048"] as const)
				leaves.set(
					type,
					makeCertificate({
						subject: "localhost",
						key: makeKey(type),
						issuer: identity.intermediate,
						names: ["localhost"],
					}),
				);
		});

		/** One connection for each scheme; `isWrong` has the server sign something else. */
		function run(
			type: KeyType,
			schemes: readonly number[],
			isWrong = false,
			leaf = leaves.get(type)!,
		): Promise<Pair<Outcome12 | Outcome13>[]> {
			const options = { ca: identity.root.pem, secure: { minVersion: number, maxVersion: number } };
			const chain = [leaf.der, identity.intermediate.der];
			// a signature by another key of the same kind
			const other = isWrong ? makeKey(type).privateKey : leaf.key.privateKey;
			return runPairs<Outcome12 | Outcome13>(schemes.length, options, (socket, i) =>
				number === 0x304
					? new Session13(socket, { chain, key: other, scheme: schemes[i]! } satisfies Script13).run()
					: new Session12(socket, {
							chain,
							key: other,
							scheme: schemes[i]!,
							extensions: Buffer.concat([...rightExtensions]),
						} satisfies Script12).run(),
			);
		}

		for (const type of ["p256", "p384", "rsa2048"] as const) {
			const good = right[name][type]!;

			test(`a key of ${type}: right signatures`, async () => {
				for (const [i, { client }] of (await run(type, good)).entries()) {
					assert.equal(client.code, "closed", client.message);
					assert.equal(client.negotiated?.signature, good[i]);
				}
			});
			test(`a key of ${type}: signatures by another key`, async () => {
				for (const { client, server } of await run(type, good, true)) {
					assert.equal(client.code, "bad_signature", client.message);
					assert.equal(server.alert, 51);
					assert.equal(server.finished, false);
				}
			});
			test(`a key of ${type} whose certificate lets it do other things, but not sign`, async () => {
				const leaf = makeCertificate({
					subject: "localhost",
					key: makeKey(type),
					issuer: identity.intermediate,
					names: ["localhost"],
					keyUsage: ["keyEncipherment", "keyAgreement"],
				});
				for (const { client, server } of await run(type, good.slice(0, 1), false, leaf)) {
					assert.equal(client.code, "unsupported_certificate", client.message);
					assert.match(client.message, /may not sign \(its key usage\)/);
					assert.equal(server.alert, 43);
				}
			});
			test(`a key of ${type}: schemes that don't go with it`, async () => {
				// what is signed does not matter: the scheme is refused first
				const bad = all.filter(scheme => !good.includes(scheme));
				for (const { client, server } of await run(type, bad)) {
					assert.equal(client.code, "illegal_parameter", client.message);
					assert.match(client.message, /which was not offered/);
					assert.equal(server.alert, 47);
				}
			});
		}
	});
}
