/* "embedded:io/socket/tcp/tls", in place of the SDK's. */

export { TLSSocket as default } from "tls/sdk/tlssocket";
