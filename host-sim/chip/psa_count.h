/*
	The accelerator model. An app's natives are compiled with this in front. Counting functions (psa_oneshot.c,
	psa_multipart.c) stand in for the calls of PSA Crypto that reach an accelerator on the chip. Each call is counted
	with its bytes under a name. It fails or is late if script asked for that (the module "simulator"); otherwise the
	real function is called. Done by macro, so that it is the same with every linker.

		names						calls									bytes
		SHA-256 ...					hash update, finish, compute, compare	hashed
		HMAC-SHA-256 ...			MAC compute, verify, update, finish		authenticated
		AES-GCM, ChaCha20-Poly1305	one record sealed or opened				text without tag
		AES-CBC, AES-CTR ...		cipher update, finish, encrypt, decrypt	in; for records of AES-CCM, too
		P-256 key pair ...			generate key							0
		P-256 public key ...		export public key						0
		ECDH P-256, X25519 ...		raw key agreement						of the shared secret
		ECDSA P-256 verify, RSA 2048 sign ...	sign, verify a hash			of the hash
		RSA 2048 verify				hardware/psa/rsa.c						of the hash
		ECDSA P-256 verify			hardware/psa/p256.c						of the hash
		ML-KEM-768 key pair, ... decapsulation	hardware/mlkem/mlkem.c		of the public key, the ciphertext
		RSA 2048 encrypt			asymmetric encrypt						in
		DS RSA 2048 sign ...		esp_ds_sign (ds.c)						of the signature
		key import					import key								of the key
		random						generate random							out
*/

#ifndef SIM_PSA_COUNT_H
#define SIM_PSA_COUNT_H

#include <psa/crypto.h>

/* clang-format off */
/* All functions that are counted; the same in Mbed TLS 2.28 and 3. */
#define SIM_PSA_FUNCTIONS(ITEM) \
	ITEM(hash_setup) ITEM(hash_update) ITEM(hash_finish) ITEM(hash_verify) ITEM(hash_clone) ITEM(hash_abort) \
	ITEM(hash_compute) ITEM(hash_compare) \
	ITEM(mac_sign_setup) ITEM(mac_verify_setup) ITEM(mac_update) ITEM(mac_sign_finish) ITEM(mac_verify_finish) ITEM(mac_abort) \
	ITEM(mac_compute) ITEM(mac_verify) \
	ITEM(cipher_encrypt_setup) ITEM(cipher_decrypt_setup) ITEM(cipher_update) ITEM(cipher_finish) ITEM(cipher_abort) \
	ITEM(cipher_encrypt) ITEM(cipher_decrypt) \
	ITEM(aead_encrypt) ITEM(aead_decrypt) ITEM(generate_key) ITEM(export_public_key) ITEM(raw_key_agreement) \
	ITEM(sign_hash) ITEM(verify_hash) ITEM(asymmetric_encrypt) ITEM(import_key) ITEM(generate_random)
/* clang-format on */

#define SIM_PSA_DECLARE(NAME) extern __typeof__(psa_##NAME) sim_psa_##NAME;
SIM_PSA_FUNCTIONS(SIM_PSA_DECLARE)
#undef SIM_PSA_DECLARE

#ifndef SIM_CHIP
/* hardware/psa/chip.h: what the chip does is chosen when the simulator starts */
int simChipFeatures(void);
	#define XS_TLS_CHIP simChipFeatures()

/* hardware/psa/rsa.c and p256.c, which are not calls of PSA: a KeyKind, the key's bits, the hash's bytes */
psa_status_t simCountVerify(int kind, size_t bits, size_t bytes);
	#define XS_TLS_COUNT_VERIFY simCountVerify
/* ../../hardware/mlkem */
psa_status_t simCount(const char* name, size_t bytes);
	#define XS_TLS_COUNT simCount

	#define psa_hash_setup sim_psa_hash_setup
	#define psa_hash_update sim_psa_hash_update
	#define psa_hash_finish sim_psa_hash_finish
	#define psa_hash_verify sim_psa_hash_verify
	#define psa_hash_clone sim_psa_hash_clone
	#define psa_hash_abort sim_psa_hash_abort
	#define psa_hash_compute sim_psa_hash_compute
	#define psa_hash_compare sim_psa_hash_compare
	#define psa_mac_sign_setup sim_psa_mac_sign_setup
	#define psa_mac_verify_setup sim_psa_mac_verify_setup
	#define psa_mac_update sim_psa_mac_update
	#define psa_mac_sign_finish sim_psa_mac_sign_finish
	#define psa_mac_verify_finish sim_psa_mac_verify_finish
	#define psa_mac_abort sim_psa_mac_abort
	#define psa_mac_compute sim_psa_mac_compute
	#define psa_mac_verify sim_psa_mac_verify
	#define psa_cipher_encrypt_setup sim_psa_cipher_encrypt_setup
	#define psa_cipher_decrypt_setup sim_psa_cipher_decrypt_setup
	#define psa_cipher_update sim_psa_cipher_update
	#define psa_cipher_finish sim_psa_cipher_finish
	#define psa_cipher_abort sim_psa_cipher_abort
	#define psa_cipher_encrypt sim_psa_cipher_encrypt
	#define psa_cipher_decrypt sim_psa_cipher_decrypt
	#define psa_aead_encrypt sim_psa_aead_encrypt
	#define psa_aead_decrypt sim_psa_aead_decrypt
	#define psa_generate_key sim_psa_generate_key
	#define psa_export_public_key sim_psa_export_public_key
	#define psa_raw_key_agreement sim_psa_raw_key_agreement
	#define psa_sign_hash sim_psa_sign_hash
	#define psa_verify_hash sim_psa_verify_hash
	#define psa_asymmetric_encrypt sim_psa_asymmetric_encrypt
	#define psa_import_key sim_psa_import_key
	#define psa_generate_random sim_psa_generate_random
#endif

#endif
