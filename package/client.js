// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/client".
import Modules from "modules";

const { TLSClient } = Modules.importNow("tls/client");

export { TLSClient };
export default TLSClient;
