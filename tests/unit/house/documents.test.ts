/*
	The documents tell the truth as far as a machine can see it. Links and paths lead somewhere, commands exist, and
	TypeScript in them compiles against the modules that an app imports.
*/

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix, relative } from "node:path";
import { describe, test } from "node:test";

import { prepareApp } from "../../../host-sim/build/build.js";
import { buildFolder, projectRoot, writeWhole } from "../../../host-sim/build/files.js";
import { tsconfig } from "../../../host-sim/build/typescript.js";
import { importedNames } from "./graph.js";
import { documents, snippets } from "./snippets.js";

/** Folders that paths in the documents begin with. */
const folders = ["docs", "examples", "hardware", "host-sim", "modules", "roots", "tests"];

/** Written when they are needed. */
const waiting: readonly string[] = ["tests/fuzz/corpus/cases.json"];

/** What snippets may use without saying where it comes from: an app has it. */
const globals = `
declare const address: string;
declare const authorityPEM: string;
declare const clientCertificates: string;
declare const savedSession: ArrayBuffer | undefined;
declare function save(session: ArrayBuffer): void;
`;

function text(document: string): string {
	return readFileSync(join(projectRoot, document), "utf8");
}

/** The anchors of a document, as GitHub makes them of its headings. */
function anchors(document: string): Set<string> {
	const headings = text(document)
		.replace(/^```[^]*?^```/gm, "")
		.matchAll(/^#+\s+(.*)$/gm);
	return new Set(
		[...headings].map(([, heading]) =>
			heading!
				.toLowerCase()
				.replace(/[^\p{L}\p{N} _-]/gu, "")
				.trim()
				.replaceAll(" ", "-"),
		),
	);
}

function report(lines: readonly string[], what: string): void {
	assert.equal(lines.length, 0, `${lines.length} ${what}:\n${[...new Set(lines)].join("\n")}`);
}

/** What is wrong with a link; undefined where it leads somewhere. */
function brokenLink(document: string, link: string): string | undefined {
	const [path, anchor] = link.split("#") as [string, string?];
	const target = path === "" ? document : posix.join(posix.dirname(document), path);
	if (!existsSync(join(projectRoot, target))) return `${document}: ${link} is not there`;
	if (anchor && target.endsWith(".md") && !anchors(target).has(anchor))
		return `${document}: ${target} has no heading for #${anchor}`;
	return undefined;
}

/**
 * Paths that a document names, without those that are only a form ("tests/NAME", "modules/*") and those that a command
 * makes ("--out").
 */
function namedPaths(document: string): string[] {
	const found = text(document).matchAll(
		new RegExp(`(?<![\\w./-]|--out )(?:path/to/xs-tls/)?((?:${folders.join("|")})/[\\w./*{}<-]*)`, "g"),
	);
	return [...found]
		.map(([, path]) => path!.replace(/[.,/]+$/, ""))
		.filter(path => !/[*{}<]|[A-Z]{4,}(?!\.md)/.test(path));
}

/** Scripts of package.json that a document tells people to run. */
function namedScripts(document: string): string[] {
	return [...text(document).matchAll(/\bnpm (?:run ([\w-]+)|(start|test))\b/g)].map(
		([, script, short]) => script ?? short!,
	);
}

/** Names that a document gives `npm test`. */
function namedTests(document: string): string[] {
	return [...text(document).matchAll(/\bnpm test -- ([a-z][\w/. -]*)/g)]
		.flatMap(([, names]) => names!.split(" --")[0]!.trim().split(" "))
		.map(name => name.replace(/\.$/, ""));
}

/** The modules of modules/ that a room imports, as rooms. */
function importsOf(room: string): string[] {
	return importedNames(text(`modules/${room}.ts`))
		.filter(name => name.startsWith("."))
		.map(name => posix.join(posix.dirname(room), name));
}

function roomsIn(list: string): string[] {
	return list.match(/[a-z]+[a-z0-9]*(?:\/[a-z0-9]+)+|\bclient\b|\bconfigure\b/g) ?? [];
}

/** True if a room imports the other, itself or by one file between. */
function leadsTo(room: string, other: string): boolean {
	return importsOf(room).some(next => next === other || importsOf(next).includes(other));
}

/** The rooms that are not reached from the first, over imports of one room by another in either direction. */
function unconnected(rooms: readonly string[]): string[] {
	const reached = rooms.slice(0, 1);
	for (const from of reached)
		for (const room of rooms)
			if (!reached.includes(room) && (leadsTo(from, room) || leadsTo(room, from))) reached.push(room);
	return rooms.filter(room => !reached.includes(room));
}

describe("documents", () => {
	test("links lead somewhere", () => {
		report(
			documents.flatMap(document => {
				const links = [...text(document).matchAll(/\]\(([^)\s]+)\)/g)]
					.map(([, link]) => link!)
					.filter(link => !/^[a-z]+:/.test(link));
				return links.flatMap(link => brokenLink(document, link) ?? []);
			}),
			"broken links",
		);
	});

	test("paths that are named exist", () => {
		// a changelog names what was
		report(
			documents
				.filter(document => document !== "CHANGELOG.md")
				.flatMap(document =>
					namedPaths(document)
						.filter(path => !waiting.includes(path))
						.filter(path => ![".", posix.dirname(document)].some(from => existsSync(join(projectRoot, from, path))))
						.map(path => `${document}: ${path} is not there`),
				),
			"paths",
		);
	});

	test("commands are there to be run", () => {
		const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
		report(
			documents.flatMap(document =>
				namedScripts(document)
					.filter(name => !(name in scripts))
					.map(name => `${document}: there is no npm run ${name}`),
			),
			"commands",
		);
		const files = readdirSync(join(projectRoot, "tests"), { recursive: true })
			.map(name => `tests/${String(name)}`)
			.filter(name => name.endsWith(".test.ts"));
		report(
			documents.flatMap(document =>
				namedTests(document)
					.filter(name => !files.some(file => file.includes(name)))
					.map(name => `${document}: no test has ${name} in its path`),
			),
			"names of tests",
		);
	});

	test("titles of tests, and names that the guides give, are where they are said to be", () => {
		const guide = text("CONTRIBUTING.md").replace(/\s+/g, " ");
		const tests = readdirSync(join(projectRoot, "tests"), { recursive: true })
			.map(name => `tests/${String(name)}`)
			.filter(name => name.endsWith(".test.ts"));
		const titles = [...guide.matchAll(/npm test -- ([\w/.-]+) --title "([^"]+)"/g)];
		report(
			titles
				.filter(
					([, name, title]) =>
						!tests.some(path => path.includes(name!) && text(path).includes(title!.replace(/(?<=: )\w+$/, ""))),
				)
				.map(([command]) => command),
			"titles that no test has",
		);
		const named = [
			...guide.matchAll(/((?:`[A-Za-z]\w+`(?:, (?:and )?| and )?)+) (?:there )?(?:in|of) `([\w./-]+\.\w+)`/g),
		];
		report(
			named.flatMap(([, names, path]) =>
				[...names!.matchAll(/`(\w+)`/g)]
					.filter(([, name]) => !new RegExp(`\\b${name}\\b`).test(text(path!)))
					.map(([, name]) => `${path} has no ${name}`),
			),
			"names",
		);
		assert.ok(titles.length >= 4 && named.length >= 8, `${titles.length} titles, ${named.length} names`);
	});

	test("the rooms that a thing passes are files, and as many as is said", () => {
		const rows = [...text("docs/ARCHITECTURE.md").matchAll(/^\| ([^|]+) \| (\d+) \(\d+\) \| ([^|]+) \|$/gm)];
		assert.ok(rows.length >= 5);
		for (const [, what, count, list] of rows) {
			const [rooms, others] = list!.split("by way of").map(roomsIn) as [string[], string[]?];
			assert.equal(rooms.length, Number(count), `${what}: ${rooms.join(", ")}`);
			report(
				rooms.filter(room => !existsSync(join(projectRoot, "modules", `${room}.ts`))).map(room => `${what}: ${room}`),
				"rooms that are not there",
			);
			report(unconnected([...rooms, ...(others ?? [])]), `${what}: rooms that no other room leads to`);
		}
	});

	test("a room that nothing leads to is found", () => {
		assert.deepEqual(unconnected(["connection/driver", "record/joiner", "x509/pem"]), ["x509/pem"]);
	});

	test("each decision has a page, and each page is in the list", () => {
		const folder = "docs/decisions";
		const pages = readdirSync(join(projectRoot, folder)).filter(name => name !== "README.md");
		const listed = [...text(`${folder}/README.md`).matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name!);
		assert.deepEqual([...new Set(listed)].sort(), pages.sort());
		const decided = ["xs-from-npm", "psa", "generators", "extended-master-secret", "no-verify-false", "memory"];
		report(
			decided.map(name => `${name}.md`).filter(name => !pages.includes(name)),
			"decisions without a page",
		);
	});

	test("README has at most 150 lines", () => assert.ok(text("README.md").split("\n").length <= 151));

	test("no code stands outside of what is compiled", () => {
		report(
			documents.flatMap(document => {
				const rest = text(document).replace(/^```ts\n[^]*?^```/gm, "");
				return [...rest.matchAll(/^\s+(?:import .* from |(?:const|let) \w+ = |new [A-Z]\w+\().*$/gm)].map(
					([line]) => `${document}: ${line.trim()}`,
				);
			}),
			"lines of code that no test compiles: put them between ```ts and ```",
		);
	});

	test("TypeScript in them compiles", () => {
		const app = join(projectRoot, "tests", "bench");
		const optional = ["hardware/ds", "hardware/inflate", "modules/fetch", "modules/optional/sessions"];
		const include = optional.map(name => relative(app, join(projectRoot, name, "manifest.json")));
		const { manifest, files } = prepareApp(app, { extra: { include } });
		Object.assign(manifest.typescript.tsconfig.compilerOptions, { strict: true, noUncheckedIndexedAccess: true });
		const folder = join(buildFolder, `documents.${process.pid}`);
		const written = snippets().map(({ document, line, code }) => {
			const path = join(folder, `${document.replaceAll("/", "-")}-${line}.ts`);
			writeWhole(path, `${code}\nexport {};\n`);
			return path;
		});
		writeWhole(join(folder, "globals.d.ts"), globals);
		const config = tsconfig(manifest, files, join(folder, "out"), [...written, join(folder, "globals.d.ts")]);
		Object.assign(config["compilerOptions"] as object, { listFiles: false, noEmit: true });
		// what an app gets by its manifest may be declared by name, too
		for (const { source } of files.declarations) (config["files"] as string[]).push(source);
		writeWhole(join(folder, "tsconfig.json"), JSON.stringify(config));
		const require = createRequire(join(projectRoot, "package.json"));
		const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
		const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", join(folder, "tsconfig.json")], {
			encoding: "utf8",
		});
		rmSync(folder, { recursive: true, force: true });
		assert.ok(written.length > 0);
		assert.equal(status, 0, `the number in a name is the line of the snippet in its document:\n${stdout}`);
	});
});
