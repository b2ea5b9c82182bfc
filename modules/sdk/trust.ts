/*
	Whom a connection trusts by default: the SDK's certificates, resources of the name ca*.der, as with the SDK's own
	TLS. Without any, the root store that the manifest names as config.roots.
*/

import config from "mc/config";
import Resource from "Resource";
import { TLSError } from "tls/errors";
import { RootStore } from "tls/trust";

/** The SDK has 238 (8.2.3). */
const HIGHEST_NUMBER = 511;

/** Each is read for each connection: more of them belong into a root store. */
const MAX_CERTIFICATES = 32;

/** Numbers of the certificates that the app has, once they were looked for. */
let present: readonly number[] | undefined;

function findCertificates(): readonly number[] {
	const numbers: number[] = [];
	for (let i = 0; i <= HIGHEST_NUMBER; i++) if (Resource.exists(`ca${i}.der`)) numbers.push(i);
	if (numbers.length > MAX_CERTIFICATES)
		throw new TLSError(
			"configuration",
			`the app has ${numbers.length} resources of the name ca*.der, at most ${MAX_CERTIFICATES} are read: make a root store of them with \`npm run roots\``,
		);
	return numbers;
}

/** The option `certificate` or `roots`; neither if the app has nothing of the kind. */
export function defaultTrust(): { certificate?: HostBuffer[]; roots?: RootStore } {
	present ??= findCertificates();
	if (present.length) return { certificate: present.map(number => new Resource(`ca${number}.der`)) };
	return config.roots ? { roots: new RootStore(new Resource(config.roots)) } : {};
}
