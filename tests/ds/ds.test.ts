/*
	A client whose RSA key is in the digital-signature peripheral (hardware/ds, with host-sim/chip's model of it). It
	talks to OpenSSL in both versions, with each scheme. Wrong keys, parameters and peripherals end in words.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
	makeCertificate,
	makeIdentity,
	makeKey,
	type KeyPair,
	type ServerIdentity,
} from "../../host-sim/servers/certificates.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { lacks, variants } from "../drivers/machine.js";
import { runClient, type ClientResult } from "../faults/connect.js";
import { startOpenSSL, type RunningServer } from "../interop/servers.js";
import { encryptParameters, type Changes } from "../peers/ds.js";
import { folderOf } from "../unit/builder/folder.js";

const versions = { "1.2": 0x303, "1.3": 0x304 } as const;
type Version = keyof typeof versions;

/** What each version signs with, as OpenSSL calls it. */
const schemes: [Version, string][] = [
	...["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"].map(
		name => ["1.3", name] as [Version, string],
	),
	...["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "RSA+SHA256", "RSA+SHA384"].map(
		name => ["1.2", name] as [Version, string],
	),
];

const hmacKey = randomBytes(32);

/** A byte of the encrypted parameters, or of what stands in front of them. */
function flipped(parameters: Buffer, at: number): Buffer {
	const changed = Buffer.from(parameters);
	changed[at < 0 ? changed.length + at : at]! ^= 0x10;
	return changed;
}

