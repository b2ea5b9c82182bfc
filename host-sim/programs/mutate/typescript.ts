/*
	The mutants of TypeScript: boundaries and comparisons, conditions turned round, `&&` for `||`, sums, numbers one
	off. Calls, `throw` and the body of an `if` are left out; nothing is returned. Types, imports, texts and what errors
	say are left alone.
*/

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { SyntaxKind, type EnumDeclaration, type Node, type SourceFile } from "typescript/unstable/ast";
import * as is from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/sync";

import { Sites, swapped, type Mutant } from "./sites.js";

/** What holds nothing that runs, or only words for people. */
function isSkipped(node: Node): boolean {
	switch (node.kind) {
		case SyntaxKind.ImportDeclaration:
		case SyntaxKind.ExportDeclaration:
		case SyntaxKind.InterfaceDeclaration:
		case SyntaxKind.TypeAliasDeclaration:
		case SyntaxKind.TemplateExpression:
			return true;
		default:
			return is.isTypeNode(node) || (is.isNewExpression(node) && /Error$/.test(node.expression.getText()));
	}
}

function isText(node: Node): boolean {
	return is.isStringLiteral(node) || is.isTemplateExpression(node) || is.isNoSubstitutionTemplateLiteral(node);
}

class Visitor {
	readonly #sites: Sites;
	readonly #file: SourceFile;

	constructor(sites: Sites, file: SourceFile) {
		this.#sites = sites;
		this.#file = file;
	}

	readonly visit = (node: Node): void => {
		if (isSkipped(node)) return;
		if (is.isEnumMember(node)) {
			const { name } = node.parent as EnumDeclaration;
			this.#sites.member = `${name.getText(this.#file)}.${node.name.getText(this.#file)}`;
		}
		this.#expression(node);
		this.#statement(node);
		node.forEachChild(this.visit);
		if (is.isEnumMember(node)) this.#sites.member = undefined;
	};

	#replace(node: Node, by: string): void {
		this.#sites.add(node.getStart(this.#file), node.end, by);
	}

	#negate(condition: Node): void {
		this.#replace(condition, `!(${condition.getText(this.#file)})`);
	}

	#expression(node: Node): void {
		if (is.isBinaryExpression(node)) {
			const operator = node.operatorToken;
			const text = operator.getText(this.#file);
			if ((text === "+" || text === "+=") && (isText(node.left) || isText(node.right))) return;
			for (const by of swapped[text] ?? []) this.#replace(operator, by);
		} else if (is.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.ExclamationToken)
			this.#replace(node, node.operand.getText(this.#file));
		else if (is.isNumericLiteral(node)) this.#sites.number(node.getStart(this.#file), node.end);
		else if (is.isConditionalExpression(node)) this.#negate(node.condition);
		else if (node.kind === SyntaxKind.TrueKeyword) this.#replace(node, "false");
		else if (node.kind === SyntaxKind.FalseKeyword) this.#replace(node, "true");
	}

	#statement(node: Node): void {
		if (is.isIfStatement(node)) {
			this.#negate(node.expression);
			this.#replace(node.thenStatement, node.elseStatement ? "{}" : ";");
		} else if (is.isWhileStatement(node)) this.#negate(node.expression);
		else if (is.isThrowStatement(node)) {
			if (!is.isIfStatement(node.parent)) this.#replace(node, ";");
		} else if (is.isReturnStatement(node)) {
			const value = node.expression?.getText(this.#file) ?? "undefined";
			if (value !== "undefined") this.#replace(node, "return undefined;");
		} else if (is.isExpressionStatement(node) && is.isCallExpression(node.expression)) {
			const isOnlyBody = is.isIfStatement(node.parent);
			if (!isOnlyBody && node.expression.expression.kind !== SyntaxKind.SuperKeyword) this.#replace(node, ";");
		}
	}
}

/** All mutants of some files, each given by its path and its name from the project's folder on. */
export function typescriptMutants(files: readonly { readonly file: string; readonly path: string }[]): Mutant[] {
	const folder = mkdtempSync(join(tmpdir(), "xs-tls-mutate-"));
	const config = join(folder, "tsconfig.json");
	const compilerOptions = { noLib: true, noResolve: true, types: [], target: "es2022" };
	writeFileSync(config, JSON.stringify({ compilerOptions, files: files.map(({ file }) => file) }));
	const api = new API();
	try {
		const { program } = api.updateSnapshot({ openProjects: [config] }).getProjects()[0]!;
		return files.flatMap(({ file, path }) => {
			const source = program.getSourceFile(file)!;
			const sites = new Sites(path, source.text);
			new Visitor(sites, source).visit(source);
			return sites.mutants;
		});
	} finally {
		api.close();
		rmSync(folder, { recursive: true, force: true });
	}
}
