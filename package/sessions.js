// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/package/sessions".
import SessionStore from "moddable:tls/package/sessions";

export { SessionStore } from "moddable:tls/package/sessions";
export default SessionStore;
