/*
	Sources that come from Debian's source packages. apt checks each package's signature. It runs with lists and
	settings of its own in build/, so it needs neither a root user nor a change of the machine's settings.
*/

import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { buildFolder, locked, Problem } from "./files.js";
import { run } from "./process.js";
import { say } from "./progress.js";

/** A source package of one of Debian's suites. */
export interface SourcePackage {
	readonly name: string;
	/** Debian's name of a release, such as "trixie". */
	readonly suite: string;
	/** The start of the version, such as "3.6". */
	readonly version: string;
	/** A file that the package must have. */
	readonly file: string;
}

/** Mbed TLS as in ESP-IDF 5.5; ESP-IDF 6 has its successor. */
export const mbedTLS: SourcePackage = {
	name: "mbedtls",
	suite: "trixie",
	version: "3.6",
	file: "library/psa_crypto.c",
};

/** libsodium with ML-KEM, as in ESP-IDF's component registry: hardware/mlkem. */
const libsodium: SourcePackage = {
	name: "libsodium",
	suite: "sid",
	version: "1.0.22",
	file: "src/libsodium/crypto_kem/mlkem768/kem_mlkem768.c",
};

/** Build variables that stand for a folder of a source package, in a manifest's "C_FLAGS". */
const folders: Readonly<Record<string, { readonly from: SourcePackage; readonly folder: string }>> = {
	LIBSODIUM: { from: libsodium, folder: "src/libsodium" },
};

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const archive = "http://deb.debian.org/debian";

/** Mirrors of Debian's archive that this machine's own lists name. */
function mirrors(): string[] {
	const parts = "/etc/apt/sources.list.d";
	const names = existsSync(parts)
		? readdirSync(parts)
				.filter(name => /\.(list|sources)$/.test(name))
				.map(name => join(parts, name))
		: [];
	const text = ["/etc/apt/sources.list", ...names]
		.filter(existsSync)
		.map(path => readFileSync(path, "utf8").replace(/^\s*#.*$/gm, ""))
		.join("\n");
	return [...new Set([...(text.match(/\bhttps?:\/\/\S+\/debian(?=\/?\s)/g) ?? []), archive])];
}

/** apt's list: the suite's packages, at each mirror. */
function writeSources(folder: string, suite: string, type: "deb" | "deb-src"): void {
	if (!existsSync(keyring)) throw new Problem(`${keyring} is missing: as root: apt-get install debian-archive-keyring`);
	const list = mirrors().map(
		uri => `Types: ${type}\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\nSigned-By: ${keyring}\n`,
	);
	writeFileSync(join(folder, "debian.sources"), list.join("\n"));
}

/** Has apt fetch packages into `folder`: sources are unpacked, others are files. */
async function fetchInto(
	folder: string,
	suite: string,
	type: "deb" | "deb-src",
	names: readonly string[],
): Promise<void> {
	for (const part of ["lists/partial", "parts"]) mkdirSync(join(folder, part), { recursive: true });
	writeSources(join(folder, "parts"), suite, type);
	const settings = [
		"Dir::Etc::SourceList=/dev/null",
		`Dir::Etc::SourceParts=${folder}/parts`,
		`Dir::State::Lists=${folder}/lists`,
		"Dir::Cache::pkgcache=",
		"Dir::Cache::srcpkgcache=",
		"Acquire::Languages=none",
		"APT::Sandbox::User=root",
	].flatMap(value => ["-o", value]);
	// one list that can't be fetched does no harm while another has the package
	const updated = await run("apt-get", [...settings, "-q", "update"]);
	const command = type === "deb" ? "download" : "source";
	const fetched = await run("apt-get", [...settings, "-q", command, ...names], { cwd: folder });
	if (fetched.code !== 0)
		throw new Problem(
			`apt-get ${command} ${names.join(" ")}: packages of Debian ${suite} can't be fetched:\n${(updated.stderr + fetched.stderr).trim()}`,
		);
}

/** Returns the folder with the package's sources, patches applied. Fetches them the first time. */
export function fetchSources(wanted: SourcePackage): Promise<string> {
	const { name, suite, version, file } = wanted;
	const folder = join(buildFolder, "sources", `${name}-${version}`);
	if (existsSync(folder)) return Promise.resolve(folder);
	return locked(`sources-${name}`, async () => {
		if (existsSync(folder)) return folder;
		say(`fetching the source package ${name} of Debian ${suite}`);
		mkdirSync(join(buildFolder, "sources"), { recursive: true });
		const draft = mkdtempSync(join(buildFolder, "sources", `${name}.`));
		try {
			await fetchInto(draft, suite, "deb-src", [name]);
			const found = readdirSync(draft).find(one => existsSync(join(draft, one, file)));
			if (!found?.startsWith(`${name}-${version}`))
				throw new Problem(`Debian ${suite} has ${found ?? `no ${name}`}, expected ${name} ${version}`);
			renameSync(join(draft, found), folder);
		} finally {
			rmSync(draft, { recursive: true, force: true });
		}
		return folder;
	});
}

/** Returns the folder with Mbed TLS's include/, library/ and 3rdparty/. */
export function fetchMbedTLS(): Promise<string> {
	return fetchSources(mbedTLS);
}

/** Returns the folders that `text` names as $(NAME), by that name. Fetches their packages the first time. */
export async function sourceFolders(text: string): Promise<Record<string, string>> {
	const found: Record<string, string> = {};
	for (const [name, { from, folder }] of Object.entries(folders))
		if (text.includes(`$(${name})`)) found[name] = join(await fetchSources(from), folder);
	return found;
}

/**
 * Returns a folder with the files of packages of a suite, which is not installed: programs run by the suite's own
 * loader in it.
 */
export function fetchPrograms(title: string, suite: string, packages: readonly string[]): Promise<string> {
	const folder = join(buildFolder, "sources", `${title}-${suite}`);
	if (existsSync(folder)) return Promise.resolve(folder);
	return locked(`sources-${title}`, async () => {
		if (existsSync(folder)) return folder;
		say(`fetching ${packages.join(", ")} of Debian ${suite}`);
		mkdirSync(join(buildFolder, "sources"), { recursive: true });
		const draft = mkdtempSync(join(buildFolder, "sources", `${title}.`));
		try {
			await fetchInto(draft, suite, "deb", packages);
			for (const name of readdirSync(draft).filter(one => one.endsWith(".deb"))) {
				const { code, stderr } = await run("dpkg-deb", ["-x", join(draft, name), join(draft, "root")]);
				if (code !== 0) throw new Problem(`${name} can't be unpacked: ${stderr.trim()}`);
			}
			renameSync(join(draft, "root"), folder);
		} finally {
			rmSync(draft, { recursive: true, force: true });
		}
		return folder;
	});
}
