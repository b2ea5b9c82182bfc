// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/names".
import Modules from "modules";

const { suiteName, groupName, schemeName, versionName, phaseNames } = Modules.importNow("tls/names");

export { suiteName, groupName, schemeName, versionName, phaseNames };
