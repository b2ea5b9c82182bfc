/*
	BoringSSL as a server: boringssl/server.c, built against Debian's library. For peers.ts.
*/

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ServerIdentity } from "../../host-sim/servers/certificates.js";
import { buildFolder, digest, fileDigest, projectRoot } from "../../host-sim/build/files.js";
import { isLong, longName, longText } from "./forced.js";
import { startProgram, type RunningServer } from "./servers.js";
import type { Row } from "./table.js";

const headers = "/usr/include/android";

/** Where Debian has the library, apart from OpenSSL's of the same name. */
function libraryFolder(): string | undefined {
	if (!existsSync(join(headers, "openssl/ssl.h"))) return undefined;
	return readdirSync("/usr/lib")
		.map(name => join("/usr/lib", name, "android"))
		.find(folder => existsSync(join(folder, "libssl.so")));
}

/** False, or why it can't be run here. */
export const lacksBoringSSL: string | false = libraryFolder()
	? false
	: "BoringSSL is not installed: apt-get install android-libboringssl-dev zlib1g-dev";

/** Its path; it is compiled when that was not done yet. */
function program(): string {
	const source = join(projectRoot, "tests", "interop", "boringssl", "server.c");
	const library = libraryFolder()!;
	const folder = join(buildFolder, "boringssl", digest(fileDigest(source), library));
	const file = join(folder, "server");
	if (existsSync(file)) return file;
	mkdirSync(folder, { recursive: true });
	const flags = [
		"-Wall",
		"-Wextra",
		"-Werror",
		"-O1",
		`-I${headers}`,
		source,
		"-o",
		file,
		`-L${library}`,
		`-Wl,-rpath,${library}`,
		"-lssl",
		"-lcrypto",
		"-lz",
	];
	const { status, stderr } = spawnSync(process.env["CC"] ?? "cc", flags, { encoding: "utf8" });
	if (status !== 0) throw new Error(`tests/interop/boringssl/server.c does not compile:\n${stderr}`);
	return file;
}

export function startBoringSSL(row: Row, identity: ServerIdentity): Promise<RunningServer> {
	const { group, client, forced } = row;
	const own = { x25519: "X25519", secp256r1: "P-256", secp384r1: "P-384" }[group as string];
	return startProgram(
		program(),
		identity,
		port => [
			String(port),
			...(own ? ["curves", own] : []),
			...(client ? ["ca", "root.pem"] : []),
			...(isLong(row) ? ["answer", longName] : []),
			...(forced === "compressed certificates" ? ["compress"] : []),
			...(forced === "KeyUpdate" ? ["update"] : []),
		],
		isLong(row) ? { [longName]: `HTTP/1.0 200 OK\r\n\r\n${longText}` } : {},
	);
}
