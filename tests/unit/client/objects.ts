/*
	Objects of the application's that are not what they seem: shared and native memory in place of buffers, proxies in
	place of functions. Stores and clocks throw. What was checked can't change later, and the constructors throw
	TLSError alone and keep nothing.
*/

import { collect, memory } from "simulator";
import { equal, ok, test, throws } from "test/harness";
import { certificate, host, key, pinned, privateKey, rooted, thrower, traps } from "test/unit/client/hostile";
import Timer from "timer";
import { TLSClient } from "tls/client";
import { configure, configureCopy, readOptionsOf } from "tls/configure";
import { createEngine } from "tls/engine";
import { RootStore, trustCertificates } from "tls/trust";
import { SessionStore } from "tls/sessions";
import { Hash, HashAlgorithm } from "tls/hardware/hash";
import { Secret } from "tls/hardware/secret";

class FakeTCP {
	read(): void {}
	write(): void {}
	close(): void {}
}

const events = Object.fromEntries(
	["output", "opened", "readable", "ended", "failed", "pause"].map(name => [name, () => 0]),
) as never;

/** What is secret of these is copied to native memory. */
const secret = { ...rooted, psk: { identity: "a", key }, clientCertificates: certificate, clientKey: privateKey };

function client(secure: object): TLSClient {
	return new TLSClient({ host, address: "127.0.0.1", port: 8443, TCP: { io: FakeTCP as never }, secure });
}

function refusal(secure: object, words: RegExp): void {
	for (const make of [() => client(secure), () => createEngine(secure, host, events)]) {
		const { message } = throws(make, "configuration");
		ok(words.test(message), message);
	}
}

/** Host objects, which are not buffers, with something to say about their length. */
function hostObjects(): object[] {
	const timer = Timer.set(() => {}, 1e6);
	Timer.clear(timer);
	const closed = new Secret(8);
	closed.close();
	const objects = [new Secret(8), closed, new Hash(HashAlgorithm.sha256), timer].map(one =>
		Object.defineProperty(one, "byteLength", { value: 32 }),
	);
	return [
		...objects,
		Object.setPrototypeOf(Object.defineProperty(new Secret(8), "byteLength", { value: 32 }), ArrayBuffer.prototype),
	];
}

test("shared memory is copied: what was checked does not change", () => {
	const shared = new Uint8Array(new SharedArrayBuffer(32));
	const { certificates } = configure({ pins: [shared], pinsInsteadOfRoots: true }, host);
	const identity = new Uint8Array(new SharedArrayBuffer(4)).fill(65);
	const { psk } = configure({ ...rooted, psk: { identity, key } }, host);
	shared.fill(1);
	identity.fill(66);
	equal(certificates.pins![0], new Uint8Array(32));
	equal(psk!.identity, new Uint8Array(4).fill(65));
});

test("a buffer that can change its length is copied", () => {
	const buffer = new ArrayBuffer(32, { maxByteLength: 64 });
	const { certificates } = configure({ pins: [new Uint8Array(buffer)], pinsInsteadOfRoots: true }, host);
	buffer.resize(8);
	equal(certificates.pins![0], new Uint8Array(32));
});

test("a host object is not a buffer, whatever it says of its length", () => {
	for (const object of hostObjects()) {
		for (const [base, name] of [
			[{}, "certificate"],
			[{ ...pinned, clientKey: privateKey }, "clientCertificates"],
			[{ ...pinned, clientCertificates: certificate }, "clientKey"],
			[{ ...pinned, clock: () => 1.8e9 }, "session"],
		] as const)
			throws(() => client({ ...base, [name]: object }), "configuration");
		throws(() => configure({ ...rooted, psk: { identity: "a", key: object as never } }, host), "configuration");
		const one = client(pinned);
		throws(() => one.write(object as never), TypeError);
		one.close();
	}
});

test("sign of each identity is called on the client", () => {
	const client = {};
	const called: unknown[] = [];
	const one = {
		clientCertificates: certificate,
		sign(this: unknown) {
			called.push(this);
			return new Uint8Array(8);
		},
	};
	const options = readOptionsOf(client, { ...pinned, clientIdentities: [one, one] });
	const { credential, otherCredentials } = configureCopy(options, host, 0, client);
	credential!.sign(0x0403, new Uint8Array(32));
	otherCredentials![0]!.sign(0x0403, new Uint8Array(32));
	equal([called.length, called[0] === client, called[1] === client], [2, true, true]);
});

