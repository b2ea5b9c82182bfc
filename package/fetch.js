// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/package/fetch".
import fetch from "moddable:tls/package/fetch";

export { fetch, Headers, Response } from "moddable:tls/package/fetch";
export default fetch;
