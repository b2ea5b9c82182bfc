/*
	Each limit of modules/ that has a name has a test at its last good value and its first bad one: this table says
	where. What bounds a server, a certificate or an option is a constant MAX_..., or a member of one of the enums
	below.
*/

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";

/** By file and name. A limit that only the memory of the device sets is tested where memory is small. */
const where: Readonly<Record<string, string>> = {
	"configure.ts MAX_CLOCK_TOLERANCE": "certificates/options.ts",
	"configure.ts MAX_PROTOCOLS_LENGTH": "unit/client/bounds.ts",
	"configure.ts MAX_SESSION_LIFETIME": "unit/handshake/session.ts",
	"configure.ts MAX_TIMER_MS": "unit/client/bounds.ts",
	"configure.ts MAX_CLOSE_MS": "unit/client/bounds.ts",
	"optionreader.ts MAX_ITEMS": "unit/client/bounds.ts",
	"optionreader.ts MAX_NAME": "unit/client/bounds.ts",
	"optionreader.ts MAX_PROTOTYPES": "unit/client/bounds.ts",
	"driver.ts MAX_CHANGE_CIPHER_SPECS": "faults/floods.test.ts",
	"host.ts Work": "unit/connection/driver.ts",
	"driver.ts MAX_IGNORED": "faults/floods.test.ts",
	"driver.ts MAX_HANDSHAKE_TYPE": "faults/tls12/order.ts",
	"sending.ts MAX_RECORDS": "unit/connection/sending.ts",
	"lifecycle.ts MAX_IDLE_MESSAGES": "faults/floods.test.ts",
	"limits.ts Size": "unit/handshake/limits.ts",
	"numbers.ts ProtocolLength": "unit/record/incoming.ts",
	"writer.ts MAX_UNASKED": "memory/room/room.ts",
	"lengths.ts Longest": "faults/lengths.test.ts",
	"certificate.ts MAX_FILTERS": "unit/handshake/bounds.ts",
	"certificate.ts MAX_NAMES": "unit/handshake/bounds.ts",
	"certificate.ts MAX_SCHEMES": "unit/handshake/readers.ts",
	"agent.ts LONGEST_CHUNK": "unit/https/requests.ts",
	"https.ts LONGEST_TIMER_MS": "unit/https/requests.ts",
	"response.ts MAX_CHUNK_LINE": "unit/https/responses.ts",
	"answers.ts MAX_QUOTED": "faults/extensions13.test.ts",
	"securesocket.ts MAX_PIECES": "sdk/turns.test.ts",
	"response.ts MAX_INTERIM": "unit/https/responses.ts",
	"syntax.ts MAX_LATIN_BYTES": "unit/https/responses.ts",
	"syntax.ts MAX_LENGTH_DIGITS": "unit/https/responses.ts",
	"syntax.ts MAX_NAME_BYTES": "unit/https/responses.ts",
	"syntax.ts MAX_SIZE_DIGITS": "unit/https/responses.ts",
	"syntax.ts MAX_VALUE_BYTES": "unit/https/responses.ts",
	"fetch.ts MAX_REDIRECTS": "https/live.ts",
	"sessions.ts MAX_KEY": "unit/sessions/store.ts",
	"sessions.ts MAX_SESSIONS": "unit/sessions/store.ts",
	"url.ts MAX_SEGMENTS": "unit/https/urls.ts",
	"url.ts MAX_URL": "unit/https/urls.ts",
	"json.ts MAX_DEPTH": "unit/https/text.ts",
	"exporter.ts MAX_LABEL": "unit/handshake/exporter.ts",
	"exporter.ts MAX_CONTEXT": "unit/handshake/exporter.ts",
	"exporter.ts MAX_EXPORT": "unit/handshake/exporter.ts",
	"identity.ts MAX_IDENTITIES": "unit/client/options.ts",
	"identity.ts MAX_COMPARED": "unit/handshake/identities.ts",
	"identity.ts MAX_ISSUERS": "unit/handshake/identities.ts",
	"credential.ts MAX_SIGNATURE_LENGTH": "unit/client/options.ts",
	"identity.ts MAX_ANSWER_RECORDS": "faults/turns.test.ts",
	"identity.ts MAX_REQUESTS": "faults/postauth13.test.ts",
	"application.ts MAX_REFUSALS": "faults/bounds.test.ts",
	"psk.ts MAX_IDENTITY": "unit/client/bounds.ts",
	"session.ts MAX_LIFETIME": "unit/handshake/session.ts",
	"session.ts MAX_SECONDS": "unit/handshake/session.ts",
	"tickets.ts MAX_TICKETS": "faults/psk13.test.ts",
	"trust.ts MAX_CERTIFICATES": "sdk/sdk.test.ts",
	"algorithms.ts RSASize": "certificates/node/bounds.ts",
	"certificate.ts MAX_SHOWN": "certificates/node/bounds.ts",
	"extensions.ts MAX_EXTENSIONS": "certificates/node/bounds.ts",
	"extensions.ts MAX_LOOKED_AT": "unit/handshake/bounds.ts",
	"extensions.ts MAX_FEATURES": "certificates/node/bounds.ts",
	"names.ts MAX_LISTED": "unit/x509/names.ts",
	"ocsp.ts Most": "certificates/node/bounds.ts",
	"ocspresponse.ts MAX_EXTENSIONS": "certificates/node/bounds.ts",
	"ocsp.ts Seconds": "certificates/node/bounds.ts",
	"policies.ts MAX_POLICIES": "certificates/node/policies.ts",
	"policy.ts Limit": "certificates/node/bounds.ts",
	"work.ts Work": "certificates/work.test.ts",
	"unsupported.ts MAX_SHOWN": "certificates/node/oddities.ts",
};

