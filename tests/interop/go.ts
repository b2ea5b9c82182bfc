/*
	Go's crypto/tls as a server: go/server.go, built by the Go of Debian's trixie, in a folder of its own. Go knows
	X25519MLKEM768 from 1.24 on.
*/

import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";

import { buildFolder, digest, fileDigest, locked, Problem, projectRoot } from "../../host-sim/build/files.js";
import { fetchPrograms } from "../../host-sim/build/packages.js";
import { run } from "../../host-sim/build/process.js";

const source = join(projectRoot, "tests/interop/go/server.go");

/** Go's own settings, for a build that fetches nothing and writes nothing outside of the build folder. */
function settings(root: string): Record<string, string> {
	return {
		GOROOT: root,
		GOCACHE: join(buildFolder, "go/cache"),
		GOPATH: join(buildFolder, "go/path"),
		GOENV: "off",
		GOFLAGS: "",
		GOPROXY: "off",
		GOTOOLCHAIN: "local",
		CGO_ENABLED: "0",
	};
}

/**
 * Returns the server's path. Fetches Go and compiles the server the first time. Throws a Problem if Go can't be had.
 */
export async function findGoServer(): Promise<string> {
	if (process.platform !== "linux" || process.arch !== "x64")
		throw new Problem(`Go comes from Debian's packages for x64 Linux, and this is ${process.arch} ${process.platform}`);
	const folder = join(buildFolder, "go", digest(fileDigest(source)));
	const program = join(folder, "server");
	if (existsSync(program)) return program;
	const root = join(await fetchPrograms("go", "trixie", ["golang-1.24-go", "golang-1.24-src"]), "usr/lib/go-1.24");
	return locked("go", async () => {
		if (existsSync(program)) return program;
		mkdirSync(folder, { recursive: true });
		const env = { ...process.env, ...settings(root) };
		const { code, stderr } = await run(join(root, "bin/go"), ["build", "-o", `${program}.new`, source], { env });
		if (code !== 0) throw new Error(`tests/interop/go/server.go does not compile:\n${stderr}`);
		renameSync(`${program}.new`, program);
		return program;
	});
}
