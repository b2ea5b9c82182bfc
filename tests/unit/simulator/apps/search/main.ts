/*
	Leaves a secret in every kind of place and has it searched for; has native allocations fail; counts PSA's keys.
	Prints a line of JSON.
*/

import { collect, failNative, keepFreed, memory, searchMemory } from "simulator";
import { AEAD, AEADAlgorithm, RecordVersion } from "tls/hardware/aead";
import { random } from "tls/hardware/random";
import { Secret } from "tls/hardware/secret";

/** Native memory that has the bytes in it when it is freed, as C code does that does not wipe. */
function leaveInFreed(bytes: Uint8Array): void {
	return native("test_leaveInFreed").call(this, bytes);
}

const LENGTH = 32;
const MASK = 0x5a;

const masked = new Uint8Array(LENGTH);
random(masked, 0, LENGTH);

function unmasked(): Uint8Array {
	const bytes = new Uint8Array(LENGTH);
	for (let i = 0; i < LENGTH; i++) bytes[i] = masked[i]! ^ MASK;
	return bytes;
}

const results: Record<string, unknown> = {};
const find = (name: string): void => {
	results[name] = searchMemory(masked, MASK);
};

keepFreed();
find("nowhere");
let kept: Uint8Array | undefined = unmasked();
find("in a buffer");
results["without itself"] = searchMemory(kept).total;
const secret = new Secret(LENGTH);
secret.import(kept, 0);
find("in a buffer and a secret");
kept.fill(0);
find("in a secret");
secret.close();
find("wiped");
leaveInFreed((kept = unmasked()));
kept.fill(0);
find("freed");
// the second buffer moves down where the first was, and leaves its bytes after the chunks in use
let before: Uint8Array | undefined = new Uint8Array(LENGTH);
const behind = unmasked();
before = kept = undefined;
collect();
behind.fill(0);
find("moved");

function attempt(): string {
	try {
		new Secret(8).close();
		return "";
	} catch (error) {
		return String(error);
	}
}

const failures: unknown[] = [];
for (let nth = 1; nth <= 2; nth++) {
	failNative(nth);
	failures.push([attempt(), failNative()]);
}
results["failures"] = [...failures, attempt(), before];

const start = memory().keySlots;
const aead = new AEAD(AEADAlgorithm.gcm, RecordVersion.tls13, new Secret(28), 0, 16, 16, 1);
const held = memory().keySlots - start;
aead.close();
results["keys"] = [held, memory().keySlots - start];
for (const [name, wrong] of Object.entries({
	short: () => searchMemory(new Uint8Array(7)),
	none: () => (searchMemory as any)(),
	negative: () => failNative(-1),
})) {
	try {
		wrong();
		results[name] = "not refused";
	} catch (error) {
		results[name] = (error as Error).name;
	}
}
trace(`${JSON.stringify(results)}\n`);
