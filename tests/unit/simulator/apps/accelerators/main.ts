/*
	Uses every kind of accelerator through the bindings, and has each fail once. Prints a line of JSON.
*/

import { accelerate, accelerators } from "simulator";
import { AEAD, AEADAlgorithm, RecordVersion } from "tls/hardware/aead";
import { KeyShare } from "tls/hardware/agree";
import { Hash, hash, HashAlgorithm } from "tls/hardware/hash";
import { random } from "tls/hardware/random";
import { Secret } from "tls/hardware/secret";

const out = new Uint8Array(64);
const bytes = new Uint8Array(1000);
const material = new Secret(48);

function hashing(): void {
	const running = new Hash(HashAlgorithm.sha256);
	running.update(bytes, 0, 1000);
	running.peek(out, 0);
	running.update(bytes, 0, 24);
	running.close();
	hash(HashAlgorithm.sha384, bytes, 0, 100, out, 0);
}

function agreeing(group: number, length: number): void {
	const share = new KeyShare(group);
	const key = new Uint8Array(share.publicLength);
	share.publicKey(key, 0);
	const secret = new Secret(length);
	share.agree(key, 0, key.length, secret);
	share.close();
}

/** Returns how a record of 100 bytes was opened again. */
function sealing(algorithm: AEADAlgorithm, keyLength: number): number {
	const [sealing, opening] = [0, 1].map(
		() => new AEAD(algorithm, RecordVersion.tls13, material, 0, keyLength, 32, 100),
	);
	const record = new Uint8Array(5 + 100 + 16);
	sealing!.seal(record, 0, 105);
	const end = opening!.open(record, 0, 121);
	sealing!.close();
	opening!.close();
	return end;
}

const uses: Record<string, () => unknown> = {
	"SHA-256": hashing,
	"SHA-384": hashing,
	"P-256 key pair": () => agreeing(0x17, 32),
	"P-256 public key": () => agreeing(0x17, 32),
	"ECDH P-256": () => agreeing(0x17, 32),
	"ECDH P-384": () => agreeing(0x18, 48),
	X25519: () => agreeing(0x1d, 32),
	"HMAC-SHA-256": () => material.hmac(HashAlgorithm.sha256, bytes, 0, 10, out, 0),
	"AES-GCM": () => sealing(AEADAlgorithm.gcm, 16),
	"ChaCha20-Poly1305": () => sealing(AEADAlgorithm.chacha20_poly1305, 32),
	"key import": () => sealing(AEADAlgorithm.gcm, 32),
	random: () => random(bytes, 0, 500),
};

hashing();
agreeing(0x17, 32);
agreeing(0x1d, 32);
random(bytes, 0, 500);
const ends = [sealing(AEADAlgorithm.gcm, 16), sealing(AEADAlgorithm.chacha20_poly1305, 32)];
const counted = accelerators();

/** Fails in the second use from now on, and in no other. */
const faults: Record<string, string[]> = {};
for (const [name, use] of Object.entries(uses)) {
	const calls = (): number => accelerators().find(one => one.name === name)?.calls ?? 0;
	const before = calls();
	use();
	accelerate("fail", name, calls() - before + 1);
	faults[name] = [1, 2, 3].map(() => {
		try {
			use();
			return "";
		} catch (error) {
			return String(error);
		}
	});
}

const refused = [() => accelerate("stop" as never, "random", 1), () => accelerate("fail", "random", 0)].map(wrong => {
	try {
		wrong();
		return "";
	} catch (error) {
		return (error as Error).name;
	}
});
const failed = accelerators()
	.filter(one => one.failed !== 0)
	.map(one => [one.name, one.failed]);
trace(`${JSON.stringify({ ends, counted, faults, refused, failed })}\n`);
