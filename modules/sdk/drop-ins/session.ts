/* "ssl/session", in place of the SDK's. */

export { Session as default } from "tls/sdk/session";
