/*
 * Calls of PSA Crypto that do their work at once, counted; see psa_count.h. Parameters are those of the real functions.
 */

#include "sim.h"
#include "accelerators.h"
#include "names.h"

#define SERVE(NAME, BYTES)                                          \
	do {                                                            \
		psa_status_t fault = acceleratorServes((NAME).text, BYTES); \
		if (fault != PSA_SUCCESS)                                   \
			return fault;                                           \
	} while (0)

psa_status_t sim_psa_hash_compute(psa_algorithm_t alg, const uint8_t* input, size_t input_length, uint8_t* hash,
	size_t hash_size, size_t* hash_length)
{
	SERVE(nameOfHash(alg), input_length);
	return psa_hash_compute(alg, input, input_length, hash, hash_size, hash_length);
}

psa_status_t sim_psa_hash_compare(
	psa_algorithm_t alg, const uint8_t* input, size_t input_length, const uint8_t* hash, size_t hash_length)
{
	SERVE(nameOfHash(alg), input_length);
	return psa_hash_compare(alg, input, input_length, hash, hash_length);
}

psa_status_t sim_psa_mac_compute(mbedtls_svc_key_id_t key, psa_algorithm_t alg, const uint8_t* input,
	size_t input_length, uint8_t* mac, size_t mac_size, size_t* mac_length)
{
	SERVE(nameOfMAC(alg), input_length);
	return psa_mac_compute(key, alg, input, input_length, mac, mac_size, mac_length);
}

psa_status_t sim_psa_mac_verify(mbedtls_svc_key_id_t key, psa_algorithm_t alg, const uint8_t* input,
	size_t input_length, const uint8_t* mac, size_t mac_length)
{
	SERVE(nameOfMAC(alg), input_length);
	return psa_mac_verify(key, alg, input, input_length, mac, mac_length);
}

psa_status_t sim_psa_cipher_encrypt(mbedtls_svc_key_id_t key, psa_algorithm_t alg, const uint8_t* input,
	size_t input_length, uint8_t* output, size_t output_size, size_t* output_length)
{
	SERVE(nameOfCipher(alg), input_length);
	return psa_cipher_encrypt(key, alg, input, input_length, output, output_size, output_length);
}

psa_status_t sim_psa_cipher_decrypt(mbedtls_svc_key_id_t key, psa_algorithm_t alg, const uint8_t* input,
	size_t input_length, uint8_t* output, size_t output_size, size_t* output_length)
{
	SERVE(nameOfCipher(alg), input_length);
	return psa_cipher_decrypt(key, alg, input, input_length, output, output_size, output_length);
}

psa_status_t sim_psa_aead_encrypt(mbedtls_svc_key_id_t key, psa_algorithm_t alg, const uint8_t* nonce,
	size_t nonce_length, const uint8_t* additional_data, size_t additional_data_length, const uint8_t* plaintext,
	size_t plaintext_length, uint8_t* ciphertext, size_t ciphertext_size, size_t* ciphertext_length)
{
	SERVE(nameOfAEAD(alg), plaintext_length);
	return psa_aead_encrypt(key, alg, nonce, nonce_length, additional_data, additional_data_length, plaintext,
		plaintext_length, ciphertext, ciphertext_size, ciphertext_length);
}

psa_status_t sim_psa_aead_decrypt(mbedtls_svc_key_id_t key, psa_algorithm_t alg, const uint8_t* nonce,
	size_t nonce_length, const uint8_t* additional_data, size_t additional_data_length, const uint8_t* ciphertext,
	size_t ciphertext_length, uint8_t* plaintext, size_t plaintext_size, size_t* plaintext_length)
{
	size_t tag = PSA_ALG_AEAD_GET_TAG_LENGTH(alg);
	SERVE(nameOfAEAD(alg), ciphertext_length > tag ? ciphertext_length - tag : 0);
	return psa_aead_decrypt(key, alg, nonce, nonce_length, additional_data, additional_data_length, ciphertext,
		ciphertext_length, plaintext, plaintext_size, plaintext_length);
}

psa_status_t sim_psa_import_key(
	const psa_key_attributes_t* attributes, const uint8_t* data, size_t data_length, mbedtls_svc_key_id_t* key)
{
	psa_status_t fault = acceleratorServes("key import", data_length);
	if (fault != PSA_SUCCESS)
		return fault;
	return psa_import_key(attributes, data, data_length, key);
}

psa_status_t sim_psa_generate_key(const psa_key_attributes_t* attributes, mbedtls_svc_key_id_t* key)
{
	Name name = nameOfKey(attributes);
	strncat(name.text, " key pair", sizeof(name.text) - strlen(name.text) - 1);
	SERVE(name, 0);
	return psa_generate_key(attributes, key);
}

psa_status_t sim_psa_export_public_key(mbedtls_svc_key_id_t key, uint8_t* data, size_t data_size, size_t* data_length)
{
	SERVE(nameOfKeyUse("", key, " public key"), 0);
	return psa_export_public_key(key, data, data_size, data_length);
}

/* The shared secret is as long as one coordinate, which is what `output_size` has to hold. */
psa_status_t sim_psa_raw_key_agreement(psa_algorithm_t alg, mbedtls_svc_key_id_t private_key, const uint8_t* peer_key,
	size_t peer_key_length, uint8_t* output, size_t output_size, size_t* output_length)
{
	SERVE(nameOfAgreement(private_key), output_size);
	return psa_raw_key_agreement(alg, private_key, peer_key, peer_key_length, output, output_size, output_length);
}

psa_status_t sim_psa_sign_hash(mbedtls_svc_key_id_t key, psa_algorithm_t alg, const uint8_t* hash, size_t hash_length,
	uint8_t* signature, size_t signature_size, size_t* signature_length)
{
	SERVE(nameOfSignature(key, "sign"), hash_length);
	return psa_sign_hash(key, alg, hash, hash_length, signature, signature_size, signature_length);
}

psa_status_t sim_psa_verify_hash(mbedtls_svc_key_id_t key, psa_algorithm_t alg, const uint8_t* hash, size_t hash_length,
	const uint8_t* signature, size_t signature_length)
{
	SERVE(nameOfSignature(key, "verify"), hash_length);
	return psa_verify_hash(key, alg, hash, hash_length, signature, signature_length);
}

psa_status_t sim_psa_asymmetric_encrypt(mbedtls_svc_key_id_t key, psa_algorithm_t alg, const uint8_t* input,
	size_t input_length, const uint8_t* salt, size_t salt_length, uint8_t* output, size_t output_size,
	size_t* output_length)
{
	SERVE(nameOfKeyUse("", key, " encrypt"), input_length);
	return psa_asymmetric_encrypt(key, alg, input, input_length, salt, salt_length, output, output_size, output_length);
}

psa_status_t sim_psa_generate_random(uint8_t* output, size_t output_size)
{
	psa_status_t fault = acceleratorServes("random", output_size);
	if (fault != PSA_SUCCESS)
		return fault;
	return psa_generate_random(output, output_size);
}

psa_status_t simCountVerify(int kind, size_t bits, size_t bytes)
{
	SERVE(nameOfVerification(kind, bits), bytes);
	return PSA_SUCCESS;
}

psa_status_t simCount(const char* name, size_t bytes)
{
	return acceleratorServes(name, bytes);
}