describe("a key in the digital-signature peripheral", { skip: lacks("openssl", "openssl") }, () => {
	let folder: string;
	let identity: ServerIdentity;
	const keys = new Map<number, KeyPair>();
	const certificates = new Map<number, string>();

	before(() => {
		identity = makeIdentity(["localhost"]);
		folder = mkdtempSync(join(tmpdir(), "xs-tls-ds-"));
		writeFileSync(join(folder, "root.pem"), identity.root.pem);
		for (const bits of [2048, 3072] as const) {
			const key = makeKey(`rsa${bits}`);
			const { pem } = makeCertificate({
				subject: "device",
				key,
				issuer: identity.intermediate,
				extendedKeyUsage: ["clientAuth"],
			});
			keys.set(bits, key);
			certificates.set(bits, pem + identity.intermediate.pem);
		}
	});
	after(() => rmSync(folder, { recursive: true, force: true }));

	function start(version: Version, ...more: string[]): Promise<RunningServer> {
		const verify = ["-Verify", "3", "-CAfile", join(folder, "root.pem"), "-verify_return_error"];
		return startOpenSSL(identity, version === "1.2" ? "-tls1_2" : "-tls1_3", ...verify, ...more);
	}

	function made(bits: number, changes: Changes = {}): Buffer {
		return encryptParameters(keys.get(bits)!.privateKey, hmacKey, changes);
	}

	type Environment = Readonly<Record<string, string>>;

	async function request(
		server: RunningServer,
		version: Version,
		bits: number,
		env: Environment,
		variant = "native",
	): Promise<ClientResult> {
		const secure = {
			minVersion: versions[version],
			maxVersion: versions[version],
			clientCertificates: certificates.get(bits)!,
		};
		const [result] = await runClient(server.port, 1, {
			app: "tests/ds",
			ca: identity.root.pem,
			variant,
			secure,
			env: { SIM_EFUSE_DS_KEY3: hmacKey.toString("hex"), DS_BLOCK: "3", ...env },
		});
		return result!;
	}

	function expectAnswer({ code, message, text }: ClientResult): void {
		assert.ok(code === "closed" || code === "truncated", `${code}: ${message}`);
		assert.match(text, /^HTTP\/1\.[01] 200/);
	}

	for (const [version, scheme] of schemes) {
		test(`TLS ${version}, the server takes ${scheme} only`, async () => {
			const server = await start(version, "-client_sigalgs", scheme);
			try {
				for (const bits of keys.keys()) {
					for (const variant of bits === 2048 ? variants : ["native"])
						expectAnswer(await request(server, version, bits, { DS_PARAMETERS: made(bits).toString("hex") }, variant));
				}
			} finally {
				await server.stop();
			}
		});
	}

	interface Fault {
		readonly name: string;
		readonly parameters?: () => Buffer;
		readonly env?: Environment;
		readonly code?: string;
		readonly says: RegExp;
	}

	const failing = (action: string): Environment => ({ DS_FAULT: JSON.stringify([action, "DS RSA 2048 sign", 1]) });
	const changedWords =
		/eFuse key block 3: the parameters were changed, or encrypted for another key \(PSA status -151\)$/;
	const faults: Fault[] = [
		{
			name: "no key in the block",
			env: { DS_BLOCK: "4" },
			says: /eFuse key block 4: it holds no key for this peripheral \(PSA status -133\)$/,
		},
		{ name: "another key in the block", env: { SIM_EFUSE_DS_KEY3: "00".repeat(32) }, says: changedWords },
		...[4, 19, 20, 20 + 384, 20 + 2 * 384, -49, -17, -16, -1].map(at => ({
			name: `byte ${at} of the parameters changed`,
			parameters: () => flipped(made(2048), at),
			says: changedWords,
		})),
		{
			name: "the padding after the parameters is wrong",
			parameters: () => made(2048, { edit: plain => flipped(plain, -1) }),
			says: /the parameters were not made as the peripheral needs them \(PSA status -150\)$/,
		},
		{
			name: "a digest of other numbers",
			parameters: () => made(2048, { edit: plain => flipped(plain, 0) }),
			says: changedWords,
		},
		{
			name: "a length that no key has",
			parameters: () => flipped(made(2048), 0),
			says: /this chip takes no key of that length \(PSA status -135\)$/,
		},
		{
			name: "a length that no chip has",
			parameters: () => flipped(made(2048), 3),
			says: /this chip takes no key of that length/,
		},
		{
			name: "a byte less, once it was looked at",
			env: { DS_SHORTER: "1" },
			says: /not as long as this chip's are \(PSA status -135\)$/,
		},
		{
			name: "no parameters, once they were looked at",
			env: { DS_SHORTER: "1220" },
			says: /the parameters are not as long/,
		},
		{
			name: "the peripheral fails",
			env: failing("fail"),
			says: /the HMAC peripheral does not hand over its key \(PSA status -147\)$/,
		},
		{ name: "the driver gives up", env: failing("busy"), says: /the driver failed \(PSA status -132\)$/ },
		{
			name: "no memory",
			env: failing("memory"),
			code: "out_of_memory",
			says: /not enough native memory \(PSA status -141\)$/,
		},
	];

	for (const version of ["1.2", "1.3"] as const) {
		test(`TLS ${version}: a fault ends the handshake, and is reported in words`, async t => {
			const server = await start(version);
			try {
				for (const { name, parameters = () => made(2048), env = {}, code = "crypto", says } of faults) {
					await t.test(name, async () => {
						const result = await request(server, version, 2048, {
							DS_PARAMETERS: parameters().toString("hex"),
							...env,
						});
						assert.equal(result.code, code, result.message);
						assert.match(result.message, says);
						assert.equal(result.text, "");
					});
				}
				await t.test("late: it is waited for", async () => {
					const late = { DS_PARAMETERS: made(2048).toString("hex"), DS_FAULT: '["late", "DS RSA 2048 sign", 1, 300]' };
					expectAnswer(await request(server, version, 2048, late));
				});
			} finally {
				await server.stop();
			}
		});

		test(`TLS ${version}: parameters of another key are for the server to refuse`, async t => {
			const server = await start(version);
			try {
				const numbers = (bytes: Buffer): Buffer => flipped(bytes, 2 * 384 + 5);
				for (const [name, parameters] of [
					["another device's", encryptParameters(makeKey("rsa2048").privateKey, hmacKey)],
					["another length outside", Buffer.concat([made(3072).subarray(0, 4), made(2048).subarray(4)])],
					["numbers that do not go together", made(2048, { editNumbers: numbers })],
				] as const) {
					await t.test(name, async () => {
						const result = await request(server, version, 2048, { DS_PARAMETERS: parameters.toString("hex") });
						assert.equal(result.code, "peer_alert", result.message);
						assert.equal(result.text, "");
					});
				}
			} finally {
				await server.stop();
			}
		});
	}
});

test("does not compile where there is no such peripheral", context => {
	const compile = (capabilities: string, ...flags: string[]): string => {
		const folder = folderOf(context, { "soc/soc_caps.h": capabilities });
		const values = ["-fsyntax-only", ...flags, `-I${folder}`, join(projectRoot, "hardware/ds/ds.c")];
		return spawnSync(process.env["CC"] ?? "cc", values, { encoding: "utf8" }).stderr;
	};
	const words = /#error "this chip has no digital-signature peripheral: leave hardware\/ds\/manifest.json out/;
	assert.match(compile("", "-DESP_PLATFORM"), words);
	assert.doesNotMatch(compile("#define SOC_DIG_SIGN_SUPPORTED 1\n", "-DESP_PLATFORM"), /#error/);
	assert.match(compile(""), /#error "the digital-signature peripheral is in ESP32 chips and in the simulator/);
	assert.doesNotMatch(compile("", `-I${join(projectRoot, "host-sim/chip/idf")}`), /#error/);
});
