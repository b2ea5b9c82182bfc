/*
	Makes one module small in flash. What saves most on XS is not shorter code:
	- A function declared with `function` has a prototype object, three slots that nobody uses. An arrow function has
	  none.
	- Each name of a variable is a name of the engine's, with a slot and its text. Variables share short names;
	  properties keep theirs.
	- A text in an error is code. Where asked, a number takes its place, and a list says what the numbers mean.
*/

import { parse, type Node, type Program } from "acorn";
import { minify } from "terser";

import { Problem } from "../../build/files.js";

interface Edit {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

type AnyNode = Node & Record<string, unknown>;

function parseModule(text: string): Program {
	return parse(text, { ecmaVersion: 2022, sourceType: "module" });
}

function isNode(value: unknown): value is AnyNode {
	return typeof value === "object" && value !== null && typeof (value as AnyNode).type === "string";
}

/** Calls `visit` with a node and all below it, but not below those for which it returns false. */
function walk(node: AnyNode, visit: (node: AnyNode) => boolean): void {
	if (!visit(node)) return;
	for (const value of Object.values(node)) {
		if (Array.isArray(value)) {
			for (const one of value) if (isNode(one)) walk(one, visit);
		} else if (isNode(value)) walk(value, visit);
	}
}

/** Makes the edits, which must not overlap. */
function edited(text: string, edits: readonly Edit[]): string {
	let result = "";
	let at = 0;
	for (const { start, end, text: replacement } of [...edits].sort((a, b) => a.start - b.start)) {
		if (start < at) throw new Problem("two edits of a module overlap");
		result += text.slice(at, start) + replacement;
		at = end;
	}
	return result + text.slice(at);
}

/** Whether a function has a `this`, `arguments` or `new.target` of its own, which an arrow function has not. */
function needsFunction(declaration: AnyNode): boolean {
	let isNeeded = false;
	walk(declaration, node => {
		if (node !== declaration && /^(FunctionExpression|FunctionDeclaration|ClassBody)$/.test(node.type)) return false;
		if (node.type === "ThisExpression" || node.type === "MetaProperty") isNeeded = true;
		if (node.type === "Identifier" && node["name"] === "arguments") isNeeded = true;
		return !isNeeded;
	});
	return isNeeded;
}

/**
 * Turns the module's own functions into arrow functions, at its top: they are there before all that runs while it
 * loads.
 */
function withArrows(text: string): string {
	const edits: Edit[] = [];
	const arrows: string[] = [];
	for (const node of parseModule(text).body as unknown as AnyNode[]) {
		if (node.type !== "FunctionDeclaration" || node["generator"] || node["async"] || needsFunction(node)) continue;
		const id = node["id"] as AnyNode;
		const body = node["body"] as AnyNode;
		const parameters = text.slice(text.indexOf("(", id.end), body.start).trim();
		arrows.push(`const ${String(id["name"])} = ${parameters} => ${text.slice(body.start, body.end)};`);
		edits.push({ start: node.start, end: node.end, text: "" });
	}
	edits.push({ start: 0, end: 0, text: `${arrows.join("\n")}\n` });
	return edited(text, edits);
}

/**
 * Keeps the module's constants that are texts: in the place where one is used, its text would be copied into memory
 * each time (docs/XS-PATTERNS.md). The compressor does not take a call for a constant, and it runs only when the module
 * is linked.
 */
function keepTexts(text: string): string {
	const edits: Edit[] = [];
	for (const node of parseModule(text).body as unknown as AnyNode[]) {
		if (node.type !== "VariableDeclaration") continue;
		for (const { init } of node["declarations"] as { init: AnyNode | null }[]) {
			if (init?.type !== "Literal" || typeof init["value"] !== "string") continue;
			edits.push({
				start: init.start,
				end: init.end,
				text: `/*@__PURE__*/String(${text.slice(init.start, init.end)})`,
			});
		}
	}
	return edited(text, edits);
}

/**
 * Undefined, true and false are an instruction each in XS. The compressor writes them as `void 0`, `!0` and `!1`, which
 * are two.
 */
function withPlainConstants(text: string): string {
	const edits: Edit[] = [];
	walk(parseModule(text) as unknown as AnyNode, node => {
		if (node.type !== "UnaryExpression") return true;
		const { value } = node["argument"] as { value?: unknown };
		let plain: string | undefined;
		if (node["operator"] === "void" && value === 0) plain = "undefined";
		if (node["operator"] === "!" && value === 0) plain = "true";
		if (node["operator"] === "!" && value === 1) plain = "false";
		if (plain)
			edits.push({
				start: node.start,
				end: node.end,
				text: /[\w$]$/.test(text.slice(0, node.start)) ? ` ${plain}` : plain,
			});
		return true;
	});
	return edited(text, edits);
}

/**
 * The pieces of an expression that is a text with values in it: texts as they are, values as their source. Undefined
 * for others.
 */
function textOf(node: AnyNode, source: string): { shown: string; values: string[] } | undefined {
	if (node.type === "Literal" && typeof node["value"] === "string") return { shown: node["value"], values: [] };
	if (node.type !== "TemplateLiteral") return undefined;
	const quasis = node["quasis"] as { value: { cooked: string } }[];
	const values = (node["expressions"] as AnyNode[]).map(value => source.slice(value.start, value.end));
	const shown = quasis.map(({ value }, i) => (i === 0 ? "" : `{${i}}`) + value.cooked).join("");
	return { shown, values };
}

/** Functions that throw an error with their first argument as its words; the bundler may have numbered them. */
const refusing = /^refuse(HTTP|Key|Staple|Store|Text|Work)?\d*$/;

/** The same for methods. */
const refusingMethods: readonly unknown[] = ["fail", "refuse"];

/** What becomes the text of an error, if the node makes one. */
function errorText(node: AnyNode): AnyNode | undefined {
	const values = node["arguments"] as AnyNode[];
	const callee = node["callee"] as AnyNode;
	if (node.type === "NewExpression") return callee["name"] === "TLSError" ? values[1] : undefined;
	if (node.type !== "CallExpression") return undefined;
	const isRefusal =
		callee.type === "MemberExpression"
			? refusingMethods.includes((callee["property"] as AnyNode)["name"])
			: refusing.test(String(callee["name"]));
	return isRefusal ? values[0] : undefined;
}

/** Replaces the texts of errors by "E", a number and the values in them. Returns the texts by their numbers, too. */
export function withErrorNumbers(source: string): { text: string; errors: string[] } {
	const edits: Edit[] = [];
	const errors: string[] = [];
	/** Returns false for a node without a text of its own. */
	const replace = (given: AnyNode): boolean => {
		if (given.type === "ConditionalExpression")
			return [given["consequent"], given["alternate"]].map(branch => replace(branch as AnyNode)).includes(true);
		const found = textOf(given, source);
		if (!found) return false;
		let number = errors.indexOf(found.shown);
		if (number < 0) number = errors.push(found.shown) - 1;
		const text = `E${number}${found.values.map(value => ` \${${value}}`).join("")}`;
		edits.push({ start: given.start, end: given.end, text: found.values.length ? `\`${text}\`` : `"${text}"` });
		return true;
	};
	walk(parseModule(source) as unknown as AnyNode, node => {
		const given = errorText(node);
		return !given || !replace(given);
	});
	return { text: edited(source, edits), errors };
}

/** The module, compressed. */
export async function compress(source: string): Promise<string> {
	const { code } = await minify(keepTexts(withArrows(source)), {
		module: true,
		ecma: 2020,
		mangle: { toplevel: true, keep_classnames: true },
		compress: {
			passes: 3,
			toplevel: true,
			keep_classnames: true,
			// a function called once becomes code there if it can, but never a closure: XS makes one at each call
			inline: 3,
			reduce_funcs: false,
			hoist_funs: false,
			// to XS an expression in place of statements is longer
			conditionals: false,
			if_return: false,
			sequences: false,
		},
		format: { comments: false, beautify: false, semicolons: true },
	});
	if (!code) throw new Problem("terser returned nothing");
	return withPlainConstants(code);
}
