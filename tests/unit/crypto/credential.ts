/*
	The client's signatures: keys in each form of DER, checked with their public halves; a function in a key's place.
	The keys were made with OpenSSL for this test.
*/

import { searchMemory } from "simulator";
import { bytes, equal, test, throws } from "test/harness";
import { credentialOfFunction, KeyCredential, pickScheme12, pickScheme13, schemeHash } from "tls/crypto/credential";
import { readPrivateKey } from "tls/crypto/privatekey";
import { KeyKind, Padding, verifySignature } from "tls/crypto/signature";
import { hash, HashAlgorithm, hashLength } from "tls/hardware/hash";

interface Key {
	readonly name: string;
	readonly kind: KeyKind;
	readonly publicKey: string;
	/** Forms of the private key. */
	readonly forms: readonly (readonly [string, string])[];
	readonly schemes: readonly (readonly [number, Padding])[];
}

const rsaKey =
	"308204a20201000282010100ca62fc2e16f05800e8fa1c056b2e1cd4427e4e67218bd8e50165eb153e54b214a982569f292fdcf196cd40" +
	"fb9b349365295c23782caeaf22871702dd784f3a3df332f0e674723e3da8636f4af0f3fc85a34a3fb82b39b0b0f873cd3f3bfb89bec5ed" +
	"7130c933ecb91c34a6ea7f8a281b4472fc9c5b8989830b5c554a022e4177660b23bca6b3cdd2fd6f7ecb3071f867234ae61d8f83abfa52" +
	"2577ec1b6e0e76f92246de30975513fdec7f81396ccdbadd2a5ce9e84ff49c7801e36adf404d354a8f387a4e5a982e86c7f03c43b3d0f3" +
	"670da2f405ee12e17b5f2ea564abdbc3bf3598541fbc994f736e08be2be55774d325430ea1ef9a19a61fd091126f2f5b02030100010282" +
	"01001d8ce06756601769629b0a365c54ea4eafbac375d97712df351a0d7e1790c443b2105ed7746b11a690af3d7abf49a8efcf5f2daaa1" +
	"538c2ccd6eb5b3629aa6d55eca245471d230764e3cde8621b26e3f90fd095ab9acfdb8893e574c915483e340011052e03ddda59591b681" +
	"6cc7de5d44dc4938074188bb829023bfdf9ba3612a1914bf1368ff1893f13b5d1f4e7062b0ec85d505adcd2589f84e320d8513a3292781" +
	"2c9b1b8e546c3a5772b6f9a437857e0114c9f4176f97e05de63cb394130c11328248465d04d1170cc06dd812206060576242744dd94204" +
	"3bcadee2f33719340d540290f6f0c59325b558310a7fa3988228bead73cfd01031eec757d53102818100ebcfd30688dac7e751a430027a" +
	"48bb56dc7db620195e3cdee6febf5468861490806f2ffc2c75f3c0311aa132a73e32efcef8eaeaa00780b3e5809cebf70682988e5c5620" +
	"a87f310ee7eb791b5c234ee30b04181235163eeb192e0cd75a1963473a44c3779e5f4f57e70ce1588c6f20c2ae49519bd14e74754fb10e" +
	"7659d4cfd902818100dbb698f79a9866a4ef59c94db5b7d055eee978d2f6c796c5d518f72f6573dd1b8e1c684a1ad00a085e4850160ea7" +
	"8cd2e007b1f8236ba63d4a75c70e0518e42509c6aded991af5d1cb01decf817cfaa79b9c2eb3a4f3f6ce7f949409a10267187a79ed3b52" +
	"2c35d4387513ccf2252901c2309f861bb8542f674296cab8daac530281802390686727e4b7196ffaaf32f0765faaadfe57a567ae0ac823" +
	"56704caea6ea1b1103b3dcf867a1a76ec071674e49d72ccbae46dfb3daedd233debdcbe8a996b0a367d1a583440b860ffc377ba4ddbe5c" +
	"07a14a701489925baaa48353474764edad2009cad49bd33f929d22af541ebe761e0af8bfe3454dd3137dc48c9ce7b7a1028180547d6961" +
	"7e0fb11927f9cd119719b281f937cb00c569872f587d1b411cb06b8c971f91733dd056ab552655b5c5b8e4cc8ade2ab0135ee8349597a9" +
	"0e5923734852f4161a52502dcb995784c923305e6b69c9aba3e580f39e012dafa7ec44b2449584a197b847cc036a1a8b9cba5953e59b39" +
	"7b7ee4d603799f29da36e6d3208502818078748fd4b4eed8c18f92a02a300bf5f85284a750345cecb6e28c7d18a26c71651c53cf2f1972" +
	"ec7a343a8bfec6fdb1d5a1e06aced8c24ddf190f558eca34fc31da19dd42416f831ece2a472774e34bfaf2f832ad2bec0fc5ad84e33d19" +
	"fd63cc98276971ff5c8203cdc600716756ef877b866907cde67386515e956ce9291032";

