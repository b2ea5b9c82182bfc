// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/sessions".
import Modules from "modules";

const { SessionStore } = Modules.importNow("tls/sessions");

export { SessionStore };
export default SessionStore;
