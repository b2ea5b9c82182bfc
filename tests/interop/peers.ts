/*
	The servers of the table, each set up for a row: OpenSSL, GnuTLS, Node, NSS's selfserv, Botan's tls_server and a
	server on BoringSSL.
*/

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { SSL_OP_NO_TICKET } from "node:constants";
import { join } from "node:path";
import { pem, type ServerIdentity } from "../../host-sim/servers/certificates.js";
import { integer, sequence } from "../../host-sim/servers/der.js";
import { openSSLValues } from "../../host-sim/servers/servers.js";
import { ffdhePrime } from "../peers/exchange12.js";
import { oldSuites12, suiteInfo12 } from "../../host-sim/trace/keys12.js";
import { lacksBoringSSL, startBoringSSL } from "./boringssl.js";
import { isByHand, isLong, longName, longText } from "./forced.js";
import { hasProgram, startNode, startProgram, type RunningServer } from "./servers.js";
import { startSplitter } from "./splitter.js";
import type { Group, PeerName, Row } from "./table.js";

/** Programs and the packages that bring them. */
const programs: Record<
	Exclude<PeerName, "BoringSSL">,
	readonly [program: string, debianPackage: string] | undefined
> = {
	OpenSSL: ["openssl", "openssl"],
	GnuTLS: ["gnutls-serv", "gnutls-bin"],
	Node: undefined,
	NSS: ["selfserv", "libnss3-tools"],
	Botan: ["botan", "botan"],
};

/** False where the peer can be run here; else why it is skipped. */
export function lacksPeer(peer: PeerName): string | false {
	if (peer === "BoringSSL") return lacksBoringSSL;
	const needed = programs[peer];
	return !needed || hasProgram(needed[0], "--version")
		? false
		: `${needed[0]} is not installed: apt-get install ${needed[1]}`;
}

/** The parts of a suite's name: key exchange, cipher, hash. */
function partsOf(suite: string): { exchange: string; cipher: string; hash: string } {
	const [, exchange = "", cipher = "", hash = ""] = /^TLS_(?:(\w+)_WITH_)?(\w+)_(SHA\d*)$/.exec(suite) ?? [];
	return { exchange, cipher, hash };
}

let openSSLNames: Map<string, string> | undefined;

/** OpenSSL's name of a suite. */
function openSSLName(suite: string): string {
	if (!openSSLNames) {
		const { stdout } = spawnSync("openssl", ["ciphers", "-stdname", "ALL"], { encoding: "utf8" });
		openSSLNames = new Map([...stdout.matchAll(/^(TLS_\S+)\s+- (\S+)/gm)].map(match => [match[1]!, match[2]!]));
	}
	return openSSLNames.get(suite)!;
}

const dheBits: Partial<Record<Group, 2048 | 3072 | 4096>> = { ffdhe2048: 2048, ffdhe3072: 3072, ffdhe4096: 4096 };

/** OpenSSL takes any group for DHE from a file. */
export function dheFile(folder: string, group: Group = "ffdhe2048"): string {
	const file = join(folder, "dh.pem");
	writeFileSync(
		file,
		pem("DH PARAMETERS", sequence(integer(Buffer.concat([Buffer.of(0), ffdhePrime(dheBits[group]!)])), integer(2))),
	);
	return file;
}

function startOpenSSL(row: Row, identity: ServerIdentity): Promise<RunningServer> {
	const { version, suite, group, client, forced, resumed, encryptThenMac } = row;
	const curve = { x25519: "X25519", secp256r1: "P-256", secp384r1: "P-384" }[group as string];
	const answer = isByHand(row) ? [] : [isLong(row) ? "-WWW" : "-www", "-quiet"];
	const asks = client
		? ["-CAfile", "root.pem", "-verify_return_error", ...(forced === "client asked later" ? [] : ["-Verify", "3"])]
		: [];
	return startProgram(
		"openssl",
		identity,
		(port, folder) => [
			...openSSLValues(port, folder),
			...answer,
			...asks,
			...(version === "1.2" ? ["-tls1_2", "-cipher", openSSLName(suite)] : ["-tls1_3", "-ciphersuites", suite]),
			...(curve ? ["-groups", curve] : []),
			...(suite.includes("_DHE_") ? ["-dhparam", dheFile(folder, group)] : []),
			...(resumed === "session ID" ? ["-no_ticket"] : []),
			...(encryptThenMac === false ? ["-no_etm"] : []),
		],
		isLong(row) ? { [longName]: longText } : {},
	);
}