const keys: readonly Key[] = [
	{
		name: "P-256",
		kind: KeyKind.p256,
		publicKey:
			"049ea587cfd8f9b88955b44c1b51d9e90833ec071556a6d20c2b8a89638a15fc4770fdf55b1a091f1a570ab308d82427a79c756c25cff6" +
			"b2a7e3511ab0e37ee69e",
		forms: [
			[
				"ECPrivateKey",
				"3077020101042063763f37431dc90fe51b5997919ea2e580ed13ebe038bbbab9abaf75211d7651a00a06082a8648ce3d030107a1440342" +
					"00049ea587cfd8f9b88955b44c1b51d9e90833ec071556a6d20c2b8a89638a15fc4770fdf55b1a091f1a570ab308d82427a79c756c25cf" +
					"f6b2a7e3511ab0e37ee69e",
			],
			[
				"PKCS #8",
				"308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b020101042063763f37431dc90fe51b5997919ea2e580ed13" +
					"ebe038bbbab9abaf75211d7651a144034200049ea587cfd8f9b88955b44c1b51d9e90833ec071556a6d20c2b8a89638a15fc4770fdf55b" +
					"1a091f1a570ab308d82427a79c756c25cff6b2a7e3511ab0e37ee69e",
			],
		],
		schemes: [
			[0x0403, Padding.ecdsa],
			[0x0503, Padding.ecdsa],
		],
	},
	{
		name: "P-384",
		kind: KeyKind.p384,
		publicKey:
			"040497e5fccefc1528de0f86439f29540c6a33a3ac1e4f572c0f7f93fadfd4a590cd2e03dec89be931004c711fe801b32e4c36ec363701" +
			"31a4b3b483a82eca907de097e8f55b33130e28e1534d1943b78d3a0bc1aa23d1cb30ddda4e61914c051e",
		forms: [
			[
				"ECPrivateKey",
				"3081a402010104307c5de2862d5747fae514029f41086efa9d55e6c9d99af088e5097e27480c5b3fbf083e13237694b264d6e60909912c" +
					"8aa00706052b81040022a164036200040497e5fccefc1528de0f86439f29540c6a33a3ac1e4f572c0f7f93fadfd4a590cd2e03dec89be9" +
					"31004c711fe801b32e4c36ec36370131a4b3b483a82eca907de097e8f55b33130e28e1534d1943b78d3a0bc1aa23d1cb30ddda4e61914c" +
					"051e",
			],
			[
				"PKCS #8",
				"3081b6020100301006072a8648ce3d020106052b8104002204819e30819b02010104307c5de2862d5747fae514029f41086efa9d55e6c9" +
					"d99af088e5097e27480c5b3fbf083e13237694b264d6e60909912c8aa164036200040497e5fccefc1528de0f86439f29540c6a33a3ac1e" +
					"4f572c0f7f93fadfd4a590cd2e03dec89be931004c711fe801b32e4c36ec36370131a4b3b483a82eca907de097e8f55b33130e28e1534d" +
					"1943b78d3a0bc1aa23d1cb30ddda4e61914c051e",
			],
		],
		schemes: [
			[0x0503, Padding.ecdsa],
			[0x0403, Padding.ecdsa],
		],
	},
	{
		name: "P-521",
		kind: KeyKind.p521,
		publicKey:
			"04007b2b1b82359606ebe4ab3397fb68a23bab432debf92d2c2835d48ad690504a525aa82b77c90d85efd9bb90b176a11623c20f53b974" +
			"4370f56d236a2066c5accd59012266ec5b07d73ccf95734372c2303e74222fa217b3fcfffdb49d20986cf29098430befbd2baab203c2a7" +
			"e8b8896c8988d715330036d01097dad16f806c35fbfcd8",
		forms: [
			[
				"ECPrivateKey",
				"3081dc020101044200755bf34a132479a4aad93da359a483a1ea5fdcc1f0d8a0f206df236faca8247200f0c7aaf6540cc3f4bb0302c8a0" +
					"ea8e3079802811ddbcea11329f34f0dbc35a4fa00706052b81040023a181890381860004007b2b1b82359606ebe4ab3397fb68a23bab43" +
					"2debf92d2c2835d48ad690504a525aa82b77c90d85efd9bb90b176a11623c20f53b9744370f56d236a2066c5accd59012266ec5b07d73c" +
					"cf95734372c2303e74222fa217b3fcfffdb49d20986cf29098430befbd2baab203c2a7e8b8896c8988d715330036d01097dad16f806c35" +
					"fbfcd8",
			],
			[
				"PKCS #8",
				"3081ee020100301006072a8648ce3d020106052b810400230481d63081d3020101044200755bf34a132479a4aad93da359a483a1ea5fdc" +
					"c1f0d8a0f206df236faca8247200f0c7aaf6540cc3f4bb0302c8a0ea8e3079802811ddbcea11329f34f0dbc35a4fa18189038186000400" +
					"7b2b1b82359606ebe4ab3397fb68a23bab432debf92d2c2835d48ad690504a525aa82b77c90d85efd9bb90b176a11623c20f53b9744370" +
					"f56d236a2066c5accd59012266ec5b07d73ccf95734372c2303e74222fa217b3fcfffdb49d20986cf29098430befbd2baab203c2a7e8b8" +
					"896c8988d715330036d01097dad16f806c35fbfcd8",
			],
		],
		schemes: [
			[0x0603, Padding.ecdsa],
			[0x0503, Padding.ecdsa],
		],
	},
	{
		name: "RSA",
		kind: KeyKind.rsa,
		publicKey:
			"3082010a0282010100ca62fc2e16f05800e8fa1c056b2e1cd4427e4e67218bd8e50165eb153e54b214a982569f292fdcf196cd40fb9b34" +
			"9365295c23782caeaf22871702dd784f3a3df332f0e674723e3da8636f4af0f3fc85a34a3fb82b39b0b0f873cd3f3bfb89bec5ed7130c9" +
			"33ecb91c34a6ea7f8a281b4472fc9c5b8989830b5c554a022e4177660b23bca6b3cdd2fd6f7ecb3071f867234ae61d8f83abfa522577ec" +
			"1b6e0e76f92246de30975513fdec7f81396ccdbadd2a5ce9e84ff49c7801e36adf404d354a8f387a4e5a982e86c7f03c43b3d0f3670da2" +
			"f405ee12e17b5f2ea564abdbc3bf3598541fbc994f736e08be2be55774d325430ea1ef9a19a61fd091126f2f5b0203010001",
		forms: [
			["RSAPrivateKey", rsaKey],
			["PKCS #8", "308204bc020100300d06092a864886f70d0101010500048204a6" + rsaKey],
		],
		schemes: [
			[0x0401, Padding.pkcs1],
			[0x0501, Padding.pkcs1],
			[0x0804, Padding.pss],
			[0x0805, Padding.pss],
			[0x0806, Padding.pss],
		],
	},
];

