/*
	Options with wrong values: of every type, and objects that run code of their own.
*/

import { bytes } from "test/harness";
import type { Options } from "tls/options";
import { Secret } from "tls/hardware/secret";
import { RootStore, trustCertificates } from "tls/x509/trust";

export const host = "server.example";

/** A self-signed certificate on P-256, its key, and another key: made with OpenSSL for this test. */
export const certificate = bytes(
	"3082016d30820113a0030201020214238a0b545d44b95a25f06fa2861a7463d40298fa300a06082a8648ce3d040302300c310a300806035504030c" +
		"0161301e170d3236313132383231353131395a170d3336313132353231353131395a300c310a300806035504030c01613059301306072a8648ce3d" +
		"020106082a8648ce3d030107034200048ad9bd454fefe0e2a36bccf9d3f141bc5dae139e6a2f0758917e8337374fffccfd9912eac7e6ea9e1fd45b" +
		"02080063f29748b3a59ecf611f07683cf83d79ad2da3533051301d0603551d0e04160414bd5722b6b73450ebb2c073df53f19127f5efadb4301f06" +
		"03551d23041830168014bd5722b6b73450ebb2c073df53f19127f5efadb4300f0603551d130101ff040530030101ff300a06082a8648ce3d040302" +
		"0348003045022100b98026c746c10075465f59e98bbee31521b9a7563f0080d45d37998a193fac820220089826a91211bddf57d9cd6e074504c55c" +
		"d79a2cde5ee6a061e0a85eb8cbd3b0",
);
export const privateKey = bytes(
	"308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b02010104206e68d2001e94dcec9339a575904599cdc14f4d31484748" +
		"9fb36b58d22d47e6fba144034200048ad9bd454fefe0e2a36bccf9d3f141bc5dae139e6a2f0758917e8337374fffccfd9912eac7e6ea9e1fd45b02" +
		"080063f29748b3a59ecf611f07683cf83d79ad2d",
);
export const otherKey = bytes(
	"308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b02010104207c5001c45abfb3593285750dd9c798682c670656661d45" +
		"6d85b925c5f01dca50a14403420004e250d4dcbc57d43d51b88203494e2ef3e47a29ae3f36d64a97d611f75360f56279e1aa4d81d75b24df0e3b71" +
		"6eda73ed2262720e62a186ff9dc32d465dfcf603",
);

export const pin = new Uint8Array(32);
export const pinned: Options = { pins: [pin], pinsInsteadOfRoots: true };
export const rooted: Options = { roots: trustCertificates([certificate]) };
export const key = new Uint8Array(32).fill(3);

/** Options that a test of each option is put over. */
export const bases: Readonly<Record<string, Options>> = {
	certificate: {},
	roots: {},
	psk: {},
	pins: rooted,
	pinsInsteadOfRoots: { pins: [pin] },
	clientCertificates: { ...pinned, clientKey: privateKey },
	clientKey: { ...pinned, clientCertificates: certificate },
	sign: { ...pinned, clientCertificates: certificate },
};

export const names = [
	"serverName",
	"applicationLayerProtocolNegotiation",
	"minVersion",
	"maxVersion",
	"protocolVersion",
	"cipherSuites",
	"certificate",
	"clientCertificates",
	"clientKey",
	"sign",
	"postHandshakeAuth",
	"session",
	"sessionLifetime",
	"onSession",
	"psk",
	"earlyData",
	"roots",
	"pins",
	"pinsInsteadOfRoots",
	"clock",
	"staple",
	"inflate",
	"maxMessage",
	"recordSizeLimit",
	"tls_max_fragment_length",
	"maxSendFragment",
	"recordPadding",
	"now",
	"onHandshake",
];

export function thrower(): never {
	throw new Error("not for you");
}

/** Throws from every trap. */
export const traps = Object.fromEntries(
	["get", "has", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor", "isExtensible"].map(name => [name, thrower]),
);

export function revoked(target: object): object {
	const { proxy, revoke } = Proxy.revocable(target, {});
	revoke();
	return proxy;
}

export function hostileValues(): unknown[] {
	return [
		null,
		true,
		false,
		0,
		-0,
		-1,
		1,
		1.5,
		NaN,
		Infinity,
		-Infinity,
		0x303,
		0x304,
		512,
		65536,
		2 ** 31,
		2 ** 32,
		1e308,
		10n,
		Symbol("s"),
		"",
		"x",
		"\0",
		"\u00e9",
		"\ud800",
		"ask",
		"build",
		"a".repeat(300),
		"-----BEGIN CERTIFICATE-----",
		"-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----",
		{},
		[],
		[null],
		[[]],
		[undefined],
		[""],
		[1],
		["x", "x"],
		[{}],
		[new Uint8Array(0)],
		[new Uint8Array(31)],
		[thrower],
		thrower,
		() => undefined,
		class {},
		new Uint8Array(0),
		new Uint8Array(1),
		new Uint8Array(32),
		new Uint8Array(4000),
		new ArrayBuffer(0),
		new ArrayBuffer(64),
		new DataView(new ArrayBuffer(8)),
		new Uint16Array(16),
		new Float64Array(4),
		new Date(0),
		/x/,
		new Map(),
		Promise.resolve(),
		new Error("x"),
		globalThis,
		new Secret(8),
		new Proxy({}, traps),
		new Proxy([], traps),
		new Proxy(thrower, traps),
		new Proxy(new Uint8Array(32), {}),
		revoked({}),
		revoked([]),
		[new Proxy({}, traps)],
		[revoked({})],
		new Proxy([], { get: (_, name) => (name === "length" ? 4294967295 : undefined) }),
		new Proxy([], { get: (_, name) => (name === "length" ? Symbol() : 1) }),
		Object.create(Uint8Array.prototype),
		Object.create(ArrayBuffer.prototype),
		Object.create(RootStore.prototype),
		Object.create(null),
		{ length: 1e9 },
		{ byteLength: 1e9 },
		Object.create(ArrayBuffer.prototype, { byteLength: { value: 1e9 } }),
		{ valueOf: thrower, toString: thrower },
		{ [Symbol.toPrimitive]: thrower },
		{
			get identity(): never {
				return thrower();
			},
		},
		{ identity: "a", key: new Uint8Array(15) },
		{ identity: "a", key: new Uint8Array(65) },
		{ identity: "", key },
		{ identity: "a", key, hash: "md5" },
		{ identity: "a", key, hash: {} },
		{ identity: "a", key, protocol: "x" },
		{ identity: "a", key, cipherSuite: "x" },
		{ identity: "a", key, maxEarlyData: -1 },
		{ identity: {}, key },
		{ identity: "a", key: "b" },
		{ identity: "a", keys: key },
		{ identity: revoked({}), key },
		{ identity: "a", key: new Proxy(key, {}) },
		Object.create({ identity: "a", key }),
		JSON.parse('{"__proto__":1,"identity":"a"}'),
	];
}

/** How a value is shown in a failure: nothing of it may run. */
export function kindOf(value: unknown, index: number): string {
	return `value ${index}, a ${typeof value}`;
}
