/*
	Numbers that C and TypeScript share: an enum in C names the one in TypeScript that it mirrors, "Name in ../file.ts",
	and has its numbers.
*/

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { projectRoot } from "../../../host-sim/build/files.js";

const hardware = join(projectRoot, "hardware");

/** Enums of C after a comment that names what they mirror. */
const mirrors = /\/\* ((?:\w+(?: and )?)+) in (\S+\.ts)\. \*\/\n((?:enum \{[^}]*\};\n)+)/g;

/** Names and numbers of an enum's text, names without underscores and case. */
function members(text: string): [string, number][] {
	return [...text.matchAll(/(\w+) = (0x[0-9a-fA-F]+|-?\d+)/g)].map(match => [
		match[1]!.toLowerCase().replaceAll("_", ""),
		Number(match[2]),
	]);
}

function typescriptEnum(file: string, name: string): Map<string, number> {
	const body = new RegExp(`const enum ${name} \\{([^}]*)\\}`).exec(readFileSync(file, "utf8"));
	assert.ok(body, `${file} has no enum ${name}`);
	return new Map(members(body[1]!));
}

/** A name of TypeScript is the end of C's, which begins with k and a prefix. */
function check(mirrored: Map<string, number>, text: string, place: string): number {
	const found = members(text);
	for (const [name, number] of found) {
		const same = [...mirrored].filter(([theirs]) => name.endsWith(theirs)).sort((a, b) => b[0].length - a[0].length)[0];
		assert.ok(same, `${place}: ${name} is not in ${[...mirrored.keys()].join(", ")}`);
		assert.equal(number, same[1], `${place}: ${name}`);
	}
	assert.ok(found.length > 0, place);
	return found.length;
}

test("numbers that C and TypeScript share are the same", t => {
	const files = readdirSync(hardware, { recursive: true })
		.map(String)
		.filter(name => /\.[ch]$/.test(name));
	const checked: string[] = [];
	for (const file of files) {
		for (const [, names, path, enums] of readFileSync(join(hardware, file), "utf8").matchAll(mirrors)) {
			const source = path!.startsWith("modules/") ? join(projectRoot, path!) : join(hardware, dirname(file), path!);
			const texts = enums!.split("};\n").filter(text => text.trim() !== "");
			for (const [i, name] of names!.split(" and ").entries())
				checked.push(`${name} ${check(typescriptEnum(source, name), texts[i]!, `${file}, ${name}`)}`);
		}
	}
	t.diagnostic(checked.join(", "));
	assert.deepEqual(checked.map(one => one.split(" ")[0]).sort(), [
		"AEADAlgorithm",
		"ChipFeature",
		"Ed25519Length",
		"ExtensionID",
		"ExtensionList",
		"GeneralName",
		"HashAlgorithm",
		"KeyKind",
		"MACOrder",
		"MLKEMLength",
		"NameResult",
		"NamedGroup",
		"Padding",
		"ProtocolLength",
		"Purpose",
		"RecordVersion",
		"SignatureForm",
		"Tag",
		"Tag",
	]);
});