const content = bytes("00112233445566778899aabbccddeeff");

function digestOf(scheme: number): Uint8Array {
	const algorithm = schemeHash(scheme);
	const digest = new Uint8Array(hashLength(algorithm));
	hash(algorithm, content, 0, content.length, digest, 0);
	return digest;
}

function publicKeyOf({ kind, publicKey }: Key) {
	const piece = bytes(publicKey);
	return { kind, bytes: piece, start: 0, end: piece.length, bits: 0 };
}

/** A credential of the private key `der`, which must be that of `key`. */
function credentialOf(key: Key, der: Uint8Array): KeyCredential {
	return new KeyCredential([], key.kind, readPrivateKey(der, 0, der.length, publicKeyOf(key)));
}

for (const one of keys) {
	const { name, kind, forms, schemes } = one;
	const key = publicKeyOf(one);
	for (const [form, der] of forms) {
		test(`${name} as ${form} signs`, () => {
			const credential = credentialOf(one, bytes(der));
			for (const [scheme, padding] of schemes) {
				// r and s of ECDSA are shorter than the field now and then
				for (let i = 0; i < (kind === KeyKind.rsa ? 1 : 40); i++) {
					const signature = credential.sign(scheme, digestOf(scheme));
					const check = (): boolean =>
						verifySignature(
							key,
							padding,
							schemeHash(scheme),
							content,
							0,
							content.length,
							signature,
							0,
							signature.length,
						);
					equal(check(), true);
					signature[signature.length - 1]! ^= 1;
					equal(check(), false);
				}
			}
		});
		test(`${name} as ${form}, cut anywhere, is refused`, () => {
			const whole = bytes(der);
			for (let length = 0; length < whole.length; length += whole.length > 400 ? 97 : 1)
				throws(() => credentialOf(one, whole.slice(0, length)).sign(schemes[0]![0], digestOf(schemes[0]![0])));
		});
		for (const other of keys) {
			if (other.kind === kind) continue;
			test(`${name} as ${form} is not a key for ${other.name}`, () => {
				throws(() => credentialOf(other, bytes(der)), "configuration");
			});
		}
	}
}

