/*
	Project Wycheproof's vectors for ML-KEM-768 through hardware/mlkem: public keys from seeds, and shared values from
	ciphertexts. Ciphertexts that are not valid give another value (implicit rejection). And what it takes: memory for a
	call, and none afterwards.
*/

import Resource from "Resource";
import { accelerators, failNative, memory } from "simulator";
import { bytes, equal, note, ok, test, throws } from "test/harness";
import { MLKEM, MLKEMLength } from "tls/hardware/mlkem/mlkem";
import { fixedMLKEM } from "test/vectors/mlkem/fixed";
import { Secret } from "tls/hardware/secret";

interface Vector {
	readonly tcId: number;
	readonly seed: string;
	readonly ek?: string;
	readonly c?: string;
	readonly K?: string;
	readonly result: "valid" | "invalid";
}

interface File {
	readonly testGroups: readonly { readonly type: string; readonly tests: readonly Vector[] }[];
}

const file = JSON.parse(String.fromArrayBuffer(new Resource("vectors.json").slice(0))) as File;
const out = new Uint8Array(MLKEMLength.publicKey + 2);

function checkPublicKey(pair: MLKEM, ek: string): void {
	out.fill(0x55);
	pair.publicKey(out, 1);
	equal(out.slice(1, -1), bytes(ek));
	equal([out[0], out[out.length - 1]], [0x55, 0x55], "bytes beside the key");
}

/** The shared value, checked against `other`; undefined if the ciphertext is refused. */
function decapsulate(pair: MLKEM, c: string): Uint8Array | undefined {
	const [other, shared] = [new Secret(2), new Secret(MLKEMLength.shared + 2)];
	other.import(Uint8Array.of(1, 2), 0);
	const ciphertext = bytes(`aa${c}bb`);
	const isValid = pair.decapsulate(ciphertext, 1, ciphertext.length - 1, other, shared);
	const value = new Uint8Array(MLKEMLength.shared + 2);
	shared.export(value, 0);
	other.close();
	shared.close();
	equal([...value.slice(-2)], isValid ? [1, 2] : [0, 0]);
	return isValid ? value.slice(0, MLKEMLength.shared) : undefined;
}

/** Each file has seeds and public keys; one has ciphertexts, too. */
function check({ seed, ek, c, K, result }: Vector): void {
	const bytesOfSeed = bytes(seed);
	if (bytesOfSeed.length !== MLKEMLength.seed) {
		equal(result, "invalid");
		throws(() => fixedMLKEM(bytesOfSeed), RangeError);
		return;
	}
	const pair = fixedMLKEM(bytesOfSeed);
	if (ek) checkPublicKey(pair, ek);
	if (c !== undefined) equal(decapsulate(pair, c), result === "valid" ? bytes(K!) : undefined);
	pair.close();
}

test("every vector", () => {
	let count = 0;
	for (const group of file.testGroups) {
		for (const vector of group.tests) {
			try {
				check(vector);
			} catch (error) {
				throw new Error(`${vector.tcId} (${vector.result}): ${error}`);
			}
			count++;
		}
	}
	note(`${count} vectors`);
	ok(count >= 100);
});

test("a call gives its memory back; without it it fails, and the pair can go on", () => {
	const pair = new MLKEM();
	const held = memory().nativeBytes;
	pair.publicKey(out, 0);
	const first = out.slice();
	equal(memory().nativeBytes, held);
	const [other, shared] = [new Secret(32), new Secret(64)];
	const ciphertext = new Uint8Array(MLKEMLength.ciphertext);
	for (const use of [
		() => pair.publicKey(out, 0),
		() => pair.decapsulate(ciphertext, 0, ciphertext.length, other, shared),
	]) {
		failNative(1);
		ok(/PSA status -141/.test(throws(use).message));
		equal(failNative(0), true);
	}
	pair.publicKey(out, 0);
	equal(out, first);
	for (const size of [63, 65]) {
		const wrong = new Secret(size);
		throws(() => pair.decapsulate(ciphertext, 0, ciphertext.length, other, wrong), RangeError);
		wrong.close();
	}
	throws(() => pair.decapsulate(ciphertext, 0, ciphertext.length, shared, shared), RangeError);
	throws(() => pair.publicKey(out, 3), RangeError);
	const calls = accelerators().filter(({ name }) => name.startsWith("ML-KEM"));
	note(calls.map(({ name, calls: count }) => `${name}: ${count}`).join(", "));
	other.close();
	shared.close();
	pair.close();
	throws(() => pair.publicKey(out, 0));
});
