/*
	ML-KEM-768 of hardware/mlkem, which is libsodium's, beside that of @noble/post-quantum on the same engine. Public
	keys come from random seeds, shared values from the other's ciphertexts, also with a bit changed (implicit
	rejection).
*/

import { ml_kem768 } from "@noble/post-quantum/ml-kem";
import { equal, note, ok, test } from "test/harness";
import { type MLKEM, MLKEMLength } from "tls/hardware/mlkem/mlkem";
import { fixedMLKEM } from "test/vectors/mlkem/fixed";
import { random } from "tls/hardware/random";
import { Secret } from "tls/hardware/secret";

const PAIRS = 4;
const CHANGES = 4;

function randomBytes(length: number): Uint8Array {
	const out = new Uint8Array(length);
	random(out, 0, length);
	return out;
}

/** What hardware/mlkem finds in a ciphertext. */
function decapsulate(pair: MLKEM, ciphertext: Uint8Array): Uint8Array {
	const [none, shared] = [new Secret(0), new Secret(MLKEMLength.shared)];
	ok(pair.decapsulate(ciphertext, 0, ciphertext.length, none, shared));
	const out = new Uint8Array(MLKEMLength.shared);
	shared.export(out, 0);
	none.close();
	shared.close();
	return out;
}

test("key pairs and shared values are the same", () => {
	let compared = 0;
	for (let i = 0; i < PAIRS; i++) {
		const seed = randomBytes(MLKEMLength.seed);
		const expected = ml_kem768.keygen(seed);
		const pair = fixedMLKEM(seed);
		const publicKey = new Uint8Array(MLKEMLength.publicKey);
		pair.publicKey(publicKey, 0);
		equal(publicKey, expected.publicKey);
		const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, randomBytes(32));
		equal(cipherText.length, MLKEMLength.ciphertext);
		equal(decapsulate(pair, cipherText), sharedSecret);
		for (let j = 0; j < CHANGES; j++) {
			const [at, bit] = randomBytes(2) as unknown as [number, number];
			const changed = cipherText.slice();
			changed[(at * 4 + j) % changed.length]! ^= 1 << (bit & 7);
			const found = decapsulate(pair, changed);
			equal(found, ml_kem768.decapsulate(changed, expected.secretKey));
			ok(
				found.some((byte, k) => byte !== sharedSecret[k]),
				"a changed ciphertext gives the same value",
			);
			compared++;
		}
		pair.close();
	}
	note(`${PAIRS} key pairs, ${compared} changed ciphertexts`);
});
