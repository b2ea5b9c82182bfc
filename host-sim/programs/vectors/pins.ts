/*
	SHA-256 of each file of Project Wycheproof's test vectors that the tests use, at the commit that ../vectors.ts
	names.
*/

export const vectorPins: Readonly<Record<string, string>> = {
	"aes_ccm_test.json": "e713a981df1f261098245f4a1031a34a611df93e0d83f4a6a2c1a13e9ba62d7b",
	"aes_gcm_test.json": "985e5ecc172e181eaf49e89508b9470dcf478002eb7e8559c707eb42dc97dfe7",
	"chacha20_poly1305_test.json": "fe61d25f90e1bde4461d00eafe61049e5f29bd999f36b766df9cda90906ad53d",
	"ecdh_secp256r1_ecpoint_test.json": "648f16d077caf2400d02331ca51f44744c72c799830c8d0595d0b18b6dd9f886",
	"ecdh_secp256r1_test.json": "cdb8bd5d1206fddb6618c69ffa18f303b4752caba321d348d4aacae3f20cbec4",
	"ecdh_secp384r1_ecpoint_test.json": "ffa7835fe1de359dff762c8f1272b98acebd5578e2f855d969051ff956c6dca3",
	"ecdh_secp384r1_test.json": "25a9c41573dbea97c5b4be2dd00369fa68dc37ac8f41807d8e16226d188ec6a7",
	"ecdsa_secp256r1_sha256_test.json": "182db4f3e230f6f9fa9f800d2a614dede30284b8e8438bbfe1171905402e9332",
	"ecdsa_secp256r1_sha512_test.json": "8e940baad7c6172c58c8f354b10366d307be43a3cb82a5880cb46686c3e8f858",
	"ecdsa_secp384r1_sha256_test.json": "660c948e5433279ecdf966e8a1386b69ecec618efc1ff00269e85aa9dc84f0a6",
	"ecdsa_secp384r1_sha384_test.json": "8a5b3ae1760975143414811f13588c24d951d9d8c904195087ba327591dfe9cc",
	"ecdsa_secp521r1_sha512_test.json": "0fa3bb09a2319242253028b53d555fb8ec2081d891271321205cdaeabb3eef3e",
	"ed25519_test.json": "752d2ea7d7c6cf4736381b6cbacb61f8182b126ab7cd9b058f00c50084975536",
	"hkdf_sha256_test.json": "bb2b462a38b251cb52a2aede706d6d4b62b26864f4e80c95497507ddb07c5f1e",
	"hkdf_sha384_test.json": "69ff6ea3657bb9c1b8cdffbbb4e7832353d08fd15c0d9997b03f7a6b180e3678",
	"hmac_sha1_test.json": "b521c6180a862247986392d3cb49b511fc7fe790e75bee236f84e36ca290c7c0",
	"hmac_sha256_test.json": "2d201cfa61d1bf95e6f5d07d96634b4a348b31e8eaa277ad7c8d09677b7a743f",
	"hmac_sha384_test.json": "28b9776e979dd755d852ca471043ea6cedce8b15f7a28abdf6ea9efd982b43c0",
	"hmac_sha512_test.json": "b6c90477bdb4a6fc8ee3d1f7b2c0b69a8dfffab34718abaa6cabd71cc2ba1207",
	"mlkem_768_keygen_seed_test.json": "fde5abe284396f4cb3c4610b90d680f0b57782e94c3365c97aee59e24881ebe4",
	"mlkem_768_test.json": "c2bc0264a150c3a4399da72701d154672e9f708420cff8f01340ef0b1f17f4f7",
	"rsa_pss_2048_sha256_mgf1_32_test.json": "7f6efafc160f4816b96cbf1c12188a31051d7e3f001e27505d9edb5f2a0e325c",
	"rsa_pss_2048_sha384_mgf1_48_test.json": "66d464778b0b2f683a1d1a20e94f77e9472b8cc393b45f423fa08a48e677063c",
	"rsa_pss_3072_sha256_mgf1_32_test.json": "cca48433e6d1accb57f65b3396c4f4dd93c776467101c3f0948e74c283fd4749",
	"rsa_pss_4096_sha384_mgf1_48_test.json": "d632649a7630f7c267eda576714ca11cf0ff068d6622f576b8701f923c112577",
	"rsa_pss_4096_sha512_mgf1_64_test.json": "c93ceaa56a190c9fd4707441c5c6a75839f108202d88aec891697f9623042547",
	"rsa_signature_2048_sha256_test.json": "94a917b01ff50fb874cfc05bf29b4af44868d944a6558201cf18380da93fb393",
	"rsa_signature_2048_sha384_test.json": "c571c105d261c0ff588a2888a529f152563fb3b77894b7620d4e4f8f934f2c1d",
	"rsa_signature_3072_sha256_test.json": "0f5f18cabfaad3e2792e82f7e9882f8999049b456714de924b8a5e202f61ca43",
	"rsa_signature_4096_sha384_test.json": "bc26f16b9fc9a90628864d3d1111ef48a4bd00b9d4870bfab88ff326e309e073",
	"rsa_signature_4096_sha512_test.json": "9d6e67b1eb0d7040db411835238efd20e9302399a258bdff82de3f38e0f2855a",
	"x25519_test.json": "35c3f5231cf25cc640b524d403461deee9e49441d5d915a3a25b2c8ff5adbe7d",
};
