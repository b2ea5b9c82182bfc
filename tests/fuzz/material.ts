/*
	What host-sim/programs/fuzz/material.ts has made, as the runs want it.
*/

import config from "mc/config";
import { bytes } from "test/harness";
import { readCredential } from "tls/handshake/identity";
import { trustCertificates } from "tls/trust";
import type { Identity, Material } from "./flight";

/** In hexadecimal. */
interface Given {
	readonly root: string;
	readonly intermediate: string;
	readonly rsa: string;
	readonly ec: string;
	readonly rsaKey: string;
	readonly ecKey: string;
	readonly client: string;
	readonly clientKey: string;
	readonly stapleRSA: string;
	readonly stapleEC: string;
	readonly bomb: string;
}

function identity(leaf: Uint8Array, above: Uint8Array, key: string, isRSA: boolean): Identity {
	const chain = [leaf, above];
	const credential = readCredential({ clientCertificates: chain, clientKey: bytes(key) })!;
	return { chain, credential, scheme: isRSA ? 0x0804 : 0x0403, scheme12: isRSA ? 0x0401 : 0x0403, isRSA };
}

export function readMaterial(): Material {
	const given = JSON.parse(config.material) as Given;
	const [root, intermediate, rsa, ec] = [
		bytes(given.root),
		bytes(given.intermediate),
		bytes(given.rsa),
		bytes(given.ec),
	];
	return {
		roots: trustCertificates([root]),
		rsa: identity(rsa, intermediate, given.rsaKey, true),
		ec: identity(ec, intermediate, given.ecKey, false),
		staples: { rsa: bytes(given.stapleRSA), ec: bytes(given.stapleEC) },
		client: { certificate: bytes(given.client), key: bytes(given.clientKey) },
		bomb: bytes(given.bomb),
		certificates: [root, intermediate, rsa, ec],
		sessions13: [],
		sessions12: [],
	};
}
