/* The accelerators' names; see names.h. */

#include "sim.h"
#include "names.h"

static Name make(const char* format, ...) __attribute__((format(printf, 1, 2)));

static Name make(const char* format, ...)
{
	Name name;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(name.text, sizeof(name.text), format, arguments);
	va_end(arguments);
	return name;
}

Name nameOfHash(psa_algorithm_t algorithm)
{
	switch (algorithm) {
	case PSA_ALG_MD5: return make("MD5");
	case PSA_ALG_SHA_1: return make("SHA-1");
	case PSA_ALG_SHA_224: return make("SHA-224");
	case PSA_ALG_SHA_256: return make("SHA-256");
	case PSA_ALG_SHA_384: return make("SHA-384");
	case PSA_ALG_SHA_512: return make("SHA-512");
	default: return make("hash 0x%08x", (unsigned)algorithm);
	}
}

Name nameOfMAC(psa_algorithm_t algorithm)
{
	if (PSA_ALG_IS_HMAC(algorithm))
		return make("HMAC-%s", nameOfHash(PSA_ALG_HMAC_GET_HASH(algorithm)).text);
	if (PSA_ALG_FULL_LENGTH_MAC(algorithm) == PSA_ALG_CMAC)
		return make("AES-CMAC");
	return make("MAC 0x%08x", (unsigned)algorithm);
}

Name nameOfAEAD(psa_algorithm_t algorithm)
{
	switch (PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(algorithm)) {
	case PSA_ALG_GCM: return make("AES-GCM");
	case PSA_ALG_CCM: return make("AES-CCM");
	case PSA_ALG_CHACHA20_POLY1305: return make("ChaCha20-Poly1305");
	default: return make("AEAD 0x%08x", (unsigned)algorithm);
	}
}

Name nameOfCipher(psa_algorithm_t algorithm)
{
	switch (algorithm) {
	case PSA_ALG_CBC_NO_PADDING:
	case PSA_ALG_CBC_PKCS7: return make("AES-CBC");
	case PSA_ALG_CTR: return make("AES-CTR");
	case PSA_ALG_ECB_NO_PADDING: return make("AES-ECB");
	case PSA_ALG_STREAM_CIPHER: return make("ChaCha20");
	default: return make("cipher 0x%08x", (unsigned)algorithm);
	}
}

Name nameOfKey(const psa_key_attributes_t* attributes)
{
	psa_key_type_t type = psa_get_key_type(attributes);
	unsigned bits = (unsigned)psa_get_key_bits(attributes);
	if (PSA_KEY_TYPE_IS_RSA(type))
		return make("RSA %u", bits);
	if (!PSA_KEY_TYPE_IS_ECC(type))
		return make("key 0x%04x", (unsigned)type);
	switch (PSA_KEY_TYPE_ECC_GET_FAMILY(type)) {
	case PSA_ECC_FAMILY_SECP_R1: return make("P-%u", bits);
	case PSA_ECC_FAMILY_MONTGOMERY: return make(bits == 255 ? "X25519" : "X%u", bits);
	case PSA_ECC_FAMILY_TWISTED_EDWARDS: return make(bits == 255 ? "Ed25519" : "Ed%u", bits);
	default: return make("curve 0x%02x of %u bits", (unsigned)PSA_KEY_TYPE_ECC_GET_FAMILY(type), bits);
	}
}

/* Asking for attributes may take memory, which the device does not need. */
static Name nameOfHeldKey(mbedtls_svc_key_id_t key, psa_key_type_t* type)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	nativeMemoryPause(true);
	psa_status_t status = psa_get_key_attributes(key, &attributes);
	Name name = status == PSA_SUCCESS ? nameOfKey(&attributes) : make("no key");
	*type = psa_get_key_type(&attributes);
	psa_reset_key_attributes(&attributes);
	nativeMemoryPause(false);
	return name;
}

Name nameOfKeyUse(const char* before, mbedtls_svc_key_id_t key, const char* behind)
{
	psa_key_type_t type;
	Name name = nameOfHeldKey(key, &type);
	return make("%s%s%s", before, name.text, behind);
}

Name nameOfAgreement(mbedtls_svc_key_id_t key)
{
	psa_key_type_t type;
	Name name = nameOfHeldKey(key, &type);
	bool isWeierstrass = PSA_KEY_TYPE_IS_ECC(type) && PSA_KEY_TYPE_ECC_GET_FAMILY(type) == PSA_ECC_FAMILY_SECP_R1;
	return isWeierstrass ? make("ECDH %s", name.text) : name;
}

Name nameOfSignature(mbedtls_svc_key_id_t key, const char* use)
{
	psa_key_type_t type;
	Name name = nameOfHeldKey(key, &type);
	bool isECDSA = PSA_KEY_TYPE_IS_ECC(type) && PSA_KEY_TYPE_ECC_GET_FAMILY(type) == PSA_ECC_FAMILY_SECP_R1;
	return make("%s%s %s", isECDSA ? "ECDSA " : "", name.text, use);
}

Name nameOfVerification(int kind, size_t bits)
{
	enum { kRSA = 1 }; /* KeyKind in hardware/signature.ts */
	return make(kind == kRSA ? "RSA %u verify" : "ECDSA P-%u verify", (unsigned)bits);
}
