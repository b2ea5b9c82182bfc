// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/package/client".
import TLSClient from "moddable:tls/package/client";

export { TLSClient } from "moddable:tls/package/client";
export default TLSClient;
