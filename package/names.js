// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/package/names".
export { suiteName, groupName, schemeName, versionName, phaseNames } from "moddable:tls/package/names";