test("a client measures times only for onHandshake, an engine always", () => {
	const client = {};
	const now = (): number => 5;
	const of = (options: object, self?: object) =>
		configureCopy(readOptionsOf(self, { ...pinned, now, ...options }), host, 0, self);
	equal(of({}, client).now, undefined);
	equal(of({ onHandshake: () => {} }, client).now!(), 5);
	equal(of({}).now!(), 5);
});

test("a store of roots is trusted as such, not as a host object or a number", () => {
	for (const wrong of [...hostObjects(), 5, 1e9, null, undefined, true, Symbol("s")] as never[]) {
		throws(() => new RootStore(wrong), "configuration");
		throws(() => trustCertificates([wrong]), "configuration");
		equal(new SessionStore({ storage: { get: () => wrong, set() {}, delete() {} } }).byteLength, 0);
	}
});

test("a function behind a proxy that throws is refused by its name", () => {
	for (const name of ["now", "clock", "inflate", "sign"]) {
		const base = name === "sign" ? { ...pinned, clientCertificates: certificate } : pinned;
		refusal({ ...base, [name]: new Proxy(thrower, traps) }, new RegExp(`^"${name}" can't be read`));
	}
	refusal(
		{ ...pinned, clientIdentities: [{ clientCertificates: certificate, sign: new Proxy(thrower, traps) }] },
		/^"clientIdentities" \[0\]: "sign" can't be read/,
	);
});

test("a clock or a store that throws is refused, and no secret stays", () => {
	client(secret).close();
	collect();
	const before = memory();
	for (const [more, words] of [
		[{ now: thrower, onHandshake: () => {} }, /^"now" throws/],
		[{ clock: thrower, session: new ArrayBuffer(99) }, /^"clock" throws/],
		[{ sessions: { take: thrower, keep() {} }, clock: () => 1.8e9 }, /^"sessions" throws from its "take"/],
		[
			{
				sessions: {
					get take(): never {
						return thrower();
					},
				},
			},
			/^"sessions" can't be read/,
		],
		[{ sessions: new Proxy({}, traps) }, /^"sessions" can't be read/],
		[{ sessions: { take: () => 5, keep() {} }, clock: () => 1.8e9 }, /^"session" must be a buffer, not a number/],
	] as const)
		refusal({ ...secret, ...more }, words);
	const { nativeBytes, keySlots } = memory();
	equal([nativeBytes, keySlots], [before.nativeBytes, before.keySlots], "without a collection of garbage");
});

test("a store of sessions is asked with a key of their own for each host, port and trust", () => {
	const keys: string[] = [];
	const sessions = {
		take(key: string): undefined {
			keys.push(key);
		},
		keep() {},
	};
	const all = [
		[host, 443, {}],
		[host, 8443, {}],
		["other.example", 443, {}],
		[host, 443, { pins: [new Uint8Array(32).fill(9)] }],
	] as const;
	for (const [name, port, more] of [...all, ...all]) {
		const secure = { ...pinned, sessions, clock: () => 1.8e9, ...more };
		new TLSClient({ host: name, address: "127.0.0.1", port, TCP: { io: FakeTCP as never }, secure }).close();
	}
	equal(new Set(keys.slice(0, all.length)).size, all.length);
	equal(keys.slice(all.length), keys.slice(0, all.length));
});

test("createEngine refuses an invalid name and invalid events", () => {
	for (const name of [undefined, null, 5, {}, ""])
		throws(() => createEngine(pinned, name as never, events), "configuration");
	for (const wrong of [undefined, null, 5, {}, { ...(events as object), output: 5 }])
		throws(() => createEngine(pinned, host, wrong as never), "configuration");
	for (const options of [undefined, null, 5, new Proxy({}, traps)])
		throws(() => createEngine(options as never, host, events), "configuration");
	for (const option of ["timeout", "idleTimeout", "closeTimeout"])
		for (const value of [0, 5]) {
			const { message } = throws(() => createEngine({ ...pinned, [option]: value }, host, events), "configuration");
			ok(message.includes("need a timer"), message);
		}
});
