/*
	CCM of ccm.c inside XS, over the packet vectors of RFC 3610 section 8 and Project Wycheproof's. Further plaintexts
	have lengths at the ends of what RFC 3610 allows, with Node's crypto as reference.
*/

import { createCipheriv, randomBytes, type CipherCCM } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";
import { lacksVectors, variants, vectorFile } from "../../drivers/machine.js";
import { runSuite } from "../../drivers/suite.js";

interface Sample {
	readonly name: string;
	readonly key: string;
	readonly nonce: string;
	readonly additional: string;
	readonly text: string;
	/** Text and tag. */
	readonly sealed: string;
	/** Bytes. */
	readonly tag: number;
	/** What PSA calls the outcome of opening it. */
	readonly outcome: "right" | "wrong tag" | "wrong lengths";
}

const keys = ["c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "d7828d13b2b0bdc325a76236df93cc6b"] as const;

/** Which key, nonce, additional data, text, and text and tag as sealed: packet vectors 1 to 24. */
const rfc3610 = [
	[
		0,
		"00000003020100a0a1a2a3a4a5",
		"0001020304050607",
		"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
		"588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0",
	],
	[
		0,
		"00000004030201a0a1a2a3a4a5",
		"0001020304050607",
		"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		"72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916",
	],
	[
		0,
		"00000005040302a0a1a2a3a4a5",
		"0001020304050607",
		"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
		"51b1e5f44a197d1da46b0f8e2d282ae871e838bb64da8596574adaa76fbd9fb0c5",
	],
	[
		0,
		"00000006050403a0a1a2a3a4a5",
		"000102030405060708090a0b",
		"0c0d0e0f101112131415161718191a1b1c1d1e",
		"a28c6865939a9a79faaa5c4c2a9d4a91cdac8c96c861b9c9e61ef1",
	],
	[
		0,
		"00000007060504a0a1a2a3a4a5",
		"000102030405060708090a0b",
		"0c0d0e0f101112131415161718191a1b1c1d1e1f",
		"dcf1fb7b5d9e23fb9d4e131253658ad86ebdca3e51e83f077d9c2d93",
	],
	[
		0,
		"00000008070605a0a1a2a3a4a5",
		"000102030405060708090a0b",
		"0c0d0e0f101112131415161718191a1b1c1d1e1f20",
		"6fc1b011f006568b5171a42d953d469b2570a4bd87405a0443ac91cb94",
	],
	[
		0,
		"00000009080706a0a1a2a3a4a5",
		"0001020304050607",
		"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
		"0135d1b2c95f41d5d1d4fec185d166b8094e999dfed96c048c56602c97acbb7490",
	],
	[
		0,
		"0000000a090807a0a1a2a3a4a5",
		"0001020304050607",
		"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		"7b75399ac0831dd2f0bbd75879a2fd8f6cae6b6cd9b7db24c17b4433f434963f34b4",
	],
	[
		0,
		"0000000b0a0908a0a1a2a3a4a5",
		"0001020304050607",
		"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
		"82531a60cc24945a4b8279181ab5c84df21ce7f9b73f42e197ea9c07e56b5eb17e5f4e",
	],
	[
		0,
		"0000000c0b0a09a0a1a2a3a4a5",
		"000102030405060708090a0b",
		"0c0d0e0f101112131415161718191a1b1c1d1e",
		"07342594157785152b074098330abb141b947b566aa9406b4d999988dd",
	],
	[
		0,
		"0000000d0c0b0aa0a1a2a3a4a5",
		"000102030405060708090a0b",
		"0c0d0e0f101112131415161718191a1b1c1d1e1f",
		"676bb20380b0e301e8ab79590a396da78b834934f53aa2e9107a8b6c022c",
	],
	[
		0,
		"0000000e0d0c0ba0a1a2a3a4a5",
		"000102030405060708090a0b",
		"0c0d0e0f101112131415161718191a1b1c1d1e1f20",
		"c0ffa0d6f05bdb67f24d43a4338d2aa4bed7b20e43cd1aa31662e7ad65d6db",
	],
	[
		1,
		"00412b4ea9cdbe3c9696766cfa",
		"0be1a88bace018b1",
		"08e8cf97d820ea258460e96ad9cf5289054d895ceac47c",
		"4cb97f86a2a4689a877947ab8091ef5386a6ffbdd080f8e78cf7cb0cddd7b3",
	],
	[
		1,
		"0033568ef7b2633c9696766cfa",
		"63018f76dc8a1bcb",
		"9020ea6f91bdd85afa0039ba4baff9bfb79c7028949cd0ec",
		"4ccb1e7ca981befaa0726c55d378061298c85c92814abc33c52ee81d7d77c08a",
	],
	[
		1,
		"00103fe41336713c9696766cfa",
		"aa6cfa36cae86b40",
		"b916e0eacc1c00d7dcec68ec0b3bbb1a02de8a2d1aa346132e",
		"b1d23a2220ddc0ac900d9aa03c61fcf4a559a4417767089708a776796edb723506",
	],
	[
		1,
		"00764c63b8058e3c9696766cfa",
		"d0d0735c531e1becf049c244",
		"12daac5630efa5396f770ce1a66b21f7b2101c",
		"14d253c3967b70609b7cbb7c499160283245269a6f49975bcadeaf",
	],
	[
		1,
		"00f8b678094e3b3c9696766cfa",
		"77b60f011c03e1525899bcae",
		"e88b6a46c78d63e52eb8c546efb5de6f75e9cc0d",
		"5545ff1a085ee2efbf52b2e04bee1e2336c73e3f762c0c7744fe7e3c",
	],
	[
		1,
		"00d560912d3f703c9696766cfa",
		"cd9044d2b71fdb8120ea60c0",
		"6435acbafb11a82e2f071d7ca4a5ebd93a803ba87f",
		"009769ecabdf48625594c59251e6035722675e04c847099e5ae0704551",
	],
	[
		1,
		"0042fff8f1951c3c9696766cfa",
		"d85bc7e69f944fb8",
		"8a19b950bcf71a018e5e6701c91787659809d67dbedd18",
		"bc218daa947427b6db386a99ac1aef23ade0b52939cb6a637cf9bec2408897c6ba",
	],
	[
		1,
		"00920f40e56cdc3c9696766cfa",
		"74a0ebc9069f5b37",
		"1761433c37c5a35fc1f39f406302eb907c6163be38c98437",
		"5810e6fd25874022e80361a478e3e9cf484ab04f447efff6f0a477cc2fc9bf548944",
	],
	[
		1,
		"0027ca0c7120bc3c9696766cfa",
		"44a3aa3aae6475ca",
		"a434a8e58500c6e41530538862d686ea9e81301b5ae4226bfa",
		"f2beed7bc5098e83feb5b31608f8e29c38819a89c8e776f1544d4151a4ed3a8b87b9ce",
	],
	[
		1,
		"005b8ccbcd9af83c9696766cfa",
		"ec46bb63b02520c33c49fd70",
		"b96b49e21d621741632875db7f6c9243d2d7c2",
		"31d750a09da3ed7fddd49a2032aabf17ec8ebf7d22c8088c666be5c197",
	],
	[
		1,
		"003ebe94044b9a3c9696766cfa",
		"47a65ac78b3d594227e85e71",
		"e2fcfbb880442c731bf95167c8ffd7895e337076",
		"e882f1dbd38ce3eda7c23f04dd65071eb41342acdf7e00dccec7ae52987d",
	],
	[
		1,
		"008d493b30ae8b3c9696766cfa",
		"6e37a6ef546d955d34ab6059",
		"abf21c0b02feb88f856df4a37381bce3cc128517d4",
		"f32905b88a641b04b9c9ffb58cc390900f3da12ab16dce9e82efa16da62059",
	],
] as const;

function ofRFC3610(): Sample[] {
	return rfc3610.map(([key, nonce, additional, text, sealed], index) => ({
		name: `RFC 3610, packet vector ${index + 1}`,
		key: keys[key],
		nonce,
		additional,
		text,
		sealed,
		tag: (sealed.length - text.length) / 2,
		outcome: "right",
	}));
}

function ofWycheproof(): Sample[] {
	const { testGroups } = JSON.parse(readFileSync(vectorFile("wycheproof/aes_ccm_test.json"), "utf8"));
	return testGroups.flatMap(({ tests, tagSize }: any) =>
		tests.map(({ tcId, key, iv, aad, msg, ct, tag, result, flags }: any) => ({
			name: `Wycheproof ${tcId}`,
			key,
			nonce: iv,
			additional: aad,
			text: msg,
			sealed: ct + tag,
			tag: tagSize / 8,
			outcome: result !== "invalid" ? "right" : flags.includes("ModifiedTag") ? "wrong tag" : "wrong lengths",
		})),
	);
}

function ofNode(
	nonceLength: number,
	additionalLength: number,
	length: number,
	tag: number,
	cipher: "aes-128-ccm" | "aes-256-ccm",
): Sample {
	const [key, nonce] = [randomBytes(cipher === "aes-128-ccm" ? 16 : 32), randomBytes(nonceLength)];
	// OpenSSL's CCM takes no bytes for no call where they have no address
	const [additional, text] = [randomBytes(additionalLength), randomBytes(length + 1).subarray(1)];
	const sealer: CipherCCM = createCipheriv(cipher, key, nonce, { authTagLength: tag });
	if (additionalLength > 0) sealer.setAAD(additional, { plaintextLength: length });
	const sealed = Buffer.concat([sealer.update(text), sealer.final(), sealer.getAuthTag()]);
	const hex = (bytes: Buffer): string => bytes.toString("hex");
	return {
		name: `Node: ${cipher}, nonce of ${nonceLength}, additional data of ${additionalLength}, text of ${length}, tag of ${tag}`,
		outcome: "right",
		key: hex(key),
		nonce: hex(nonce),
		additional: hex(additional),
		text: hex(text),
		sealed: hex(sealed),
		tag,
	};
}

/** Lengths that RFC 3610 has not, each beside one that it has. */
function ofLengths(): Sample[] {
	const right = [
		ofNode(13, 0, 0, 16, "aes-128-ccm"),
		ofNode(13, 14, 65535, 4, "aes-128-ccm"),
		ofNode(12, 0, 65536, 16, "aes-256-ccm"),
		ofNode(7, 0xfeff, 1, 6, "aes-256-ccm"),
		ofNode(11, 1006, 5, 14, "aes-128-ccm"),
		ofNode(11, 1005, 17, 14, "aes-128-ccm"),
		ofNode(11, 1007, 0, 12, "aes-128-ccm"),
	];
	const { key, nonce } = right[0]!;
	const wrong = (name: string, more: Partial<Sample>): Sample => ({
		name,
		key,
		nonce,
		additional: "",
		text: "00",
		sealed: `00${"00".repeat(more.tag ?? 16)}`,
		tag: 16,
		outcome: "wrong lengths",
		...more,
	});
	return [
		...right,
		...[14, 6, 0].map(length => wrong(`a nonce of ${length} bytes`, { nonce: "00".repeat(length) })),
		...[18, 7, 2, 0].map(tag => wrong(`a tag of ${tag} bytes`, { tag })),
		wrong("additional data of 65,280 bytes", { additional: "00".repeat(0xff00) }),
		wrong("65,536 bytes with a nonce of 13", { text: "00".repeat(65536), sealed: "00".repeat(65536 + 16) }),
	];
}

const folder = mkdtempSync(join(tmpdir(), "xs-tls-ccm-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function check(title: string, samples: readonly Sample[]): void {
	const file = join(folder, title.replace(/\W/g, "-"));
	writeFileSync(`${file}.json`, JSON.stringify(samples));
	for (const variant of variants) {
		runSuite(join(projectRoot, "tests/vectors/ccm/main.ts"), "vectors/ccm", {
			title: `CCM: ${title}`,
			variant,
			extra: { data: { ccm: file } },
		});
	}
}

check("RFC 3610 and Node", [...ofRFC3610(), ...ofLengths()]);
if (lacksVectors) test("CCM: Wycheproof", { skip: lacksVectors }, () => {});
else check("Wycheproof", ofWycheproof());
