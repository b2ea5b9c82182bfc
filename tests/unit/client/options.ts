/*
	The options as an app gets them wrong: each with values of every type, and with objects that run code of their own.
	All that comes of it is TLSError "configuration" that names the option, or a configuration that nothing can change
	later.
*/

import { equal, fail, note, ok, test, throws } from "test/harness";
import { configure } from "tls/configure";
import type { Options } from "tls/options";
import {
	host,
	certificate,
	privateKey,
	otherKey,
	pin,
	pinned,
	rooted,
	key,
	bases,
	names,
	thrower,
	traps,
	revoked,
	hostileValues,
	kindOf,
} from "test/unit/client/hostile";

test("every option with every value", () => {
	let tried = 0,
		refused = 0;
	for (const name of names) {
		const values = hostileValues();
		for (let i = 0; i < values.length; i++) {
			tried++;
			try {
				configure({ ...(bases[name] ?? pinned), [name]: values[i] }, host);
			} catch (error) {
				refused++;
				const { code, message } = error as { code?: string; message?: string };
				if (code !== "configuration") fail(`"${name}", ${kindOf(values[i], i)}: ${code}: ${message}`);
				if (!message!.includes(`"${name}`)) fail(`"${name}", ${kindOf(values[i], i)}, is not named: ${message}`);
			}
		}
	}
	note(`${tried} values of options, ${refused} refused`);
	ok(tried > 2000 && refused > 1500);
});

test("no option takes null", () => {
	for (const name of names)
		throws(() => configure({ ...(bases[name] ?? pinned), [name]: null }, host), "configuration");
});

test("empty lists", () => {
	for (const [options, says] of [
		[{ certificate: [] }, '"certificate" must have 1 to 1024 items, not 0'],
		[{ ...rooted, pins: [] }, '"pins" must have 1 to 1024 items, not 0'],
		[{ ...pinned, cipherSuites: [] }, '"cipherSuites" must have'],
		[{ ...pinned, clientCertificates: [], clientKey: privateKey }, '"clientCertificates" must have'],
	] as const)
		equal(throws(() => configure(options as Options, host), "configuration").message.slice(0, says.length), says);
	equal(configure({ ...pinned, applicationLayerProtocolNegotiation: [] }, host).protocols, []);
});

test("one to four identities", () => {
	const identities = (count: number): Options => ({
		...pinned,
		clientIdentities: Array.from({ length: count }, () => ({ clientCertificates: certificate, clientKey: privateKey })),
	});
	for (const count of [1, 4]) {
		const { credential, otherCredentials } = configure(identities(count), host);
		equal(otherCredentials?.length ?? 0, count - 1);
		for (const one of [credential!, ...(otherCredentials ?? [])]) one.close();
	}
	for (const count of [0, 5])
		equal(
			throws(() => configure(identities(count), host), "configuration").message,
			`"clientIdentities" must have 1 to 4 items, not ${count}`,
		);
});

test("options whose name means something to JavaScript", () => {
	for (const name of [
		"__proto__",
		"constructor",
		"toString",
		"hasOwnProperty",
		"valueOf",
		"prototype",
		"length",
		"then",
		"",
	]) {
		const options = JSON.parse(`{${JSON.stringify(name)}:true}`) as object;
		const given = Object.defineProperties({ ...pinned }, Object.getOwnPropertyDescriptors(options));
		const { message } = throws(() => configure(given, host), "configuration");
		ok(message.startsWith(`"${name}" is not an option`), message);
		throws(
			() =>
				configure(
					{ psk: Object.defineProperties({ identity: "a", key }, Object.getOwnPropertyDescriptors(options)) as never },
					host,
				),
			"configuration",
		);
	}
});

test("inherited properties are not options, and a pin on a prototype is not passed over", () => {
	const message = throws(() => configure(Object.create(pinned) as Options, host), "configuration").message;
	ok(message.includes("is inherited"), message);
	// Object.prototype itself is frozen, in the simulator and on a device
	const deep = Object.create(Object.create(Object.create({ verify: false }))) as object;
	ok(
		throws(() => configure(Object.assign(deep, rooted), host), "configuration").message.includes(
			'"verify" is inherited',
		),
	);
	equal(configure(Object.assign(Object.create(null), rooted) as Options, host).certificates.pins, undefined);
});

