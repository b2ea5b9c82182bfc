/*
	Options that are numbers, lists or keys: the last good value and the first bad one.
*/

import { equal, ok, test, throws } from "test/harness";
import type { Config } from "tls/config";
import { configure } from "tls/configure";
import { ProtocolVersion } from "tls/wire/numbers";

const trusted = { serverName: "server.example", pins: [new Uint8Array(32)], pinsInsteadOfRoots: true };

function made(options: object): Config {
	return configure({ ...trusted, ...options }, undefined);
}

for (const [name, good, bad] of [
	["maxMessage", [1024, 0xffffff], [1023, 0x1000000, 0, -1, 2048.5, NaN]],
	["maxSendFragment", [512, 16384], [511, 16385, 0, NaN]],
	["recordSizeLimit", [64, 16385], [63, 16386]],
	["tls_max_fragment_length", [512, 1024, 2048, 4096], [256, 511, 513, 8192]],
	["recordPadding", [2, 1024], [1, 1025, 0]],
	["timeout", [0, 1, 0x7fffffff], [-1, 0x80000000, 0.5]],
	["idleTimeout", [0, 1, 0x7fffffff], [-1, 0x80000000, 0.5]],
	["closeTimeout", [0, 1, 60000], [-1, 60001, 0.5]],
	[
		"minVersion",
		[ProtocolVersion.tls12, ProtocolVersion.tls13],
		[ProtocolVersion.tls12 - 1, ProtocolVersion.tls13 + 1],
	],
	[
		"maxVersion",
		[ProtocolVersion.tls12, ProtocolVersion.tls13],
		[ProtocolVersion.tls12 - 1, ProtocolVersion.tls13 + 1],
	],
] as const) {
	test(`"${name}" at its bounds and beyond`, () => {
		for (const value of good) {
			const config = made({ [name]: value }) as unknown as Record<string, unknown>;
			if (name !== "tls_max_fragment_length") equal(config[name], value);
		}
		for (const value of bad) {
			const error = throws(() => made({ [name]: value }), "configuration");
			ok(error.message.includes(`"${name}"`), error.message);
		}
	});
}

test("protocols have 1 to 255 characters", () => {
	for (const length of [1, 255])
		equal(made({ applicationLayerProtocolNegotiation: ["h2", "x".repeat(length)] }).protocols.length, 2);
	for (const length of [0, 256])
		throws(() => made({ applicationLayerProtocolNegotiation: ["h2", "x".repeat(length)] }), "configuration");
});

test("all protocols together have at most 65,533 bytes, a length with each", () => {
	// 255 names of 255 characters, and one that fills the rest
	const protocols = (last: number): string[] => [
		...Array.from({ length: 255 }, (_, i) => String(i).padEnd(255, "x")),
		"y".repeat(last),
	];
	equal(made({ applicationLayerProtocolNegotiation: protocols(252) }).protocols.length, 256);
	const error = throws(() => made({ applicationLayerProtocolNegotiation: protocols(253) }), "configuration");
	ok(error.message.includes("65533"), error.message);
});

test("lists have at most 1,024 items", () => {
	const protocols = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
	equal(made({ applicationLayerProtocolNegotiation: protocols(1024) }).protocols.length, 1024);
	const error = throws(() => made({ applicationLayerProtocolNegotiation: protocols(1025) }), "configuration");
	ok(error.message.includes("1025"), error.message);
});

test("options have at most 16 prototypes", () => {
	const options = (count: number): object => {
		let prototype: object = Object.prototype;
		for (let i = 0; i < count; i++) prototype = Object.create(prototype) as object;
		return Object.assign(Object.create(prototype) as object, trusted);
	};
	configure(options(16), undefined);
	ok(throws(() => configure(options(17), undefined), "configuration").message.includes("16 prototypes"));
});

test("of an unknown option's name 40 characters are shown", () => {
	const shown = (length: number): string => throws(() => made({ ["q".repeat(length)]: 1 }), "configuration").message;
	for (const length of [39, 40]) ok(shown(length).includes(`"${"q".repeat(length)}" is not an option`), shown(length));
	ok(shown(41).includes(`"${"q".repeat(40)}" is not an option`), shown(41));
});

test("pins have 32 bytes", () => {
	for (const length of [31, 33])
		throws(() => made({ pins: [new Uint8Array(32), new Uint8Array(length)] }), "configuration");
});

test("a pre-shared key without its identity or its key", () => {
	const key = new Uint8Array(32).fill(1);
	for (const [psk, says] of [
		[{ key }, '"psk": "identity" is missing'],
		[{ identity: "x" }, '"psk": "key" is missing'],
	] as const)
		equal(throws(() => made({ psk: psk as never }), "configuration").message, says);
});

test("a pre-shared key for a protocol that is not offered", () => {
	const psk = { identity: "x", key: new Uint8Array(16), protocol: "a" };
	for (const [applicationLayerProtocolNegotiation, isRight] of [
		[undefined, false],
		[["b"], false],
		[["b", "a"], true],
	] as const) {
		const make = (): unknown => configure({ psk, applicationLayerProtocolNegotiation }, "a.example");
		if (isRight) make();
		else equal(throws(make, "configuration").message.startsWith('"psk": its "protocol" is not offered'), true);
	}
});

test("a pre-shared key has 16 to 64 bytes, its identity 1 to 1024", () => {
	const psk = (identity: number, key: number) =>
		made({ psk: { identity: new Uint8Array(identity).fill(0x41), key: new Uint8Array(key).fill(1) } }).psk!;
	for (const [identity, key] of [
		[1, 16],
		[1024, 64],
	] as const) {
		const option = psk(identity, key);
		equal([option.identity.length, option.secret!.length], [identity, key]);
	}
	for (const [identity, key, word] of [
		[0, 16, "identity"],
		[1025, 16, "identity"],
		[1, 15, "key"],
		[1, 65, "key"],
	] as const) {
		const error = throws(() => psk(identity, key), "configuration");
		ok(error.message.includes(`"${word}"`), error.message);
	}
});

test("early data of a pre-shared key: any 32-bit number", () => {
	const psk = (maxEarlyData: number) =>
		made({ psk: { identity: "x", key: new Uint8Array(32).fill(1), maxEarlyData } }).psk!.maxEarlyData;
	for (const value of [0, 0xffffffff]) equal(psk(value), value);
	for (const value of [-1, 0x100000000]) throws(() => psk(value), "configuration");
});
