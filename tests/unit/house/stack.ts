/*
	The stack with all of its optional parts, compiled, for tests that look at all of its modules.
*/

import { join, relative } from "node:path";

import { prepareApp, type Prepared } from "../../../host-sim/build/build.js";
import { projectRoot } from "../../../host-sim/build/files.js";
import { compileTypeScript, type Emitted } from "../../../host-sim/build/typescript.js";

const optional = [
	"modules/optional/legacy",
	"modules/optional/ed25519",
	"modules/optional/hybrid",
	"modules/optional/rawkeys",
	"modules/optional/sessions",
	"modules/fetch",
	"hardware/ds",
	"hardware/inflate",
];

/** Compiles it. `title` names the folder of the result. */
export async function compileStack(title: string): Promise<Prepared & { readonly emitted: readonly Emitted[] }> {
	const app = join(projectRoot, "tests", "bench");
	const include = optional.map(path => relative(app, join(projectRoot, path, "manifest.json")));
	const prepared = prepareApp(app, { extra: { include } });
	const { manifest, files, label } = prepared;
	return { ...prepared, emitted: await compileTypeScript(manifest, files, `${label}-${title}`) };
}