function startGnuTLS(row: Row, identity: ServerIdentity): Promise<RunningServer> {
	const { version, suite, group, client, forced, resumed, encryptThenMac } = row;
	const { exchange, cipher, hash } = partsOf(suite);
	const isBlock = encryptThenMac !== undefined;
	const own = {
		x25519: "X25519",
		secp256r1: "SECP256R1",
		secp384r1: "SECP384R1",
		ffdhe2048: "FFDHE2048",
		ffdhe3072: "FFDHE3072",
		ffdhe4096: "FFDHE4096",
	};
	const priority = [
		"NORMAL",
		"-VERS-ALL",
		`+VERS-TLS${version}`,
		"-CIPHER-ALL",
		`+${cipher.replace(/_/g, "-")}`,
		...(isBlock ? ["-MAC-ALL", `+${hash === "SHA" ? "SHA1" : hash}`] : []),
		...(exchange ? ["-KX-ALL", `+${exchange.replace("_", "-")}`] : []),
		...(group ? ["-GROUP-ALL", `+GROUP-${own[group]}`] : []),
		...(encryptThenMac === false ? ["%NO_ETM"] : []),
	].join(":");
	const isEcho = forced === "KeyUpdate" || forced === "client asked later";
	return startProgram(
		"gnutls-serv",
		identity,
		(port, folder) => [
			isEcho ? "--echo" : "--http",
			"--port",
			String(port),
			"--x509certfile",
			join(folder, "chain.pem"),
			"--x509keyfile",
			join(folder, "key.pem"),
			"--priority",
			priority,
			...(resumed === "session ID" ? ["--noticket"] : []),
			...(isLong(row) ? ["--httpdata", longName] : []),
			...(client ? ["--x509cafile", join(folder, "root.pem"), "--verify-client-cert"] : []),
			...(client && !isEcho ? ["--require-client-cert"] : ["--disable-client-cert"]),
		],
		isLong(row) ? { [longName]: `HTTP/1.0 200 OK\r\n\r\n${longText}` } : {},
	);
}

function startNodeFor(row: Row, identity: ServerIdentity): Promise<RunningServer> {
	const { version, suite, group, client, resumed } = row;
	const curve = { x25519: "X25519", secp256r1: "P-256", secp384r1: "P-384" }[group as string];
	return startNode(identity, Buffer.from(isLong(row) ? longText : "hello"), {
		minVersion: `TLSv${version}`,
		maxVersion: `TLSv${version}`,
		ciphers: version === "1.2" ? openSSLName(suite) : suite,
		...(curve ? { ecdhCurve: curve } : {}),
		...(resumed === "session ID" ? { secureOptions: SSL_OP_NO_TICKET } : {}),
		...(client ? { ca: identity.root.pem, requestCert: true, rejectUnauthorized: true } : {}),
	});
}

function must(program: string, ...values: string[]): void {
	const { status, stderr } = spawnSync(program, values, { encoding: "utf8" });
	if (status !== 0) throw new Error(`${program} ${values[0]}: ${stderr}`);
}

const numbers13: Record<string, number> = {
	TLS_AES_128_GCM_SHA256: 0x1301,
	TLS_AES_256_GCM_SHA384: 0x1302,
	TLS_CHACHA20_POLY1305_SHA256: 0x1303,
};