test("a signature holds for its own kind of key, padding and hash alone, and never throws", () => {
	const kinds = [
		KeyKind.rsa,
		KeyKind.p256,
		KeyKind.p384,
		KeyKind.pss,
		KeyKind.pssSHA256,
		KeyKind.pssSHA384,
		KeyKind.pssSHA512,
	] as const;
	/** The kinds of RSA keys that may have signed with this padding and hash. */
	const rsaKinds = (padding: Padding, algorithm: HashAlgorithm): KeyKind[] =>
		padding === Padding.pkcs1
			? [KeyKind.rsa]
			: [KeyKind.rsa, KeyKind.pss, KeyKind.pssSHA256 + algorithm - HashAlgorithm.sha256];
	for (const one of keys) {
		if (one.kind === KeyKind.p521) continue;
		const key = publicKeyOf(one),
			credential = credentialOf(one, bytes(one.forms[0]![1]));
		for (const [scheme, made] of one.schemes) {
			const signature = credential.sign(scheme, digestOf(scheme)),
				algorithm = schemeHash(scheme),
				right = one.kind === KeyKind.rsa ? rsaKinds(made, algorithm) : [one.kind];
			for (const kind of kinds)
				for (const padding of [Padding.pkcs1, Padding.pss, Padding.ecdsa, Padding.ed25519])
					for (const hashed of [HashAlgorithm.sha256, HashAlgorithm.sha384, HashAlgorithm.sha512]) {
						const { length } = content,
							other = { ...key, kind };
						equal(
							verifySignature(other, padding, hashed, content, 0, length, signature, 0, signature.length),
							right.includes(kind) && padding === made && hashed === algorithm,
							`${one.name}, 0x${scheme.toString(16)}: kind ${kind}, padding ${padding}, hash ${hashed}`,
						);
					}
			// a certificate may name Ed25519, which has no hash
			const none = 0 as HashAlgorithm;
			equal(
				verifySignature(key, Padding.ed25519, none, content, 0, content.length, signature, 0, signature.length),
				false,
			);
		}
	}
});

test("signatures with SHA-1 are not verified, whatever asks for it", () => {
	for (const one of keys) {
		if (one.kind === KeyKind.p521) continue;
		for (const [, padding] of one.schemes)
			throws(
				() => verifySignature(publicKeyOf(one), padding, HashAlgorithm.sha1, content, 0, 16, content, 0, 16),
				RangeError,
			);
	}
});

test("r and s of ECDSA are in their shortest form", () => {
	const one = keys[0]!,
		key = publicKeyOf(one),
		[scheme] = one.schemes[0]!,
		credential = credentialOf(one, bytes(one.forms[0]![1]));
	const holds = (signature: Uint8Array): boolean =>
		verifySignature(key, Padding.ecdsa, schemeHash(scheme), content, 0, content.length, signature, 0, signature.length);
	// until r has 32 bytes and needs no zero in front: it would still fit with one
	let signature: Uint8Array;
	do signature = credential.sign(scheme, digestOf(scheme));
	while (signature[3] !== 32);
	equal(holds(signature), true);
	const longer = Uint8Array.of(0x30, signature[1]! + 1, 2, 33, 0, ...signature.slice(4));
	equal(holds(longer), false);
});

/** The DER of an ECPrivateKey without a public key, whose number has these bytes. */
function numberKey(digits: string): Uint8Array {
	const number = bytes(digits);
	return bytes(
		`30${(256 + 5 + number.length).toString(16).slice(1)}02010104${(256 + number.length).toString(16).slice(1)}${digits}`,
	);
}

test("numbers that are shorter or longer than the field", () => {
	for (const [one, width] of [
		[keys[0]!, 32],
		[keys[1]!, 48],
	] as const) {
		const digits = "00".repeat(2) + "11".repeat(width - 2);
		const exported = (der: Uint8Array): Uint8Array => {
			const secret = readPrivateKey(der, 0, der.length, publicKeyOf(one));
			const out = new Uint8Array(width);
			secret.export(out, 0);
			equal(secret.length, width);
			return out;
		};
		for (const same of [digits, digits.slice(2), digits.slice(4), `00${digits}`, `0000${digits}`])
			equal(exported(numberKey(same)), bytes(digits));
		for (const wrong of [`01${digits}`, "11".repeat(width - 5), "11".repeat(width + 1), ""])
			throws(() => exported(numberKey(wrong)), "configuration");
	}
});

