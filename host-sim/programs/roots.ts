/*
	npm run roots: makes the store of trusted roots that modules/x509/trust.ts reads from flash, and prints what is in it. Roots that the client
	could make no use of are left out by name.
*/

import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { rootCertificates } from "node:tls";

import { Store, writeStore, type StoredRoot } from "../../modules/x509/store.js";
import { guarded } from "./cli.js";
import { commonRoots } from "./common-roots.js";
import { fileProblem, Problem, writeWhole } from "../build/files.js";
import { elements, inside } from "./elements.js";
import { nameDigest } from "./names.js";

const usage = `npm run roots -- [--common | --all] [--from FILE.pem] [--out FILE] [--list]

Makes a root store for devices. Without --from, the roots are Mozilla's, as this Node.js ships them.

  --common       only the 40 most used of them (host-sim/common-roots.ts)
  --all          all of them (the default)
  --from FILE    certificates from a file of PEM instead; may be given several times
  --out FILE     where the store goes; roots.bin by default
  --list         also print every root that is in it
`;

/** The identifiers of the extensions that say what a root may do, in hexadecimal. */
const extensionNames: Readonly<Record<string, string>> = {
	"551d13": "basicConstraints",
	"551d0f": "keyUsage",
	"551d25": "extKeyUsage",
	"551d1e": "nameConstraints",
};

const serverPurposes = ["2b06010505070301", "551d2500"];

/** The parts of a certificate that a store is made of. */
interface Parts {
	readonly isOld: boolean;
	readonly issuer: Buffer;
	readonly subject: Buffer;
	readonly key: Buffer;
	/** Values of the extensions in `extensionNames`. */
	readonly extensions: Readonly<Record<string, Buffer>>;
}

function readParts(der: Buffer): Parts {
	const [certificate] = elements(der, 0, der.length);
	const body = inside(der, inside(der, certificate!)[0]!);
	// version 1, which is not said, and version 2 have no extensions
	const isOld = body[0]!.tag !== 0xa0 || der[inside(der, body[0]!)[0]!.start] !== 2;
	if (body[0]!.tag !== 0xa0) body.unshift(body[0]!);
	const extensions: Record<string, Buffer> = {};
	const block = body.find(({ tag }) => tag === 0xa3);
	for (const extension of block ? inside(der, inside(der, block)[0]!) : []) {
		const parts = inside(der, extension);
		const name = extensionNames[der.toString("hex", parts[0]!.start, parts[0]!.end)];
		const value = parts.at(-1)!;
		if (name) extensions[name] = der.subarray(value.start, value.end);
	}
	return {
		isOld,
		issuer: der.subarray(body[3]!.at, body[3]!.end),
		subject: der.subarray(body[5]!.at, body[5]!.end),
		key: der.subarray(body[6]!.at, body[6]!.end),
		extensions,
	};
}

/** Why a key is of no use to the client; "" where it is of use. */
function keyFault({ publicKey }: X509Certificate): string {
	const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
	if (type === "rsa") {
		const size = details?.modulusLength ?? 0;
		return size >= 2048 && size <= 4096 && size % 8 === 0 ? "" : `has an RSA key of ${size} bits`;
	}
	if (type === "ec" && ["prime256v1", "secp384r1"].includes(details?.namedCurve ?? "")) return "";
	return `has a key that is not taken (${type} ${details?.namedCurve ?? ""})`;
}

/** keyCertSign is the sixth bit; without the extension, all is allowed. */
function maySign(usage: Buffer | undefined): boolean {
	return usage === undefined || (usage[3]! & 4) !== 0;
}

function isForServers(purposes: Buffer | undefined): boolean {
	if (!purposes) return true;
	return inside(purposes, elements(purposes, 0, purposes.length)[0]!).some(({ start, end }) =>
		serverPurposes.includes(purposes.toString("hex", start, end)),
	);
}

/** The limit in basicConstraints, where there is one. */
function pathLength(constraints: Buffer | undefined): number {
	const limit =
		constraints &&
		inside(constraints, elements(constraints, 0, constraints.length)[0]!).find(({ tag }) => tag === 0x02);
	return limit ? constraints[limit.start]! : Store.noPathLength;
}

/** Throws a Problem that says why a certificate can't be trusted. */
export function storedRoot(certificate: X509Certificate): StoredRoot {
	const fault = keyFault(certificate);
	if (fault) throw new Problem(fault);
	const {
		isOld,
		issuer,
		subject,
		key,
		extensions: { basicConstraints, keyUsage, extKeyUsage, nameConstraints },
	} = readParts(certificate.raw);
	const isAuthority = isOld ? nameDigest(issuer).equals(nameDigest(subject)) : certificate.ca;
	const issues = isAuthority && maySign(keyUsage) && isForServers(extKeyUsage);
	return {
		name: nameDigest(subject),
		issues,
		pathLength: pathLength(basicConstraints),
		notBefore: Date.parse(certificate.validFrom) / 1000,
		notAfter: Date.parse(certificate.validTo) / 1000,
		key: issues ? key : createHash("sha256").update(certificate.raw).digest(),
		constraints: nameConstraints ? contentOf(nameConstraints) : Buffer.alloc(0),
	};
}

