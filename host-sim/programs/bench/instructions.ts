/*
	Instructions of an interval of the run, counted by Valgrind's callgrind and split into script engine, C crypto and
	the rest. callgrind writes a profile at each mark (--dump-before=simMark). What the C library does counts for who
	called it, and so does the simulator's own bookkeeping of memory, which no device has. Where the system runs no
	32-bit programs, Valgrind can't either: there it is the 64-bit build that is counted. The engine is as in a release,
	without meter and line numbers.
*/

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { run } from "../../build/process.js";
import { findToolchain } from "../../build/toolchain.js";
import { markOf, work, type Figures, type Work } from "./measure.js";

/** Arithmetic that stands in for Mbed TLS's: RSA's public operation, and p256-m. */
const ownCrypto = /\/hardware\/psa\/(rsa|p256)\.c$|\/p256-m\.c$/;

type Part = "engine" | "crypto" | "rest" | "called";

/** The functions of Mbed TLS's crypto library, as its archive has them; a sentence where it can't be read. */
async function cryptoNames(variant: string): Promise<ReadonlySet<string> | string> {
	const { compiler, flags } = await findToolchain(variant);
	const archive = (await run(compiler, [...flags, "-print-file-name=libmbedcrypto.a"])).stdout.trim();
	const listing = await run("nm", [archive]);
	if (listing.code !== 0) return "nm could not read libmbedcrypto.a";
	return new Set([...listing.stdout.matchAll(/ [tT] (\S+)$/gm)].map(match => match[1]!));
}

/** Names in a profile are written out once and have a number from then on. */
class Names {
	readonly #names = new Map<string, string>();

	read(text: string): string {
		const match = /^\((\d+)\)(?: (.*))?$/.exec(text);
		if (!match) return text;
		if (match[2] !== undefined) this.#names.set(match[1]!, match[2]);
		return this.#names.get(match[1]!) ?? "";
	}
}

/**
 * Reads a profile (callgrind's format, section "Callgrind Format Specification" of its manual) into instructions by
 * part.
 */
class Profile {
	readonly totals: Record<Part, number> = { engine: 0, crypto: 0, rest: 0, called: 0 };
	readonly #crypto: ReadonlySet<string>;
	readonly #objects = new Names();
	readonly #files = new Names();
	readonly #functions = new Names();
	#object = "";
	#part: Part = "rest";
	#file = "";
	#calleeObject = "";
	#calleeFile = "";
	#callee: Part = "rest";
	#isCall = false;
	/** A function that is named by its number alone later is in the file where it was defined. */
	readonly #parts = new Map<string, Part>();

	constructor(crypto: ReadonlySet<string>) {
		this.#crypto = crypto;
	}

	#partOf(name: string, object: string, file: string): Part {
		const plain = name.replace(/'\d+$/, "");
		if (
			!object.endsWith("/sim") ||
			plain === "(below main)" ||
			/\/(native_memory|own_memory|marks|peaks|census)\.c$/.test(file)
		)
			return "called";
		if (this.#crypto.has(plain) || ownCrypto.test(file)) return "crypto";
		return /\/xsnap-[^/]*\/|\/heap\.c$/.test(file) ? "engine" : "rest";
	}

	#function(text: string, object: string, file: string): Part {
		const name = this.#functions.read(text);
		const key = `${object}\n${file}\n${name}`;
		let part = this.#parts.get(key);
		if (!part) this.#parts.set(key, (part = this.#partOf(name, object, file)));
		return part;
	}

	line(line: string): void {
		const equals = line.indexOf("=");
		const [key, value] = [line.slice(0, equals), line.slice(equals + 1)];
		switch (equals > 0 ? key : "") {
			case "ob":
				this.#object = this.#objects.read(value);
				break;
			case "fl":
				this.#file = this.#files.read(value);
				break;
			case "fi":
			case "fe":
				this.#files.read(value);
				break;
			case "fn":
				this.#part = this.#function(value, this.#object, this.#file);
				this.#calleeObject = this.#object;
				this.#calleeFile = this.#file;
				break;
			case "cob":
				this.#calleeObject = this.#objects.read(value);
				break;
			case "cfi":
			case "cfl":
				this.#calleeFile = this.#files.read(value);
				break;
			case "cfn":
				this.#callee = this.#function(value, this.#calleeObject, this.#calleeFile);
				break;
			case "calls":
				this.#isCall = true;
				break;
			default:
				if (/^[\d+*-]/.test(line)) this.#cost(Number(line.split(" ")[1]));
		}
	}

	#cost(count: number): void {
		if (!this.#isCall) this.totals[this.#part] += count;
		else {
			if (this.#part !== "called" && this.#callee === "called") this.totals[this.#part] += count;
			this.#isCall = false;
			this.#calleeObject = this.#object;
			this.#calleeFile = this.#file;
		}
	}
}

/** The instructions between two marks, in millions. */
export async function instructions(what: Work, from: string, to: string): Promise<Figures> {
	if ((await run("valgrind", ["--version"])).code !== 0)
		return { missing: "valgrind is not installed: apt-get install valgrind" };
	const variant = (await findToolchain("m32")).runner.length === 0 ? "m32-bare" : "native-bare";
	const crypto = await cryptoNames(variant);
	if (typeof crypto === "string") return { missing: crypto };
	const folder = mkdtempSync(join(tmpdir(), "xs-tls-callgrind-"));
	try {
		const out = join(folder, "out");
		const under = ["valgrind", "--quiet", "--tool=callgrind", `--callgrind-out-file=${out}`, "--dump-before=simMark"];
		const outcome = await work({ ...what, variant, run: { ...what.run, under } }, true);
		if (outcome.code !== 0)
			return {
				missing: `valgrind can't run the simulator (apt-get install libc6-dbg may help): ${outcome.stderr.slice(0, 200)}`,
			};
		const profile = new Profile(crypto);
		const first = outcome.marks.indexOf(markOf(outcome, from)) + 2;
		const last = outcome.marks.indexOf(markOf(outcome, to)) + 1;
		for (let i = first; i <= last; i++) {
			if (!existsSync(`${out}.${i}`)) return { missing: "callgrind wrote no profile at a mark" };
			for (const line of readFileSync(`${out}.${i}`, "utf8").split("\n")) profile.line(line);
		}
		const { engine, crypto: inCrypto, rest } = profile.totals;
		// script takes most of what is not crypto, unless the engine's files are not told apart
		if (engine * 100 < rest)
			throw new Error(`callgrind tells ${engine} instructions of the engine from ${rest} of others`);
		const ratio = inCrypto ? { overCrypto: (engine + inCrypto + rest) / inCrypto } : {};
		return { engine, crypto: inCrypto, rest, ...ratio, countedBits: variant === "m32-bare" ? 32 : 64 };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
