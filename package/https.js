// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/package/https".
import HTTPClient from "moddable:tls/package/https";

export { HTTPRequest, HTTPClient } from "moddable:tls/package/https";
export default HTTPClient;
