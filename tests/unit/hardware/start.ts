/*
	The first use of PSA Crypto: every binding that may be it starts PSA, and says so where that fails. PSA is not
	started before the first test, and does not get started as long as memory is short.
*/

import { failNative } from "simulator";
import { bytes, equal, ok, test, throws } from "test/harness";
import { KeyShare } from "tls/hardware/agree";
import { hash, Hash, HashAlgorithm } from "tls/hardware/hash";
import { random } from "tls/hardware/random";
import { Secret } from "tls/hardware/secret";
import { signDigest } from "tls/hardware/sign";
import { SignatureForm, verifyMessage } from "tls/hardware/signature";

const data = new Uint8Array(64);

const first: Readonly<Record<string, () => unknown>> = {
	Hash: () => new Hash(HashAlgorithm.sha256),
	hash: () => hash(HashAlgorithm.sha256, data, 0, 8, data, 0),
	KeyShare: () => new KeyShare(0x1d),
	Secret: () => new Secret(32),
	random: () => random(data, 0, 8),
	signDigest: () => signDigest(SignatureForm.p256, HashAlgorithm.sha256, data, 0, 32, data, data),
	verifyMessage: () => verifyMessage(SignatureForm.p256, HashAlgorithm.sha256, data, 0, 64, data, 0, 8, data, 0, 64),
};

for (const [name, use] of Object.entries(first)) {
	test(`${name} starts PSA Crypto, and says that it can't`, () => {
		failNative(1);
		const { message } = throws(use);
		equal(failNative(0), true);
		ok(/: starting PSA Crypto: not enough native memory .*\(PSA status -141\)$/.test(message), message);
	});
}

test("with memory it starts", () => {
	const running = new Hash(HashAlgorithm.sha256);
	running.peek(data, 0);
	equal(data.slice(0, 4), bytes("e3b0c442"));
	running.close();
});
