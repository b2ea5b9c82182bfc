// In JavaScript: mcpack finds no other modules of a package's manifest.
export * from "tls/engine";