function contentOf(der: Buffer): Buffer {
	const [element] = elements(der, 0, der.length);
	return der.subarray(element!.start, element!.end);
}

/** The bytes of a store; `made` in seconds since 1970. */
export function makeStore(roots: readonly StoredRoot[], made: number): Uint8Array {
	const bytes = writeStore(roots, made, (from, start, end, to, at) => to.set(from.subarray(start, end), at));
	const end = bytes.length - Store.checkSize;
	createHash("sha256").update(bytes.subarray(0, end)).digest().copy(bytes, end, 0, Store.checkSize);
	return bytes;
}

function keyDigest({ publicKey }: X509Certificate): string {
	return createHash("sha256")
		.update(publicKey.export({ type: "spki", format: "der" }))
		.digest("hex");
}

/** Those of `certificates` that are among the common roots; the names of those that are missing go to `warn`. */
export function pickCommon(certificates: readonly X509Certificate[], warn: (words: string) => void): X509Certificate[] {
	const byKey = new Map(certificates.map(certificate => [keyDigest(certificate), certificate]));
	return commonRoots.flatMap(([key, name]) => {
		const found = byKey.get(key);
		if (!found) warn(`${name} is not among the roots any more: left out`);
		return found ? [found] : [];
	});
}

/** A certificate's name for people. */
function titleOf({ subject }: X509Certificate): string {
	const lines = subject.split("\n");
	return (
		lines.find(line => line.startsWith("CN=")) ??
		lines.findLast(line => line.startsWith("OU=")) ??
		lines.at(-1)!
	).replace(/^\w+=/, "");
}

function certificatesIn(file: string): X509Certificate[] {
	let text;
	try {
		text = readFileSync(file, "utf8");
	} catch (error) {
		throw new Problem(`${file}: ${fileProblem(error)}`, 2);
	}
	const parts = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
	if (!parts) throw new Problem(`${file} has no certificate in PEM`);
	return parts.map(text => new X509Certificate(text));
}

interface Arguments {
	readonly from: string[];
	out: string;
	isCommon: boolean;
	isListed: boolean;
}

function readArguments(values: readonly string[], folder: string): Arguments {
	const result: Arguments = { from: [], out: resolve(folder, "roots.bin"), isCommon: false, isListed: false };
	const rest = [...values];
	const file = (option: string): string => {
		const value = rest.shift();
		if (value === undefined) throw new Problem(`${option} needs a file`, 2);
		return resolve(folder, value);
	};
	for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
		switch (option) {
			case "--common":
				result.isCommon = true;
				break;
			case "--all":
				result.isCommon = false;
				break;
			case "--list":
				result.isListed = true;
				break;
			case "--from":
				result.from.push(file(option));
				break;
			case "--out":
				result.out = file(option);
				break;
			default:
				throw new Problem(`there is no option ${option}; --help lists them`, 2);
		}
	}
	return result;
}

function print(text: string): void {
	process.stdout.write(`${text}\n`);
}

function run({ from, out, isCommon, isListed }: Arguments): number {
	let certificates =
		from.length > 0 ? from.flatMap(certificatesIn) : rootCertificates.map(text => new X509Certificate(text));
	const warn = (words: string): void => {
		process.stderr.write(`warning: ${words}\n`);
	};
	if (isCommon) certificates = pickCommon(certificates, warn);
	const roots: StoredRoot[] = [];
	for (const certificate of certificates) {
		try {
			roots.push(storedRoot(certificate));
			if (isListed) print(`  ${certificate.validTo.padEnd(24)}  ${titleOf(certificate)}`);
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			warn(`${titleOf(certificate)} ${error.message}: left out`);
		}
	}
	if (roots.length === 0) throw new Problem("no root is left: nothing was written");
	const bytes = makeStore(roots, Date.now() / 1000);
	writeWhole(out, bytes);
	const keys = roots.reduce((sum, { key }) => sum + key.length, 0);
	print(
		`${out}: ${roots.length} roots, ${bytes.length} bytes of flash (${keys} of them keys), ${new Date().toISOString().slice(0, 10)}`,
	);
	return 0;
}

/** Returns the exit code. */
export function main(values: readonly string[]): Promise<number> {
	return guarded(async () => {
		if (values.includes("--help") || values.includes("-h")) {
			process.stdout.write(usage);
			return 0;
		}
		// npm runs scripts in the project's folder; paths are meant from where it was called
		const folder =
			process.env["npm_lifecycle_event"] === "roots" ? (process.env["INIT_CWD"] ?? process.cwd()) : process.cwd();
		return run(readArguments(values, folder));
	});
}
