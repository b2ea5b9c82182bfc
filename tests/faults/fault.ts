/*
	What a server does wrong, and what the client must do about it: the same for all versions of TLS.
*/

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { ServerIdentity } from "../../host-sim/servers/certificates.js";
import type { ClientResult } from "./connect.js";

/** `Script` is what the version's server takes. */
export interface Fault<Script> {
	readonly name: string;
	readonly script: (identity: ServerIdentity) => Partial<Script>;
	/** TLSError's code. */
	readonly code: string;
	/** The alert that the server gets; none where undefined. */
	readonly alert: number | undefined;
	/** What the error must say. */
	readonly says?: RegExp;
}

export const unexpected = { code: "unexpected_message", alert: 10 } as const;
export const illegal = { code: "illegal_parameter", alert: 47 } as const;
export const malformed = { code: "decode_error", alert: 50 } as const;

/** A copy with one bit changed in the byte at `at`, from the end where negative. */
export function flip(bytes: Buffer, at: number): Buffer {
	const changed = Buffer.from(bytes);
	changed[at < 0 ? changed.length + at : at]! ^= 1;
	return changed;
}

/**
 * Places in a message: the first byte of its body, one inside and the last. Who compares only a part misses one of
 * them.
 */
export const bodyPlaces = [
	["first", 4],
	["seventh", 10],
	["last", -1],
] as const;

/**
 * Each of `faults` must be refused as it says. `pairs[i]` is what came of it, and whether the server got as far as to
 * be authenticated.
 */
export async function expectFaults(
	t: TestContext,
	faults: readonly Pick<Fault<unknown>, "name" | "code" | "alert" | "says">[],
	pairs: readonly { client: ClientResult; alert: number | undefined; isAuthenticated: boolean }[],
): Promise<void> {
	for (const [i, { name, code, alert, says }] of faults.entries()) {
		await t.test(name, () => {
			const { client, alert: sent, isAuthenticated } = pairs[i]!;
			assert.equal(client.code, code, client.message);
			assert.equal(sent, alert, client.message);
			if (says) assert.match(client.message, says);
			if (!isAuthenticated)
				assert.equal(client.length, 0, "nothing may be delivered before the server is authenticated");
		});
	}
}

/** Each of `faults` must be refused before anything is negotiated; `pairs[i]` is what came of it. */
export async function expectRefusals(
	t: TestContext,
	faults: readonly Pick<Fault<unknown>, "name" | "code" | "alert">[],
	pairs: readonly { readonly client: ClientResult; readonly server: { readonly alert?: number | undefined } }[],
): Promise<void> {
	for (const [i, { name, code, alert }] of faults.entries()) {
		await t.test(name, () => {
			const { client, server } = pairs[i]!;
			assert.equal(client.code, code, client.message);
			assert.equal(server.alert, alert, client.message);
			assert.equal(client.negotiated, undefined);
			assert.equal(client.length, 0, "nothing may be delivered");
		});
	}
}
