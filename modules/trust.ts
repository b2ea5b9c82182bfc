/*
	PUBLIC, "tls/trust": whom a connection trusts. A RootStore is read where it lies, in flash; trustCertificates makes one of an application's
	own certificates, once for any number of connections.
*/

export { RootStore, trustCertificates } from "./x509/trust";
export type { CertificateInput } from "./x509/trust";
export type { ClockOption } from "./x509/time";
