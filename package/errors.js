// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/errors".
import Modules from "modules";

const { TLSError, asTLSError, refuse } = Modules.importNow("tls/errors");

export { TLSError, asTLSError, refuse };
