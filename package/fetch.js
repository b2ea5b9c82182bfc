// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/fetch".
import Modules from "modules";

const { fetch, Headers, Response } = Modules.importNow("tls/fetch");

export { fetch, Headers, Response };
export default fetch;