test("an unknown option names the one that was meant", () => {
	for (const [name, meant] of [
		["servername", "serverName"],
		["serverNmae", "serverName"],
		["pin", "pins"],
		["certificates", "certificate"],
		["minversion", "minVersion"],
		["tlsMaxFragmentLength", "tls_max_fragment_length"],
		["onsession", "onSession"],
		["clientCertificate", "clientCertificates"],
		["ca", "certificate"],
		["cert", "clientCertificates"],
		["cache", "sessions"],
		["key", "clientKey"],
		["ALPNProtocols", "applicationLayerProtocolNegotiation"],
		["ciphers", "cipherSuites"],
		["sigalgs", "signatureAlgorithms"],
		["tls_elliptic_curves", "groups"],
		["tls_server_name", "serverName"],
		["cipherXXXXes", "cipherSuites"],
	] as const)
		equal(
			throws(() => configure({ ...pinned, [name]: 1 }, host), "configuration").message,
			`"${name}" is not an option: did you mean "${meant}"?`,
		);
	for (const name of ["insecure", "x".repeat(100000), "\u0000", "rejectUnauthorized", "cipherXXXXXs"]) {
		const { message } = throws(() => configure({ ...pinned, [name]: 1 }, host), "configuration");
		ok(message.length < 100 && message.endsWith("is not an option"), message);
	}
});

test("options must be an object", () => {
	for (const given of [null, undefined, 1, "x", [], new Uint8Array(4), thrower, Symbol()])
		ok(
			throws(() => configure(given as Options, host), "configuration").message.startsWith('"secure" must be an object'),
		);
	for (const given of [new Proxy({}, traps), revoked({})])
		equal(
			throws(() => configure(given as Options, host), "configuration").message,
			'"secure" can\'t be read: its getter or proxy throws',
		);
});

test("each option is read once, and a getter that throws is named", () => {
	for (const name of names) {
		let reads = 0;
		const given = Object.defineProperty({ ...(bases[name] ?? pinned) }, name, {
			enumerable: true,
			get: () => void reads++,
		});
		try {
			configure(given, host);
		} catch (error) {
			equal((error as { code?: string }).code, "configuration", name);
		}
		equal(reads, 1, name);
		const throwing = Object.defineProperty({ ...(bases[name] ?? pinned) }, name, { enumerable: true, get: thrower });
		equal(
			throws(() => configure(throwing, host), "configuration").message,
			`"${name}" can't be read: its getter or proxy throws`,
		);
	}
});

test("what was checked can't change later", () => {
	const pins = [pin.slice()],
		protocols = ["h2", "http/1.1"],
		suites = ["TLS_AES_128_GCM_SHA256"],
		early = new Uint8Array(4).fill(5);
	const identity = Uint8Array.of(1, 2, 3),
		secret = key.slice(),
		chain = [certificate.slice()],
		privateCopy = privateKey.slice();
	const config = configure(
		{
			pins,
			pinsInsteadOfRoots: true,
			applicationLayerProtocolNegotiation: protocols,
			cipherSuites: suites,
			minVersion: 0x304,
			earlyData: early,
			psk: { identity, key: secret },
			clientCertificates: chain,
			clientKey: privateCopy,
		},
		host,
	);
	for (const list of [pins, protocols, suites, chain]) list.length = 0;
	for (const buffer of [early, identity, secret, privateCopy]) buffer.fill(0);
	equal(
		config.certificates.pins!.map(one => one.length),
		[32],
	);
	equal(config.protocols, ["h2", "http/1.1"]);
	equal(config.suites.length, 1);
	equal(config.earlyData!, new Uint8Array(4).fill(5));
	equal(config.psk!.identity, Uint8Array.of(1, 2, 3));
	const copy = new Uint8Array(32);
	config.psk!.secret!.export(copy, 0);
	equal(copy, key);
	equal(config.credential!.chain[0]!, certificate);
	ok(config.credential!.sign(0x0403, new Uint8Array(32)).length > 60);
	const later = pin.slice();
	const { certificates } = configure({ pins: [later], pinsInsteadOfRoots: true }, host);
	later.fill(9);
	equal(certificates.pins![0]!, pin);
});

