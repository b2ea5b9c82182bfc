/*
	Until when a chain holds: the earliest end of its certificates, the trusted root, and a stapled status that must
	come.
*/

import { makeCertificate, makeKey } from "../../../host-sim/servers/certificates.js";
import { respond } from "../../peers/ocsp.js";
import { pin } from "./pins.js";
import { accepted, attacker, day, host, makeWorld, now, type ChainCase, type Changes } from "./chain.js";

const soon = Math.floor(now / 1000) * 1000 + 2 * day;
const ends = { notAfter: new Date(soon) };

/** All certificates end later, but for those that `changes` names. */
function ending(name: string, changes: Changes): ChainCase {
	const { root, upper, lower, leaf } = makeWorld(changes);
	return accepted(`ends with ${name}`, [leaf, lower, upper], { trusted: [root], until: soon });
}

export function endCases(): ChainCase[] {
	const { root, upper, lower, leaf } = makeWorld({ leaf: ends });
	const long = makeWorld({ leaf: { notAfter: new Date(soon + day) } });
	const alone = makeCertificate({ subject: "alone", key: makeKey("p256"), names: [host], ...ends });
	const stranger = makeCertificate({
		subject: "Lower CA",
		key: attacker,
		issuer: upper,
		isAuthority: true,
		notAfter: new Date(soon - day),
	});
	const staple = respond({ certificate: long.leaf, issuer: long.lower, nextUpdate: soon });
	const chain = [long.leaf, long.lower, long.upper];
	return [
		ending("the server's certificate", { leaf: ends }),
		ending("the authority below", { lower: ends }),
		ending("the authority above", { upper: ends }),
		ending("the root", { root: ends }),
		ending("the earliest of all", {
			root: { notAfter: new Date(soon + day) },
			upper: ends,
			leaf: { notAfter: new Date(soon + 2 * day) },
		}),
		accepted("ends with a certificate that is trusted itself", [alone], { trusted: [alone], until: soon }),
		accepted("ends with the path, not with what is in no path", [leaf, stranger, lower, upper], {
			trusted: [root],
			until: soon,
		}),
		accepted(
			"doesn't end with a pinned authority, of which only the key counts",
			[long.leaf, makeWorld({ lower: { notAfter: new Date(soon - day) } }).lower],
			{ trusted: undefined, pins: [pin(long.lower)], until: soon + day },
		),
		accepted("ends with a status that must come", chain, { staple, requiresStatus: true, until: soon }),
		accepted("doesn't end with a status that need not come", chain, { staple, until: soon + day }),
	];
}
