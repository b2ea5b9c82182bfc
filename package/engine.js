// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/engine".
import Modules from "modules";

const { Engine, createEngine } = Modules.importNow("tls/engine");

export { Engine, createEngine };
