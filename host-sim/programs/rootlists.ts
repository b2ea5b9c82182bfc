/*
	Lists of public roots that this computer has, all of them Mozilla's at different ages, and how old each is. They are
	Node.js's own, Debian's package ca-certificates, and a file of Mozilla's (certdata.txt, or curl's cacert.pem).
*/

import { X509Certificate } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";

import { fileProblem, Problem } from "../build/files.js";

export interface RootList {
	/** What it is, for people. */
	readonly title: string;
	/** Day as 2026-11-29. */
	readonly date: string;
	readonly certificates: readonly X509Certificate[];
}

const debianFolder = "/usr/share/ca-certificates/mozilla";

function dayOf(time: number): string {
	return new Date(time).toISOString().slice(0, 10);
}

/** Reads a file. Throws a Problem that names it. */
export function readText(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		throw new Problem(`${file}: ${fileProblem(error)}`, 2);
	}
}

/** Returns the certificates in a text of PEM. Throws a Problem that names `file`. */
export function certificatesIn(text: string, file: string): X509Certificate[] {
	const parts = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
	if (!parts) throw new Problem(`${file} has no certificate in PEM`);
	return parts.map((part, i) => {
		try {
			return new X509Certificate(part);
		} catch {
			throw new Problem(`${file}: certificate ${i + 1} is malformed`);
		}
	});
}

/** Node.js does not say how old its list is: its program's date is that of the release. */
function nodeList(): RootList {
	const certificates = rootCertificates.map(text => new X509Certificate(text));
	return { title: `Node.js ${process.versions.node}`, date: dayOf(statSync(process.execPath).mtimeMs), certificates };
}

/** The version of the package begins with the day of the list: 20230311. */
function debianDate(): string {
	try {
		const version = execFileSync("dpkg-query", ["-W", "ca-certificates"], { encoding: "utf8" });
		const digits = /\t(\d{4})(\d\d)(\d\d)/.exec(version);
		if (digits) return `${digits[1]}-${digits[2]}-${digits[3]}`;
	} catch {
		// no Debian: the folder's own date
	}
	return dayOf(statSync(debianFolder).mtimeMs);
}

function debianList(): RootList | undefined {
	let names: string[];
	try {
		names = readdirSync(debianFolder).filter(name => name.endsWith(".crt"));
	} catch {
		return undefined;
	}
	if (names.length === 0) return undefined;
	const certificates = names.flatMap(name => {
		const file = join(debianFolder, name);
		return certificatesIn(readText(file), file);
	});
	return { title: "Debian's ca-certificates", date: debianDate(), certificates };
}

/** The bytes of MULTILINE_OCTAL after the line `name`. */
function octal(block: string, name: string): Buffer {
	const text = new RegExp(`^${name} MULTILINE_OCTAL\\n([^]*?)^END`, "m").exec(block)?.[1] ?? "";
	return Buffer.from([...text.matchAll(/\\([0-7]{3})/g)].map(match => Number.parseInt(match[1]!, 8)));
}

/** The certificates of NSS's certdata.txt that may identify servers. */
function certificatesOfNSS(text: string): X509Certificate[] {
	const blocks = text.split(/^CKA_CLASS CK_OBJECT_CLASS /m).slice(1);
	const keyOf = (block: string): string =>
		octal(block, "CKA_ISSUER").toString("hex") + octal(block, "CKA_SERIAL_NUMBER").toString("hex");
	const trusted = new Set(
		blocks.filter(block => /^CKA_TRUST_SERVER_AUTH CK_TRUST CKT_NSS_TRUSTED_DELEGATOR/m.test(block)).map(keyOf),
	);
	return blocks
		.filter(block => block.startsWith("CKO_CERTIFICATE") && trusted.has(keyOf(block)))
		.map(block => new X509Certificate(octal(block, "CKA_VALUE")));
}

/** Reads a file of Mozilla's: certdata.txt, or PEM. curl's cacert.pem says of what day it is. */
export function mozillaList(file: string): RootList {
	const text = readText(file);
	const said = /^## Certificate data from Mozilla (?:last updated on|as of): (.*)$/m.exec(text)?.[1];
	const time = said === undefined ? Number.NaN : Date.parse(said);
	const isNSS = text.includes("CKA_CLASS CK_OBJECT_CLASS");
	const certificates = isNSS ? certificatesOfNSS(text) : certificatesIn(text, file);
	if (certificates.length === 0) throw new Problem(`${file} has no root that is trusted for servers`);
	if (!Number.isNaN(time)) return { title: file, date: dayOf(time), certificates };
	// a file's own date says when it was copied
	const newest = Math.max(...certificates.map(({ validFrom }) => Date.parse(validFrom)));
	return { title: `${file} (which does not say its day: that of its newest root)`, date: dayOf(newest), certificates };
}

/** Returns the newest list at hand. */
export function newestList(files: readonly string[]): RootList {
	const lists = [nodeList(), debianList(), ...files.map(mozillaList)].filter(list => list !== undefined);
	return lists.reduce((best, list) => (list.date > best.date ? list : best));
}
