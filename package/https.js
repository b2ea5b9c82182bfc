// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/https".
import Modules from "modules";

const { HTTPRequest, HTTPClient } = Modules.importNow("tls/https");

export { HTTPRequest, HTTPClient };
export default HTTPClient;
