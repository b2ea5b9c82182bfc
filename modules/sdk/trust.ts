/*
	Whom a connection trusts by default: the SDK's certificates, resources of the name ca*.der, as with the SDK's own
	TLS. Without any, the root store that the manifest names as config.roots. Certificates
	are read once, and made a store for all connections.
*/

import config from "mc/config";
import Resource from "Resource";
import { refuse } from "tls/errors";
import { RootStore, trustCertificates } from "tls/trust";

/** The SDK has 238 (8.2.3). */
const HIGHEST_NUMBER = 511;

/** All are read at once, into a store in RAM: more of them belong into a root store in flash. */
const MAX_CERTIFICATES = 32;

/** What all connections share, once it was looked for; null if the app has nothing of the kind. */
let store: RootStore | null | undefined;

function findCertificates(): string[] {
	const names: string[] = [];
	for (let i = 0; i <= HIGHEST_NUMBER; i++) if (Resource.exists(`ca${i}.der`)) names.push(`ca${i}.der`);
	if (names.length > MAX_CERTIFICATES)
		refuse(
			`the app has ${names.length} resources of the name ca*.der, at most ${MAX_CERTIFICATES} are read: make a root store of them with \`npm run roots\``,
		);
	return names;
}

function makeStore(): RootStore | null {
	const names = findCertificates();
	if (names.length) return trustCertificates(names.map(name => new Resource(name)));
	return config.roots ? new RootStore(new Resource(config.roots)) : null;
}

/** The option `roots`; none if the app has neither certificates nor a store. */
export function defaultTrust(): { roots?: RootStore } {
	if (store === undefined) store = makeStore();
	return store ? { roots: store } : {};
}
