/*
	Servers on TLS libraries that have none of their own here: libraries/ has one for each, built against Debian's
	package when it is needed.
*/

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ServerIdentity } from "../../host-sim/servers/certificates.js";
import { buildFolder, digest, fileDigest, projectRoot } from "../../host-sim/build/files.js";
import { hasProgram, startProgram, type TalkingServer } from "./servers.js";

const folder = join(projectRoot, "tests", "interop", "libraries");

/** Name of the file in which a server finds its answer, if that is not "hello". */
const answerName = "answer";

function run(what: string, program: string, values: readonly string[], env?: Record<string, string>): void {
	const { status, stderr, error } = spawnSync(program, values, { encoding: "utf8", env: { ...process.env, ...env } });
	if (status !== 0) throw new Error(`${what}: ${error?.message ?? stderr}`);
}

/** Path of the program that `compile` makes of a source at the path that it is given, the first time. */
function built(source: string, compile: (file: string) => void): string {
	const target = join(buildFolder, "libraries", digest(fileDigest(source), fileDigest(join(folder, "serve.h"))));
	const file = join(target, "server");
	if (existsSync(file)) return file;
	mkdirSync(target, { recursive: true });
	compile(file);
	return file;
}

function builtC(name: string, libraries: readonly string[]): string {
	const source = join(folder, `${name}.c`);
	return built(source, file => {
		const flags = ["-Wall", "-Wextra", "-Werror", "-O1", "-isystem", "/usr/include", source, "-o", file];
		run(source, process.env["CC"] ?? "cc", [...flags, ...libraries.map(library => `-l${library}`)]);
	});
}

function builtGo(): string {
	const source = join(folder, "server.go");
	const env = { GO111MODULE: "off", GOFLAGS: "", GOCACHE: join(buildFolder, "libraries", "go") };
	return built(source, file => run(source, "go", ["build", "-o", file, source], env));
}

/** Java reads keys from a file of PKCS #12. */
function writeKeyStore(at: string): void {
	const inside = (name: string): string => join(at, name);
	const values = ["-in", inside("chain.pem"), "-inkey", inside("key.pem"), "-out", inside("server.p12")];
	run("server.p12", "openssl", ["pkcs12", "-export", ...values, "-passout", "pass:password"]);
}

interface Library {
	/** False, or the package that brings what is missing. */
	missing(): string | false;
	/** Program and values before the port. */
	command(at: string): readonly [program: string, ...values: string[]];
}

const inC = (name: string, header: string, debianPackage: string, libraries: readonly string[]): Library => ({
	missing: () => (existsSync(`/usr/include/${header}`) ? false : debianPackage),
	command: () => [builtC(name, libraries)],
});

/** Each with the header or the program that shows that it is there. */
export const libraries = {
	wolfSSL: inC("wolfssl", "wolfssl/ssl.h", "libwolfssl-dev", ["wolfssl"]),
	"Mbed TLS": inC("mbedtls", "mbedtls/ssl.h", "libmbedtls-dev", ["mbedtls", "mbedx509", "mbedcrypto"]),
	BearSSL: inC("bearssl", "bearssl.h", "libbearssl-dev", ["bearssl"]),
	Go: {
		missing: () => (hasProgram("go", "version") ? false : "golang-go"),
		command: () => [builtGo()],
	},
	Erlang: {
		missing: () => (hasProgram("escript") ? false : "erlang-ssl"),
		command: () => ["escript", join(folder, "server.escript")],
	},
	Java: {
		missing: () => (hasProgram("javac", "-version") ? false : "openjdk-17-jdk-headless"),
		command: at => {
			writeKeyStore(at);
			// one core is enough for a server of a few connections
			return ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", join(folder, "Server.java")];
		},
	},
} satisfies Record<string, Library>;

export type LibraryName = keyof typeof libraries;

interface Wishes {
	/** What each request is answered with; "hello" by default. */
	readonly answer?: string;
	/** Clients must have a certificate of the server's own root. */
	readonly asksClient?: true;
}

export function startLibrary(
	name: LibraryName,
	identity: ServerIdentity,
	{ answer, asksClient }: Wishes = {},
): Promise<TalkingServer> {
	let command: readonly string[] = [];
	// where the server runs is known only when it is started
	const values = (port: number, at: string): string[] => {
		command = libraries[name].command(at);
		const file = answer === undefined ? (asksClient ? "-" : []) : answerName;
		return [...command.slice(1), String(port), ...[file].flat(), ...(asksClient ? ["root.pem"] : [])];
	};
	return startProgram(() => command[0]!, identity, values, answer === undefined ? {} : { [answerName]: answer });
}
