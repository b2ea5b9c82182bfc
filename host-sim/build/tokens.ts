/*
	Splits JavaScript into tokens, as far as finding native("...") in it needs: comments are dropped, literals are
	whole.
*/

export interface Token {
	readonly kind: "word" | "string" | "other";
	readonly text: string;
	readonly start: number;
	readonly end: number;
}

/** After these words a slash begins a regular expression, not a division. */
const beforeExpression = new Set([
	"return",
	"typeof",
	"case",
	"in",
	"of",
	"do",
	"else",
	"void",
	"delete",
	"throw",
	"new",
	"yield",
	"await",
	"instanceof",
]);

class Splitter {
	readonly #text: string;
	readonly tokens: Token[] = [];
	#at = 0;

	constructor(text: string) {
		this.#text = text;
	}

	#push(kind: Token["kind"], end: number): void {
		this.tokens.push({ kind, text: this.#text.slice(this.#at, end), start: this.#at, end });
		this.#at = end;
	}

	/** The length of what a sticky expression matches here, or 0. */
	#match(expression: RegExp): number {
		expression.lastIndex = this.#at;
		return expression.exec(this.#text)?.[0].length ?? 0;
	}

	/** A slash here divides where an operand stands before it. */
	#divides(): boolean {
		const before = this.tokens[this.tokens.length - 1];
		if (!before) return false;
		if (before.kind === "word") return !beforeExpression.has(before.text);
		return (
			before.kind === "string" ||
			before.text === ")" ||
			before.text === "]" ||
			before.text === "}" ||
			before.text.endsWith("`")
		);
	}

	/** Runs to `close`, an unmatched "}" that ends a template's expression, or to the end. */
	run(inTemplate: boolean): void {
		let depth = 0;
		while (this.#at < this.#text.length) {
			const skipped = this.#match(/\s+|\/\/[^\n]*|\/\*[^]*?\*\//y);
			if (skipped > 0) {
				this.#at += skipped;
				continue;
			}
			const character = this.#text[this.#at]!;
			if (character === "{") depth++;
			if (character === "}" && depth-- === 0 && inTemplate) return;
			this.#token(character);
		}
	}

	#token(character: string): void {
		const word = this.#match(/[\p{L}\p{N}_$#]+/uy);
		if (word > 0) this.#push("word", this.#at + word);
		else if (character === '"' || character === "'")
			this.#push("string", this.#at + this.#match(/"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y));
		else if (character === "`") this.#template();
		else if (character === "/" && !this.#divides())
			this.#push("other", this.#at + Math.max(1, this.#match(/\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y)));
		else this.#push("other", this.#at + 1);
	}

	/** A template: its texts are tokens between those of its expressions. */
	#template(): void {
		for (;;) {
			const length = this.#match(/[`}](?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y);
			this.#push("other", length > 0 ? this.#at + length : this.#text.length);
			if (!this.tokens[this.tokens.length - 1]!.text.endsWith("${")) return;
			this.run(true);
		}
	}
}

/** The tokens of a script. */
export function tokenize(text: string): Token[] {
	const splitter = new Splitter(text);
	splitter.run(false);
	return splitter.tokens;
}