/** NSS has keys and certificates in a database of its own. */
function startNSS(row: Row, identity: ServerIdentity): Promise<RunningServer> {
	const { version, suite, group, key, client, forced, resumed } = row;
	const number = numbers13[suite] ?? (suiteInfo12[suite] ?? oldSuites12[suite])!.id;
	const own = {
		x25519: "x25519",
		secp256r1: "P256",
		secp384r1: "P384",
		ffdhe2048: "FF2048",
		ffdhe3072: "FF3072",
		ffdhe4096: "FF4096",
	};
	return startProgram(
		"selfserv",
		identity,
		(port, folder) => {
			const database = `sql:${folder}`;
			must("certutil", "-N", "-d", database, "--empty-password");
			must("certutil", "-A", "-d", database, "-n", "root", "-t", "TC,,", "-a", "-i", join(folder, "root.pem"));
			for (const [i, certificate] of readFileSync(join(folder, "intermediate.pem"), "utf8")
				.split(/(?<=END CERTIFICATE-----\n)/)
				.entries()) {
				writeFileSync(join(folder, "one.pem"), certificate);
				must(
					"certutil",
					"-A",
					"-d",
					database,
					"-n",
					`intermediate ${i}`,
					"-t",
					",,",
					"-a",
					"-i",
					join(folder, "one.pem"),
				);
			}
			const file = join(folder, "server.p12");
			must(
				"openssl",
				"pkcs12",
				"-export",
				"-in",
				join(folder, "leaf.pem"),
				"-inkey",
				join(folder, "key.pem"),
				"-name",
				"server",
				"-passout",
				"pass:",
				"-out",
				file,
			);
			must("pk12util", "-i", file, "-d", database, "-W", "");
			return [
				"-d",
				database,
				key.startsWith("rsa") ? "-n" : "-e",
				"server",
				"-p",
				String(port),
				"-V",
				`tls${version}:tls${version}`,
				"-G",
				"-H",
				"2",
				"-c",
				`:${number.toString(16).padStart(4, "0").toUpperCase()}`, // the curve of its own key is needed, too
				"-I",
				group ? `${own[group]},P256` : "x25519,P256,P384,FF2048",
				...(resumed === "ticket" ? ["-u"] : []),
				...(!client ? [] : forced === "client asked later" ? ["-r", "-r", "-r", "-r", "-E", "-v"] : ["-r", "-r"]),
			];
		},
		isLong(row) ? { [longName]: longText } : {},
	);
}

/** Botan's server goes by a policy, and gives back what it is sent. */
function startBotan({ suite, group, encryptThenMac }: Row, identity: ServerIdentity): Promise<RunningServer> {
	const { exchange, cipher, hash } = partsOf(suite);
	const ciphers: Record<string, string> = {
		AES_128_GCM: "AES-128/GCM",
		AES_256_GCM: "AES-256/GCM",
		CHACHA20_POLY1305: "ChaCha20Poly1305",
		AES_128_CBC: "AES-128",
		AES_256_CBC: "AES-256",
	};
	const exchanges: Record<string, string> = { ECDHE_ECDSA: "ECDH", ECDHE_RSA: "ECDH", DHE_RSA: "DH", RSA: "RSA" };
	const own = {
		x25519: "x25519",
		secp256r1: "secp256r1",
		secp384r1: "secp384r1",
		ffdhe2048: "ffdhe/ietf/2048",
		ffdhe3072: "ffdhe/ietf/3072",
		ffdhe4096: "ffdhe/ietf/4096",
	};
	const policy = {
		allow_tls10: "false",
		allow_tls11: "false",
		allow_tls12: "true",
		ciphers: ciphers[cipher],
		macs: encryptThenMac === undefined ? "AEAD" : hash === "SHA" ? "SHA-1" : hash.replace("SHA", "SHA-"),
		key_exchange_methods: exchanges[exchange],
		signature_methods: exchange === "RSA" ? "IMPLICIT" : exchange.replace(/.*_/, ""),
		groups: group ? own[group] : exchange === "DHE_RSA" ? own.ffdhe2048 : "x25519 secp256r1",
		negotiate_encrypt_then_mac: String(encryptThenMac ?? true),
	};
	return startProgram("botan", identity, (port, folder) => {
		const file = join(folder, "policy.txt");
		writeFileSync(
			file,
			Object.entries(policy)
				.map(([name, value]) => `${name} = ${value}\n`)
				.join(""),
		);
		return ["tls_server", join(folder, "chain.pem"), join(folder, "key.pem"), `--port=${port}`, `--policy=${file}`];
	});
}

const starts: Record<PeerName, (row: Row, identity: ServerIdentity) => Promise<RunningServer>> = {
	OpenSSL: startOpenSSL,
	GnuTLS: startGnuTLS,
	Node: startNodeFor,
	NSS: startNSS,
	Botan: startBotan,
	BoringSSL: startBoringSSL,
};

/** The row's server, running. `server` says what it has to say, if the row needs that. */
export async function startPeer(
	row: Row,
	identity: ServerIdentity,
): Promise<RunningServer & { readonly server: RunningServer }> {
	const server = await starts[row.peer](row, identity);
	if (row.forced !== "one byte per segment") return { port: server.port, server, stop: () => server.stop() };
	const splitter = await startSplitter(server.port);
	const stop = async (): Promise<void> => {
		await splitter.stop();
		await server.stop();
	};
	return { port: splitter.port, server, stop };
}
