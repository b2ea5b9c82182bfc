/*
	Project Wycheproof's vectors, each file in a run of its own: wycheproof.ts inside XS.
*/

import { join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../host-sim/build/files.js";
import { lacks, lacksVectors, vectorFile } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";

const files = [
	"hmac_sha256",
	"hmac_sha384",
	"hmac_sha512",
	"x25519",
	"ecdh_secp256r1_ecpoint",
	"ecdh_secp384r1_ecpoint",
	"ecdsa_secp256r1_sha256",
	"ecdsa_secp256r1_sha512",
	"ecdsa_secp384r1_sha256",
	"ecdsa_secp384r1_sha384",
	"ecdsa_secp521r1_sha512",
	"rsa_pss_2048_sha256_mgf1_32",
	"rsa_pss_2048_sha384_mgf1_48",
	"rsa_pss_3072_sha256_mgf1_32",
	"rsa_pss_4096_sha384_mgf1_48",
	"rsa_pss_4096_sha512_mgf1_64",
	"rsa_signature_2048_sha256",
	"rsa_signature_2048_sha384",
	"rsa_signature_3072_sha256",
	"rsa_signature_4096_sha384",
	"rsa_signature_4096_sha512",
];

const lacksSodium = lacks("dpkg-source", "dpkg-dev");

if (lacksVectors) test("Wycheproof", { skip: lacksVectors }, () => {});
else {
	for (const file of files) {
		runSuite(join(projectRoot, "tests", "vectors", "wycheproof.ts"), "vectors", {
			title: file,
			extra: { data: { vectors: vectorFile(`wycheproof/${file}_test`) } },
		});
	}
	for (const file of ["rsa_pss_2048_sha256_mgf1_32", "rsa_signature_2048_sha256"]) {
		runSuite(join(projectRoot, "tests", "vectors", "wycheproof.ts"), "vectors", {
			title: `${file}, RSA by PSA Crypto`,
			config: { rsa: "psa" },
			extra: { data: { vectors: vectorFile(`wycheproof/${file}_test`) }, defines: { rsa: { psa: 1 } } },
		});
	}
	if (lacksSodium) test("ed25519", { skip: lacksSodium }, () => {});
	else
		runSuite(join(projectRoot, "tests", "vectors", "wycheproof.ts"), "vectors", {
			title: "ed25519",
			extra: {
				data: { vectors: vectorFile("wycheproof/ed25519_test") },
				include: ["../modules/optional/ed25519/manifest.json"],
			},
		});
}
