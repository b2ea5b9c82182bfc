/*
 * In place of Mbed TLS's own: says that the processor has no AES instructions, in programs whose instructions are
 * counted (measure.ts).
 */

int __wrap_mbedtls_aesni_has_support(unsigned int what);

int __wrap_mbedtls_aesni_has_support(unsigned int what)
{
	(void)what;
	return 0;
}