const pattern =
	/^(?:export )?const (?:(MAX_[A-Z_]+|LONGEST_[A-Z_]+(?= = \d)) ?=|enum (Most|Size|ProtocolLength|Longest|RSASize|Seconds|Limit|Work) \{)/gm;

/** Limits of hardware/ (k...Max, k...Min, kMax...), by file and name. */
const whereNative: Readonly<Record<string, string>> = {
	"binding.h kPlaintextMax": "unit/hardware/bounds.ts",
	"binding.h kSecretMax": "unit/hardware/bounds.ts",
	"cbc.c kPaddingMax": "legacy/cbc.ts",
	"ccm.c kNonceMax": "vectors/ccm/main.ts",
	"ccm.c kNonceMin": "vectors/ccm/main.ts",
	"emsa.c kPaddingMin": "ds/emsa/main.ts",
	"names.c kMaxWorkPerByte": "unit/x509/names.ts",
	"general.c kMaxConstraints": "unit/x509/edges.ts",
	"general.c kMaxDNSName": "unit/x509/edges.ts",
	"general.c kMaxLabel": "unit/x509/edges.ts",
	"general.c kMaxWork": "unit/x509/edges.ts",
	"keylog.c kLabelMax": "unit/hardware/bounds.ts",
	"memory.c kAmountMax": "unit/hardware/bounds.ts",
	"names.h kMaxAttributes": "unit/x509/edges.ts",
	"names.h kMaxName": "unit/x509/edges.ts",
	"rsa.h kRSABitsMax": "vectors/rsa/rsa.test.ts",
	"rsa.h kRSABitsMin": "vectors/rsa/rsa.test.ts",
	"rsa.h kRSAExponentBitsMax": "vectors/rsa/rsa.test.ts",
	"secret.c kContextMax": "unit/hardware/bounds.ts",
	"secret.c kLabelMax": "unit/hardware/bounds.ts",
	"secret.c kSeedMax": "unit/hardware/bounds.ts",
};

/** Sizes of buffers, such as a nonce's: nothing that comes from outside is refused for them. */
const sizes: readonly string[] = [
	"aead.c kAdditionalMax",
	"aead.c kIvMax",
	"binding.h kHashMax",
	"dhe.c kPrimeMax",
	"ds.c kSignatureMax",
	"json.c kNameMax",
	"mac.h kMACBlockMax",
	"mac.h kMACMax",
	"rootstore.ts LONGEST_SIGNATURE",
	"signature.c kFieldMax",
	"textdecode.c kSumMax",
];

/** The limits that `pattern` finds in the files of `folder` whose name ends as `ending` says. */
function limitsIn(folder: string, ending: RegExp, pattern: RegExp): string[] {
	const root = join(projectRoot, folder);
	return readdirSync(root, { recursive: true })
		.map(String)
		.filter(file => ending.test(file))
		.flatMap(file =>
			[...readFileSync(join(root, file), "utf8").matchAll(pattern)].map(
				match => `${basename(file)} ${match[1] ?? match[2]}`,
			),
		);
}

function expectTests(found: readonly string[], table: Readonly<Record<string, string>>): void {
	for (const limit of found) {
		const file = table[limit];
		assert.ok(
			file,
			`${limit}: test its last good value and its first bad one, and say in tests/unit/house/limits.test.ts where`,
		);
		assert.ok(existsSync(join(projectRoot, "tests", file)), `${limit}: there is no tests/${file}`);
	}
	const gone = Object.keys(table).filter(limit => !found.includes(limit));
	assert.deepEqual(gone, [], "limits that are gone");
}

test("each limit has a test at its bounds", () => {
	const found = limitsIn("modules", /\.ts$/, pattern).filter(limit => !sizes.includes(limit));
	assert.ok(found.length > 15, "the limits are found");
	expectTests(found, where);
});

test("each limit of the bindings has a test at its bounds", () => {
	const found = limitsIn("hardware", /\.[ch]$/, /\b(k\w*(?:Max|Min)|kMax\w+) =/g).filter(
		limit => !sizes.includes(limit),
	);
	assert.ok(found.length > 15, "the limits are found");
	expectTests(found, whereNative);
});
