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
	"host.ts Work": "faults/turns.test.ts",
	"driver.ts MAX_IGNORED": "faults/floods.test.ts",
	"driver.ts MAX_HANDSHAKE_TYPE": "faults/tls12/order.ts",
	"sending.ts MAX_RECORDS": "faults/turns.test.ts",
	"lifecycle.ts MAX_IDLE_MESSAGES": "faults/floods.test.ts",
	"limits.ts Size": "unit/handshake/limits.ts",
	"numbers.ts ProtocolLength": "unit/record/incoming.ts",
	"writer.ts MAX_UNASKED": "unit/wire/reader.ts",
	"lengths.ts Longest": "faults/lengths.test.ts",
	"certificate.ts MAX_FILTERS": "unit/handshake/bounds.ts",
	"certificate.ts MAX_NAMES": "unit/handshake/bounds.ts",
	"certificate.ts MAX_SCHEMES": "unit/handshake/readers.ts",
	"response.ts MAX_CHUNK_LINE": "unit/https/responses.ts",
	"response.ts MAX_INTERIM": "unit/https/responses.ts",
	"syntax.ts MAX_LATIN_BYTES": "unit/https/responses.ts",
	"syntax.ts MAX_LENGTH_DIGITS": "unit/https/responses.ts",
	"syntax.ts MAX_NAME_BYTES": "unit/https/responses.ts",
	"syntax.ts MAX_SIZE_DIGITS": "unit/https/responses.ts",
	"syntax.ts MAX_VALUE_BYTES": "unit/https/responses.ts",
	"fetch.ts MAX_REDIRECTS": "https/live.ts",
	"sessions.ts MAX_KEY": "unit/sessions/store.ts",
	"sessions.ts MAX_SESSIONS": "unit/sessions/store.ts",
	"url.ts MAX_URL": "unit/https/urls.ts",
	"json.ts MAX_DEPTH": "unit/https/text.ts",
	"exporter.ts MAX_LABEL": "unit/handshake/exporter.ts",
	"exporter.ts MAX_CONTEXT": "unit/handshake/exporter.ts",
	"exporter.ts MAX_EXPORT": "unit/handshake/exporter.ts",
	"identity.ts MAX_IDENTITIES": "interop/identities.test.ts",
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
	"constraints.ts MAX_COMPARISONS": "certificates/node/forgeries.ts",
	"extensions.ts MAX_EXTENSIONS": "certificates/node/bounds.ts",
	"extensions.ts MAX_LOOKED_AT": "unit/handshake/bounds.ts",
	"extensions.ts MAX_FEATURES": "certificates/node/bounds.ts",
	"names.ts MAX_LISTED": "unit/x509/names.ts",
	"ocsp.ts Most": "certificates/node/bounds.ts",
	"ocspresponse.ts MAX_EXTENSIONS": "certificates/node/bounds.ts",
	"ocsp.ts Seconds": "certificates/node/bounds.ts",
	"path.ts MAX_STEPS": "certificates/node/oddities.ts",
	"policies.ts MAX_POLICIES": "certificates/node/policies.ts",
	"policy.ts Limit": "certificates/node/bounds.ts",
	"work.ts Work": "certificates/work.test.ts",
	"unsupported.ts MAX_SHOWN": "certificates/node/oddities.ts",
};

const pattern =
	/^(?:export )?const (?:(MAX_[A-Z_]+) ?=|enum (Most|Size|RecordLimit|Longest|RSASize|Seconds|Limit|Work) \{)/gm;

test("each limit has a test at its bounds", () => {
	const modules = join(projectRoot, "modules");
	const found = readdirSync(modules, { recursive: true })
		.map(String)
		.filter(file => file.endsWith(".ts"))
		.flatMap(file =>
			[...readFileSync(join(modules, file), "utf8").matchAll(pattern)].map(
				match => `${basename(file)} ${match[1] ?? match[2]}`,
			),
		);
	assert.ok(found.length > 15, "the limits are found");
	for (const limit of found) {
		const file = where[limit];
		assert.ok(
			file,
			`${limit}: test its last good value and its first bad one, and say in tests/unit/house/limits.test.ts where`,
		);
		assert.ok(existsSync(join(projectRoot, "tests", file)), `${limit}: there is no tests/${file}`);
	}
});
