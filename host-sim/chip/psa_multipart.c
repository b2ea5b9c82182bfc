/*
	Operations of PSA Crypto that take several calls, counted; see psa_count.h. PSA's operations are opaque, so a table
	says which accelerator each one works with, from its setup to its end.
*/

#include "sim.h"
#include "accelerators.h"
#include "names.h"

typedef struct Operation {
	struct Operation* next;
	const void* address;
	Name name;
} Operation;

static Operation* operations;

static Operation* find(const void* address)
{
	Operation* operation = operations;
	while (operation && operation->address != address)
		operation = operation->next;
	return operation;
}

/* One that was given up without an abort is replaced when its memory is used again. */
static void begin(const void* address, Name name)
{
	Operation* operation = find(address);
	if (!operation) {
		operation = c_calloc(1, sizeof(Operation));
		if (!operation)
			return;
		operation->address = address;
		operation->next = operations;
		operations = operation;
	}
	operation->name = name;
}

static void forget(const void* address)
{
	for (Operation** link = &operations; *link; link = &(*link)->next) {
		Operation* operation = *link;
		if (operation->address != address)
			continue;
		*link = operation->next;
		c_free(operation);
		return;
	}
}

/* How this call has to fail, if it has to. One that PSA never set up is left for PSA to refuse. */
static psa_status_t serves(const void* address, size_t bytes)
{
	const Operation* operation = find(address);
	return operation ? acceleratorServes(operation->name.text, bytes) : PSA_SUCCESS;
}

psa_status_t sim_psa_hash_setup(psa_hash_operation_t* operation, psa_algorithm_t alg)
{
	psa_status_t status = psa_hash_setup(operation, alg);
	if (status == PSA_SUCCESS)
		begin(operation, nameOfHash(alg));
	return status;
}

psa_status_t sim_psa_hash_update(psa_hash_operation_t* operation, const uint8_t* input, size_t input_length)
{
	psa_status_t fault = serves(operation, input_length);
	if (fault != PSA_SUCCESS)
		return fault;
	return psa_hash_update(operation, input, input_length);
}

psa_status_t sim_psa_hash_finish(psa_hash_operation_t* operation, uint8_t* hash, size_t hash_size, size_t* hash_length)
{
	psa_status_t fault = serves(operation, 0);
	if (fault != PSA_SUCCESS)
		return fault;
	forget(operation);
	return psa_hash_finish(operation, hash, hash_size, hash_length);
}

psa_status_t sim_psa_hash_verify(psa_hash_operation_t* operation, const uint8_t* hash, size_t hash_length)
{
	psa_status_t fault = serves(operation, 0);
	if (fault != PSA_SUCCESS)
		return fault;
	forget(operation);
	return psa_hash_verify(operation, hash, hash_length);
}

psa_status_t sim_psa_hash_clone(const psa_hash_operation_t* source_operation, psa_hash_operation_t* target_operation)
{
	const Operation* source = find(source_operation);
	psa_status_t status = psa_hash_clone(source_operation, target_operation);
	if (status == PSA_SUCCESS && source)
		begin(target_operation, source->name);
	return status;
}

psa_status_t sim_psa_hash_abort(psa_hash_operation_t* operation)
{
	forget(operation);
	return psa_hash_abort(operation);
}

psa_status_t sim_psa_mac_sign_setup(psa_mac_operation_t* operation, mbedtls_svc_key_id_t key, psa_algorithm_t alg)
{
	psa_status_t status = psa_mac_sign_setup(operation, key, alg);
	if (status == PSA_SUCCESS)
		begin(operation, nameOfMAC(alg));
	return status;
}

psa_status_t sim_psa_mac_verify_setup(psa_mac_operation_t* operation, mbedtls_svc_key_id_t key, psa_algorithm_t alg)
{
	psa_status_t status = psa_mac_verify_setup(operation, key, alg);
	if (status == PSA_SUCCESS)
		begin(operation, nameOfMAC(alg));
	return status;
}

psa_status_t sim_psa_mac_update(psa_mac_operation_t* operation, const uint8_t* input, size_t input_length)
{
	psa_status_t fault = serves(operation, input_length);
	if (fault != PSA_SUCCESS)
		return fault;
	return psa_mac_update(operation, input, input_length);
}

psa_status_t sim_psa_mac_sign_finish(psa_mac_operation_t* operation, uint8_t* mac, size_t mac_size, size_t* mac_length)
{
	psa_status_t fault = serves(operation, 0);
	if (fault != PSA_SUCCESS)
		return fault;
	forget(operation);
	return psa_mac_sign_finish(operation, mac, mac_size, mac_length);
}

psa_status_t sim_psa_mac_verify_finish(psa_mac_operation_t* operation, const uint8_t* mac, size_t mac_length)
{
	psa_status_t fault = serves(operation, 0);
	if (fault != PSA_SUCCESS)
		return fault;
	forget(operation);
	return psa_mac_verify_finish(operation, mac, mac_length);
}

psa_status_t sim_psa_mac_abort(psa_mac_operation_t* operation)
{
	forget(operation);
	return psa_mac_abort(operation);
}

psa_status_t sim_psa_cipher_encrypt_setup(
	psa_cipher_operation_t* operation, mbedtls_svc_key_id_t key, psa_algorithm_t alg)
{
	psa_status_t status = psa_cipher_encrypt_setup(operation, key, alg);
	if (status == PSA_SUCCESS)
		begin(operation, nameOfCipher(alg));
	return status;
}

psa_status_t sim_psa_cipher_decrypt_setup(
	psa_cipher_operation_t* operation, mbedtls_svc_key_id_t key, psa_algorithm_t alg)
{
	psa_status_t status = psa_cipher_decrypt_setup(operation, key, alg);
	if (status == PSA_SUCCESS)
		begin(operation, nameOfCipher(alg));
	return status;
}

psa_status_t sim_psa_cipher_update(psa_cipher_operation_t* operation, const uint8_t* input, size_t input_length,
	uint8_t* output, size_t output_size, size_t* output_length)
{
	psa_status_t fault = serves(operation, input_length);
	if (fault != PSA_SUCCESS)
		return fault;
	return psa_cipher_update(operation, input, input_length, output, output_size, output_length);
}

psa_status_t sim_psa_cipher_finish(
	psa_cipher_operation_t* operation, uint8_t* output, size_t output_size, size_t* output_length)
{
	psa_status_t fault = serves(operation, 0);
	if (fault != PSA_SUCCESS)
		return fault;
	forget(operation);
	return psa_cipher_finish(operation, output, output_size, output_length);
}

psa_status_t sim_psa_cipher_abort(psa_cipher_operation_t* operation)
{
	forget(operation);
	return psa_cipher_abort(operation);
}
