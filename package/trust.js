// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/package/trust".
export { RootStore, trustCertificates } from "moddable:tls/package/trust";
