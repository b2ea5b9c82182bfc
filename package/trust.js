// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/trust".
import Modules from "modules";

const { RootStore, trustCertificates } = Modules.importNow("tls/trust");

export { RootStore, trustCertificates };
