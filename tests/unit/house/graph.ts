/*
	Which file imports which: the imports of TypeScript files, found by tokens and with types included, resolved as each
	build of the stack resolves them. imports.test.ts holds the order of the layers with it, public.test.ts what apps
	may import.
*/

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";

import { projectRoot } from "../../../host-sim/build/files.js";
import { findManifest, readManifest } from "../../../host-sim/build/manifest.js";
import { matchFiles } from "../../../host-sim/build/match.js";
import { tokenize } from "../../../host-sim/build/tokens.js";

/** Names of modules, as imports have them, to files, relative to the project's folder. */
export type Names = ReadonlyMap<string, string>;

/** Files, each with the files that it imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** All .ts files below a folder of the project, declarations included, relative to the project's folder. */
export function sourcesBelow(folder: string): string[] {
	const names = readdirSync(join(projectRoot, folder), { recursive: true }).map(String);
	return names
		.filter(name => name.endsWith(".ts") && !name.includes("node_modules"))
		.map(name => posix.join(folder, name))
		.sort();
}

/** What a text imports, in its own words: import, export from, import() as a value and as a type. */
export function importedNames(text: string): string[] {
	const tokens = tokenize(text);
	const names: string[] = [];
	const stringAt = (index: number): void => {
		const token = tokens[index];
		if (token?.kind === "string") names.push(token.text.slice(1, -1));
	};
	tokens.forEach(({ kind, text: word }, i) => {
		if (kind !== "word") return;
		if (word === "from") stringAt(i + 1);
		else if (word === "import") stringAt(tokens[i + 1]?.text === "(" ? i + 2 : i + 1);
	});
	return names;
}

/** The file of a relative import; undefined for one that is not there or no TypeScript. */
function relativeFile(file: string, name: string): string | undefined {
	const path = posix.join(posix.dirname(file), name).replace(/\.m?js$/, "");
	return [`${path}.ts`, `${path}.d.ts`, `${path}.d.mts`].find(one => existsSync(join(projectRoot, one)));
}

/** The modules of an app whose manifest includes these, by name. */
export function namesWith(manifests: readonly string[]): Names {
	const app = findManifest(join(projectRoot, "tests", "bench"));
	const include = manifests.map(path => relative(dirname(app), join(projectRoot, path)));
	const { typescript } = matchFiles(readManifest(app, [], { include }));
	return new Map(typescript.map(({ name, source }) => [name, relative(projectRoot, source)]));
}

/**
 * The imports among `files`. A relative import finds the file that a build has under the module's name. `./pem` in
 * tls/x509/path is tls/x509/pem, wherever that comes from.
 */
export function importGraph(files: Iterable<string>, names: Names): Graph {
	const ownNames = new Map([...names].map(([name, file]) => [file, name]));
	const graph = new Map<string, string[]>();
	for (const file of files) {
		const own = ownNames.get(file);
		const targets = new Set<string>();
		for (const name of importedNames(readFileSync(join(projectRoot, file), "utf8"))) {
			const path = name.startsWith(".") ? own && posix.join(posix.dirname(own), name) : name;
			const target = (path !== undefined && names.get(path)) || (name.startsWith(".") && relativeFile(file, name));
			if (target) targets.add(target);
		}
		graph.set(file, [...targets]);
	}
	return graph;
}

/** The shortest way from a file to another along imports, both included; undefined where there is none. */
function shortestWay(graph: Graph, from: string, to: string): string[] | undefined {
	const before = new Map<string, string>();
	const queue = [from];
	for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
		if (file === to) {
			const way = [to];
			while (way[0] !== from) way.unshift(before.get(way[0]!)!);
			return way;
		}
		for (const next of graph.get(file) ?? []) {
			if (next === from || before.has(next)) continue;
			before.set(next, file);
			queue.push(next);
		}
	}
	return undefined;
}

/** Every import that lies on a circle, as its shortest circle; each circle once: "a -> b -> a". */
export function circles(graph: Graph): string[] {
	const found = new Set<string>();
	for (const [file, targets] of graph) {
		for (const target of targets) {
			const way = target === file ? [] : shortestWay(graph, target, file);
			if (!way) continue;
			// a circle begins with the first of its names, so that it is found once
			const ring = target === file ? [file] : way;
			const start = ring.indexOf([...ring].sort()[0]!);
			const turned = [...ring.slice(start), ...ring.slice(0, start)];
			found.add([...turned, turned[0]].join(" -> "));
		}
	}
	return [...found].sort();
}