const MASK = 0x5a;

/** A private number for P-256, each byte XORed with MASK. */
const maskedNumber = Uint8Array.from({ length: 32 }, (_, i) => (11 + 37 * i) & 0xff);

/** Where the number lies in the clear, but for its first two bytes. */
function numberPlaces(): Record<string, number> {
	const found = searchMemory(maskedNumber.slice(2), MASK) as unknown as Record<string, number>;
	return Object.fromEntries(Object.entries(found).filter(([name, count]) => name !== "total" && count > 0));
}

test("reading a key and signing with it leave no copy of its number", () => {
	const p256 = keys[0]!;
	/** The key in DER, without the public half, and without the first `left` bytes of its number. */
	const read = (left: number): KeyCredential => {
		const length = 32 - left,
			der = new Uint8Array(7 + length);
		der.set([0x30, 5 + length, 2, 1, 1, 4, length]);
		for (let i = 0; i < length; i++) der[7 + i] = maskedNumber[left + i]! ^ MASK;
		const credential = credentialOf(p256, der);
		der.fill(0);
		return credential;
	};
	equal(numberPlaces(), {}, "before");
	// a number that lacks bytes is made as wide as the field
	for (const left of [0, 1, 2]) {
		const credential = read(left);
		equal(numberPlaces(), { native: 1 }, `without ${left} bytes`);
		if (!left) {
			credential.sign(0x0403, digestOf(0x0403));
			equal(numberPlaces(), { native: 1 }, "signed");
		}
		credential.close();
	}
});

test("a key that is not the certificate's is refused", () => {
	for (const one of keys) {
		for (const [form, der] of one.forms) {
			const wrong = { ...publicKeyOf(one) };
			for (const at of [20, wrong.bytes.length - 10]) {
				wrong.bytes = wrong.bytes.slice();
				wrong.bytes[at]! ^= 1;
				const key = bytes(der);
				equal(
					throws(() => readPrivateKey(key, 0, key.length, wrong), "configuration").message,
					'"clientKey" is another key than that of the first of "clientCertificates"',
					`${one.name} as ${form}`,
				);
			}
		}
	}
});

test("a key that is closed, or was handed over, does not sign", () => {
	const [p256] = keys;
	const first = credentialOf(p256!, bytes(p256!.forms[0]![1]));
	const second = first.handOver();
	throws(() => first.sign(0x0403, digestOf(0x0403)));
	first.close();
	equal(second.sign(0x0403, digestOf(0x0403)).length > 60, true);
	second.close();
	throws(() => second.sign(0x0403, digestOf(0x0403)));
	second.close();
});

test("a function signs in place of a key", () => {
	const seen: unknown[] = [];
	const credential = credentialOfFunction([], KeyKind.p256, (scheme, digest) => {
		seen.push(scheme, digest.length);
		return new ArrayBuffer(70);
	});
	equal(credential.sign(0x0403, new Uint8Array(32)).length, 70);
	equal(seen, [0x0403, 32]);
});

test("the scheme is one that the server takes and that goes with the key", () => {
	const credential = (kind: KeyKind) => credentialOfFunction([], kind, () => new Uint8Array(0));
	equal(pickScheme13(credential(KeyKind.p256), [0x0804, 0x0503, 0x0403]), 0x0403);
	equal(pickScheme13(credential(KeyKind.p384), [0x0403]), 0, "TLS 1.3 names the curve");
	equal(pickScheme13(credential(KeyKind.p521), [0x0403, 0x0503]), 0, "TLS 1.3 names the curve");
	equal(pickScheme13(credential(KeyKind.p521), [0x0403, 0x0603]), 0x0603);
	equal(pickScheme12(credential(KeyKind.p521), [0x0403]), 0x0403);
	equal(pickScheme12(credential(KeyKind.p384), [0x0403]), 0x0403, "TLS 1.2 does not");
	equal(pickScheme13(credential(KeyKind.rsa), [0x0401, 0x0501, 0x0601]), 0, "TLS 1.3 has no PKCS #1");
	equal(pickScheme12(credential(KeyKind.rsa), [0x0401, 0x0804]), 0x0804);
	equal(pickScheme12(credential(KeyKind.rsa), [0x0601, 0x0501]), 0x0501);
	equal(pickScheme12(credential(KeyKind.rsa), [0x0201, 0x0403]), 0);
});
