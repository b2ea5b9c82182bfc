// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/package/errors".
export { TLSError, asTLSError, refuse, thrownText } from "moddable:tls/package/errors";
