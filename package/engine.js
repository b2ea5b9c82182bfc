// For mcpack, whose packages are JavaScript: the module that the manifest has under the name "tls/package/engine".
export { Engine, createEngine } from "moddable:tls/package/engine";