test("buffers of every kind, and parts of them", () => {
	const around = new Uint8Array(48);
	around.set(key, 8);
	for (const form of [
		key,
		key.buffer,
		new DataView(around.buffer, 8, 32),
		new Uint16Array(around.buffer, 8, 16),
		around.subarray(8, 40),
	]) {
		const { psk } = configure({ psk: { identity: "a", key: form as Uint8Array } }, host);
		const copy = new Uint8Array(32);
		psk!.secret!.export(copy, 0);
		equal(copy, key);
	}
	// what a property says of a buffer does not count
	const lying = Object.defineProperties(key.slice(), {
		length: { value: 1e9 },
		byteLength: { value: 1e9 },
		buffer: { value: 1e9 },
		byteOffset: { value: -1 },
	});
	configure({ psk: { identity: "a", key: lying } }, host);
	for (const [none, what] of [
		[5, "a number"],
		[{ byteLength: 32 }, "an object"],
	] as const) {
		const options = { ...pinned, clientCertificates: [none as never], clientKey: key };
		const { message } = throws(() => configure(options, host), "configuration");
		equal(message, `"clientCertificates" must be a buffer, not ${what}`);
	}
});

test("the client's certificate and key", () => {
	const identity = (clientCertificates: unknown, clientKey: unknown) =>
		configure({ ...pinned, clientCertificates, clientKey } as Options, host).credential!;
	equal(identity(certificate, privateKey).chain.length, 1);
	const says = (certificates: unknown, given: unknown): string =>
		throws(() => identity(certificates, given), "configuration").message;
	equal(says(certificate, otherKey), '"clientKey" is another key than that of the first of "clientCertificates"');
	equal(says(certificate.slice(0, 100), privateKey).slice(0, 21), '"clientCertificates":');
	equal(says(new Uint8Array(40), privateKey).slice(0, 21), '"clientCertificates":');
	const text = ArrayBuffer.fromString("-----BEGIN PRIVATE KEY-----");
	ok(says(certificate, text).startsWith('"clientKey" has a buffer with PEM text, expected DER'));
	ok(says(text, privateKey).startsWith('"clientCertificates" has a buffer with PEM text, expected DER'));
	for (const encrypted of [
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----",
		"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIB\n-----END RSA PRIVATE KEY-----",
	])
		ok(says(certificate, encrypted).startsWith('"clientKey" is encrypted'));
	const encrypted = Uint8Array.of(0x30, 0x0a, 0x30, 0x03, 0x06, 0x01, 0x2a, 0x04, 0x03, 1, 2, 3);
	ok(says(certificate, encrypted).startsWith('"clientKey" is encrypted'));
	equal(says(certificate, certificate), '"clientKey" is not a private key: is it a certificate?');
	for (let at = 0; at < certificate.length; at++) {
		// ours is for the server to judge, but nothing else comes of it than an error of the options
		const changed = certificate.slice();
		changed[at]! ^= 1 << (at % 8);
		try {
			identity(changed, privateKey);
		} catch (error) {
			equal((error as { code?: string }).code, "configuration");
		}
	}
});

test("what the function sign returns is checked", () => {
	for (const wrong of [
		undefined,
		null,
		1e9,
		"text",
		[],
		{},
		new Uint8Array(0),
		new Uint8Array(513),
		new Proxy(new Uint8Array(64), {}),
	]) {
		const { credential } = configure({ ...pinned, clientCertificates: certificate, sign: () => wrong as never }, host);
		ok(throws(() => credential!.sign(0x0403, new Uint8Array(32)), "configuration").message.includes('"sign"'));
	}
	for (const length of [1, 512])
		equal(
			configure(
				{ ...pinned, clientCertificates: certificate, sign: () => new Uint8Array(length) },
				host,
			).credential!.sign(0x0403, new Uint8Array(32)).length,
			length,
		);
	for (const right of [new Uint8Array(70), new ArrayBuffer(70), new DataView(new ArrayBuffer(70))])
		equal(
			configure({ ...pinned, clientCertificates: certificate, sign: () => right as never }, host).credential!.sign(
				0x0403,
				new Uint8Array(32),
			).length,
			70,
		);
});

test("protocolVersion stands for both versions", () => {
	for (const version of [0x303, 0x304]) {
		const { minVersion, maxVersion } = configure({ ...pinned, protocolVersion: version }, host);
		equal([minVersion, maxVersion], [version, version]);
	}
	for (const version of [0x302, 0x305, 0, 771.5])
		throws(() => configure({ ...pinned, protocolVersion: version }, host), "configuration");
	throws(() => configure({ ...pinned, protocolVersion: 0x303, minVersion: 0x303 }, host), "configuration");
});

test("a clock that throws", () => {
	throws(() => configure({ ...pinned, session: new Uint8Array(100), clock: thrower }, host), "configuration");
});
