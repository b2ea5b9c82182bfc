/*
	npm run roots: makes the store of trusted roots that modules/x509/rootstore.ts reads from flash, and prints what is
	in it. Roots that the client does not support are left out by name.
*/

import type { KeyObject, X509Certificate } from "node:crypto";

import type { StoredRoot } from "../../modules/x509/store.js";
import { type Options, readCount, readOptions, refuseOther, userPath } from "./arguments.js";
import { runCommand } from "./guarded.js";
import { commonRoots, isUpcomingRoot } from "./common-roots.js";
import { fileProblem, Problem, writeWhole } from "../build/files.js";
import { keyDigest } from "./lifecycle.js";
import { keyTitle, makeStore, publicKeyOf, readSigningKey, signStore, storedRoot, titleOf } from "./rootfile.js";
import { certificatesIn, newestList, readText } from "./rootlists.js";

const usage = `npm run roots -- [--common | --all] [--mozilla FILE | --from FILE.pem] [--out FILE] [--list] [--sign KEY.pem --version N]

Makes a root store for devices. Without --from, the roots are Mozilla's, from the newest list at hand: Node.js's own,
Debian's ca-certificates, or a file given with --mozilla. From when a public root no longer counts for TLS, by
Mozilla's rule for the age of keys, is kept in the store; devices obey it.

  --common         only the 40 most used of them (host-sim/programs/common-roots.ts)
  --all            all of them (the default)
  --mozilla FILE   a list of Mozilla's: certdata.txt, or curl's cacert.pem; taken if it is the newest
  --from FILE      certificates from a file of PEM instead; may be given several times
  --out FILE       where the store goes; roots.bin by default
  --list           also print end, distrust date, key and name of every root that is in it
  --sign KEY.pem   sign the store with your P-256 key, for RootStore.open
  --version N      with --sign: the store's version, 1 to 4294967295; devices accept no older one than they have
`;

const dayLength = 10;

/**
 * Returns those of `certificates` that are among the common roots. The names of those that are missing go to `warn`.
 */
export function pickCommon(certificates: readonly X509Certificate[], warn: (words: string) => void): X509Certificate[] {
	const byKey = new Map(certificates.map(certificate => [keyDigest(certificate), certificate]));
	const common = commonRoots.flatMap(([key, name]) => {
		const found = byKey.get(key);
		if (!found) warn(`${name} is not among the roots any more: left out`);
		return found ? [found] : [];
	});
	return [...common, ...certificates.filter(({ subject }) => isUpcomingRoot(subject))];
}

function dayOf(seconds: number): string {
	return new Date(seconds * 1000).toISOString().slice(0, dayLength);
}

/** A line of --list: end, distrust date, key, name. */
function lineOf(certificate: X509Certificate, { notAfter, distrusted }: StoredRoot): string {
	const until = distrusted === undefined ? "-".padEnd(dayLength) : dayOf(distrusted);
	return `  ${dayOf(notAfter)}  ${until}  ${keyTitle(certificate).padEnd(8)}  ${titleOf(certificate.subject)}`;
}

interface Arguments {
	readonly from: string[];
	readonly mozilla: string[];
	out: string;
	isCommon: boolean;
	isListed: boolean;
	sign?: string;
	version?: number;
}

const options: Options<Arguments> = {
	"--common": { set: result => (result.isCommon = true) },
	"--all": { set: result => (result.isCommon = false) },
	"--list": { set: result => (result.isListed = true) },
	"--from": { take: (result, path) => result.from.push(userPath(path)), isRepeatable: true },
	"--mozilla": { take: (result, path) => result.mozilla.push(userPath(path)), isRepeatable: true },
	"--out": { take: (result, path) => (result.out = userPath(path)) },
	"--sign": { take: (result, path) => (result.sign = userPath(path)) },
	"--version": { take: (result, text, option) => (result.version = readCount(option, text, 1, 0xffffffff)) },
};

function readArguments(values: readonly string[]): Arguments {
	const empty = { from: [], mozilla: [], out: userPath("roots.bin"), isCommon: false, isListed: false };
	const result = readOptions<Arguments>(values, options, empty, refuseOther);
	if ((result.sign === undefined) !== (result.version === undefined))
		throw new Problem("--sign and --version go together: the key that signs, and the number that it signs", 2);
	if (result.from.length > 0 && result.mozilla.length > 0)
		throw new Problem("--from and --mozilla: give one of them", 2);
	return result;
}

function print(text: string): void {
	process.stdout.write(`${text}\n`);
}

function warn(words: string): void {
	process.stderr.write(`warning: ${words}\n`);
}

/** Returns the certificates to choose from, and which list they are, in words. */
function readCertificates({ from, mozilla }: Arguments): { certificates: X509Certificate[]; source: string } {
	if (from.length > 0)
		return { certificates: from.flatMap(file => certificatesIn(readText(file), file)), source: from.join(", ") };
	const { title, date, certificates } = newestList(mozilla);
	const days = Math.max(0, Math.floor((Date.now() - Date.parse(date)) / 86_400_000));
	return { certificates: [...certificates], source: `Mozilla's list in ${title}, of ${date}, ${days} days old` };
}

/** Returns the roots that the client supports, and prints them if that is asked for. */
function readRoots(certificates: readonly X509Certificate[], isListed: boolean): StoredRoot[] {
	const roots: StoredRoot[] = [];
	if (isListed) print("end, distrust date, key and name of each:");
	for (const certificate of certificates) {
		try {
			const root = storedRoot(certificate);
			roots.push(root);
			if (isListed) print(lineOf(certificate, root));
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			warn(`${titleOf(certificate.subject)} ${error.message}: left out`);
		}
	}
	if (roots.length === 0) throw new Problem("no root is left: nothing was written");
	return roots;
}

function write(file: string, bytes: Uint8Array): void {
	try {
		writeWhole(file, bytes);
	} catch (error) {
		throw new Problem(`${file}: ${fileProblem(error)}`);
	}
}

function run(given: Arguments): number {
	// before anything is written
	const key: KeyObject | undefined = given.sign === undefined ? undefined : readSigningKey(given.sign);
	const { certificates, source } = readCertificates(given);
	const roots = readRoots(given.isCommon ? pickCommon(certificates, warn) : certificates, given.isListed);
	const made = Date.now() / 1000;
	const store = makeStore(roots, made);
	const bytes = key ? signStore(store, key, given.version!) : store;
	write(given.out, bytes);
	const keys = roots.reduce((sum, root) => sum + root.key.length, 0);
	print(`${given.out}: ${roots.length} roots, ${bytes.length} bytes of flash (${keys} of them keys), ${dayOf(made)}`);
	print(`from ${source}`);
	const old = roots.filter(({ distrusted }) => distrusted !== undefined && distrusted <= made).length;
	if (old > 0) print(`${old} of them no longer count for TLS: devices refuse them`);
	if (key) print(`signed as version ${given.version}; the key for RootStore.open:\n${publicKeyOf(key)}`);
	return 0;
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => run(readArguments(values)));
}
