/*
	PUBLIC, "tls/trust": whom a connection trusts. A RootStore is read where it is, in flash, a file or a partition;
	`RootStore.open` accepts one from the field. trustCertificates makes one of an application's own certificates, for
	any number of connections.
*/

export { RootStore, trustCertificates } from "./x509/trust";
export type { CertificateInput } from "./x509/trust";
export type { RootBytes, RootMaker, RootSource } from "./x509/rootstore";
export type { ClockOption } from "./x509/time";
