/*
	Fails the build if the SDK's TLS is still behind a name of the drop-ins. It is preloaded, and so runs when the app
	is linked. mcconfig takes the first of two files for one module without a word.
*/

import SecureSocket from "securesocket";
import Session from "ssl/session";
import TLSSocket from "embedded:io/socket/tcp/tls";
import { SecureSocket as OurSecureSocket } from "./securesocket";
import { Session as OurSession } from "./session";
import { TLSSocket as OurTLSSocket } from "./tlssocket";

function expectOurs(name: string, found: unknown, ours: unknown): void {
	if (found !== ours)
		throw new Error(
			`"${name}" is not the one of xs-tls/modules/sdk: leave the other out with "~" under "modules", and delete the app's build folder`,
		);
}

expectOurs("embedded:io/socket/tcp/tls", TLSSocket, OurTLSSocket);
expectOurs("securesocket", SecureSocket, OurSecureSocket);
expectOurs("ssl/session", Session, OurSession);
