/*
	Sequence numbers of record ciphers: each is used once, also where the accelerator fails halfway. A nonce that came
	twice would give the key stream away.
*/

import { accelerate, accelerators } from "simulator";
import { equal, test, throws } from "test/harness";
import { AEAD, AEADAlgorithm, RecordVersion } from "tls/hardware/aead";
import { Secret } from "tls/hardware/secret";

const TEXT = 16,
	TAG = 16,
	KEY_LENGTH = 32;

function cipher(algorithm: AEADAlgorithm): AEAD {
	const bytes = Uint8Array.from({ length: KEY_LENGTH + 12 }, (_, i) => i);
	const material = new Secret(bytes.length);
	material.import(bytes, 0);
	const keyEnd = algorithm === AEADAlgorithm.chacha20_poly1305 ? KEY_LENGTH : 16;
	return new AEAD(algorithm, RecordVersion.tls13, material, 0, keyEnd, KEY_LENGTH, 1000);
}

/** Seals the next record, which always says the same. */
function seal(aead: AEAD): Uint8Array {
	const bytes = new Uint8Array(5 + TEXT + TAG);
	bytes.set([23, 3, 3, 0, TEXT + TAG]);
	equal(aead.seal(bytes, 0, 5 + TEXT), bytes.length);
	return bytes;
}

for (const [name, algorithm] of [
	["AES-GCM", AEADAlgorithm.gcm],
	["ChaCha20-Poly1305", AEADAlgorithm.chacha20_poly1305],
	["AES-CCM", AEADAlgorithm.ccm],
] as const) {
	test(`${name}: the number of a record that could not be sealed is not used again`, () => {
		const right = cipher(algorithm);
		const before = new Map(accelerators().map(({ name: unit, calls }) => [unit, calls]));
		const records = [seal(right), seal(right), seal(right)];
		const unit = accelerators().find(({ name: other, calls }) => calls > (before.get(other) ?? 0))!.name;
		const failing = cipher(algorithm);
		equal(seal(failing), records[0]);
		accelerate("fail", unit, 1);
		throws(() => seal(failing));
		equal(seal(failing), records[2]);
	});
}
