/*
	npm run vectors: fetches Project Wycheproof's test vectors for machines that have no ../shared/vectors. Each file is
	pinned by its SHA-256; what differs is refused and not written. The tests also know two collections of certificate
	chains, limbo.json and bettertls.json. They are selections with verdicts of other validators beside them, and can't
	be made from the published files. Tests without them are skipped.
*/

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { buildFolder, Problem, writeWhole } from "../build/files.js";
import { say } from "../build/progress.js";
import { type Options, readOptions, refuseOther, userPath } from "./arguments.js";
import { runCommand } from "./guarded.js";
import { vectorPins } from "./vectors/pins.js";

/** C2SP/wycheproof at a commit, so that the files can't change under their pins. */
const source =
	"https://raw.githubusercontent.com/C2SP/wycheproof/dac1dd4729fd1f8dd9e1e9f3dce51d783da6c166/testvectors_v1/";

/** Where tests/drivers/machine.ts looks for them. */
const destination = join(buildFolder, "vectors");

const usage = `npm run vectors [-- --from URL] [--out FOLDER]

Fetches Project Wycheproof's test vectors (C2SP/wycheproof, 9 MB) into build/vectors, where the tests find them. Files that are there already and
right stay as they are.

  --from URL      a mirror of the folder testvectors_v1
  --out FOLDER    another place, for XS_TLS_VECTORS
`;

function sha256(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes of a file that is as it was pinned. Throws a Problem that says what to do. */
async function fetchPinned(url: string, pin: string): Promise<Uint8Array> {
	let response: Response;
	try {
		response = await fetch(url, { redirect: "error" });
	} catch (error) {
		throw new Problem(`${url}: ${((error as Error).cause as Error | undefined)?.message ?? (error as Error).message}`);
	}
	if (!response.ok) throw new Problem(`${url}: the server answered ${response.status}`);
	const bytes = new Uint8Array(await response.arrayBuffer());
	const digest = sha256(bytes);
	if (digest !== pin) throw new Problem(`${url}: SHA-256 is ${digest}, expected ${pin}; the file was not kept`);
	return bytes;
}

/** Fetches what is missing or wrong below `folder`/wycheproof. Returns how many files that were. */
export async function fetchVectors(
	from: string,
	folder: string,
	pins: Readonly<Record<string, string>>,
): Promise<number> {
	let count = 0;
	for (const [name, pin] of Object.entries(pins)) {
		const path = join(folder, "wycheproof", name);
		if (existsSync(path) && sha256(readFileSync(path)) === pin) continue;
		writeWhole(path, await fetchPinned(new URL(name, from).href, pin));
		count++;
	}
	return count;
}

interface Places {
	from: string;
	out: string;
}

function readSource(option: string, text: string): string {
	if (!URL.canParse(text)) throw new Problem(`${option} takes a URL, not "${text}"`, 2);
	return text.endsWith("/") ? text : `${text}/`;
}

const options: Options<Places> = {
	"--from": { take: (result, text, option) => (result.from = readSource(option, text)) },
	"--out": { take: (result, path) => (result.out = userPath(path)) },
};

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return runCommand(values, usage, async () => {
		const empty = { from: source, out: destination };
		const { from, out } = readOptions(values, options, empty, refuseOther);
		const count = await fetchVectors(from, out, vectorPins);
		say(`${count} of ${Object.keys(vectorPins).length} files fetched to ${join(out, "wycheproof")}`);
		return 0;
	});
}
