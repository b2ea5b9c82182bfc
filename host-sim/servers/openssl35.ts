/*
	OpenSSL 3.5 as a server, from Debian's trixie in a folder of its own: it knows X25519MLKEM768, which Debian 12's
	OpenSSL and Node's do not.
*/

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { Problem } from "../build/files.js";
import { fetchPrograms } from "../build/packages.js";
import { run } from "../build/process.js";

const packages = ["openssl", "libssl3t64", "libc6", "zlib1g", "libzstd1"];

/** Returns the program, which runs with its own Debian's loader and libraries. Throws a Problem if it can't be had. */
export async function findOpenSSL35(): Promise<string> {
	if (process.platform !== "linux" || process.arch !== "x64")
		throw new Problem(
			`OpenSSL 3.5 comes from Debian's packages for x64 Linux, and this is ${process.arch} ${process.platform}`,
		);
	const folder = await fetchPrograms("openssl", "trixie", packages);
	const program = join(folder, "openssl35");
	const libraries = join(folder, "usr/lib/x86_64-linux-gnu");
	const loader = join(libraries, "ld-linux-x86-64.so.2");
	const line = `exec "${loader}" --library-path "${libraries}" "${join(folder, "usr/bin/openssl")}" "$@"`;
	writeFileSync(program, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
	const { stdout, stderr } = await run(program, ["version"]);
	if (!/^OpenSSL 3\.[5-9]/.test(stdout)) throw new Problem(`OpenSSL 3.5 does not run: ${(stdout + stderr).trim()}`);
	return program;
}
