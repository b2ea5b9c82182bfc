/* "securesocket", in place of the SDK's. */

export { SecureSocket as default } from "tls/sdk/securesocket";
