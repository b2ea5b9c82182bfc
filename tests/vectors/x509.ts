/*
	Public cases of certificate chains (the format of x509-limbo) through the code that the handshake uses. The file is
	the resource "cases.json"; x509.test.ts starts the runs and says which expectations are not followed.
*/

import config from "mc/config";
import Resource from "Resource";
import { equal, fail, note, test } from "test/harness";
import type { TLSError } from "tls/errors";
import { Certificate } from "tls/x509/certificate";
import { namesOf } from "tls/x509/names";
import { PathSearch } from "tls/x509/path";
import { readPEM } from "tls/x509/pem";
import { trustCertificates } from "tls/x509/trust";
import type { RootStore } from "tls/x509/trust";

interface Case {
	readonly id: string;
	readonly tier?: string;
	readonly trusted_certs: readonly string[];
	readonly untrusted_intermediates: readonly string[];
	readonly peer_certificate: string;
	readonly expected_peer_name: { readonly kind: string; readonly value: string } | null;
	readonly validation_time: string | null;
	readonly expected_result: "SUCCESS" | "FAILURE";
}

/** Roots that can't be used are left out, as the root-store tool does. */
function trust(list: readonly string[]): RootStore {
	return trustCertificates(
		list.filter(pem => {
			try {
				trustCertificates([pem]);
				return true;
			} catch {
				return false;
			}
		}),
	);
}

/** A case without a name is about something else: it is asked for the first name that its certificate has. */
function nameOf({ expected_peer_name: expected, peer_certificate: pem }: Case): string {
	if (expected) return expected.value;
	try {
		const der = readPEM(pem, "CERTIFICATE")[0]!;
		return (
			namesOf(new Certificate().read(der, 0, der.length, 0))
				.split(",")[0]!
				.replace("*", "any") || "example.com"
		);
	} catch {
		return "example.com";
	}
}

/** "" for a chain that is accepted, else the error. */
function verify(one: Case): string {
	const certificates = [one.peer_certificate, ...one.untrusted_intermediates].flatMap(pem =>
		readPEM(pem, "CERTIFICATE"),
	);
	const message = new Uint8Array(certificates.reduce((sum, { length }) => sum + length, 0));
	const ranges: number[] = [];
	let at = 0;
	for (const der of certificates) {
		message.set(der, at);
		ranges.push(at, (at += der.length));
	}
	const seconds = Date.parse(one.validation_time ?? config.now) / 1000;
	try {
		const policy = {
			name: nameOf(one),
			roots: trust(one.trusted_certs),
			pins: undefined,
			pinsInsteadOfRoots: false,
			clock: () => seconds,
			requiresStatus: false,
		};
		const search = new PathSearch(message, ranges, policy);
		while (search.step());
		return search.peer ? "" : "Error: no peer and no error";
	} catch (error) {
		const { code, message: words } = error as TLSError;
		return code === undefined ? `${error}` : `${code}: ${words}`;
	}
}

const { testcases } = JSON.parse(String.fromArrayBuffer(new Resource("cases.json").slice(0))) as { testcases: Case[] };
const exceptions = JSON.parse(config.exceptions) as Record<string, string>;

test("every case", () => {
	const failures: string[] = [];
	for (const one of testcases) {
		const error = verify(one);
		const isFollowed = (error === "") === (one.expected_result === "SUCCESS");
		if (
			error.startsWith("Error") ||
			error.startsWith("TypeError") ||
			error.startsWith("internal") ||
			error.startsWith("crypto")
		)
			failures.push(`${one.id}: ${error}`);
		else if (isFollowed === one.id in exceptions)
			failures.push(
				`${one.id} (${one.tier ?? "must"}): ${error === "" ? "accepted" : error}${isFollowed ? ", though listed as an exception" : ""}`,
			);
	}
	note(`${testcases.length} cases, ${Object.keys(exceptions).length} of them not followed`);
	if (failures.length) fail(`${failures.length} of ${testcases.length} cases:\n${failures.join("\n")}`);
});

test("the cases do refuse and accept", () => {
	equal(
		testcases.some(one => one.expected_result === "SUCCESS"),
		true,
	);
	equal(
		testcases.some(one => one.expected_result === "FAILURE"),
		true,
	);
});
