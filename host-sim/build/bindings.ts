/*
	Bindings to C. The SDK's compiler (XS 17) takes

		class X extends Native("xs_x_destructor") { constructor(a) { super(); native("xs_x").call(this, a); } }
		function f(a) { return native("xs_f").call(this, a); }

	as direct host calls, where the body is exactly that call; XS 13 knows the same under an older syntax

		class X @ "xs_x_destructor" { constructor(a) @ "xs_x"; }
		function f(a) @ "xs_f";

	which is put in its place here, line for line. Any other use of the two names is refused, since on the device it
	would be slow ("cannot optimize native") or fail.
*/

import { Problem } from "./files.js";
import { tokenize, type Token } from "./tokens.js";

/** A C function that a module names. */
export interface NativeUse {
	readonly name: string;
	/** Called with the native data when the object is collected, not by script. */
	readonly isDestructor: boolean;
	/** Offset in the script. */
	readonly at: number;
}

export interface Bound {
	readonly text: string;
	readonly natives: NativeUse[];
}

interface Replacement {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

class Binder {
	readonly #text: string;
	readonly #where: (offset: number) => string;
	readonly #tokens: Token[];
	readonly #replacements: Replacement[] = [];
	readonly natives: NativeUse[] = [];

	constructor(text: string, where: (offset: number) => string) {
		this.#text = text;
		this.#where = where;
		this.#tokens = tokenize(text);
	}

	#refuse(token: Token, reason: string): never {
		throw new Problem(`${this.#where(token.start)}: ${reason}`);
	}

	/** True where the tokens from `index` on have these texts. */
	#follows(index: number, ...texts: string[]): boolean {
		return texts.every((text, i) => this.#tokens[index + i]?.text === text);
	}

	/** The C name in the parentheses after `index`. */
	#name(index: number): string {
		const token = this.#tokens[index]!;
		const name = this.#tokens[index + 2];
		if (!this.#follows(index + 1, "(") || name?.kind !== "string" || !this.#follows(index + 3, ")"))
			this.#refuse(token, `${token.text} takes the name of one C function as a string`);
		const text = name.text.slice(1, -1);
		if (!/^[A-Za-z_]\w*$/.test(text)) this.#refuse(name, `"${text}" is not the name of a C function`);
		return text;
	}

	#replace(start: number, end: number, text: string): void {
		const lines = this.#text.slice(start, end).split("\n").length - 1;
		this.#replacements.push({ start, end, text: text + "\n".repeat(lines) });
	}

	/** class X extends Native("destructor") { */
	#class(index: number): void {
		const token = this.#tokens[index]!;
		if (!this.#follows(index - 1, "extends") || !this.#follows(index + 4, "{"))
			this.#refuse(token, 'Native(...) stands only after "extends", before the class\'s body');
		const name = this.#name(index);
		this.natives.push({ name, isDestructor: true, at: token.start });
		this.#replace(this.#tokens[index - 1]!.start, this.#tokens[index + 3]!.end, `@ "${name}"`);
	}

	/**
	 * The parameters between the parentheses that end at `close`, each a plain name, the last one maybe with "...";
	 * else undefined.
	 */
	#parameters(close: number): { open: number; texts: string[] } | undefined {
		let open = close;
		while (open >= 0 && this.#tokens[open]!.text !== "(") {
			const token = this.#tokens[open]!;
			if (open !== close && token.kind !== "word" && token.text !== "," && token.text !== ".") return;
			open--;
		}
		if (open < 1) return;
		return { open, texts: this.#tokens.slice(open + 1, close).map(token => token.text) };
	}

	/** { [super();] [return] native("name").call(this, a, b); } */
	#function(index: number): void {
		const token = this.#tokens[index]!;
		const shape =
			'the body of a binding must be exactly native("...").call(this, ...) with the function\'s own parameters in order';
		const name = this.#name(index);
		let first = index;
		if (this.#follows(first - 1, "return")) first--;
		const hasSuper = this.#follows(first - 4, "super", "(", ")", ";");
		if (hasSuper) first -= 4;
		if (!this.#follows(first - 2, ")", "{")) this.#refuse(token, shape);
		const parameters = this.#parameters(first - 2);
		if (!parameters) this.#refuse(token, `${shape}; the parameters must be plain names`);
		const owner = this.#tokens[parameters.open - 1]!;
		const isFunction = this.#follows(parameters.open - 2, "function");
		const before = this.#tokens[parameters.open - (isFunction ? 3 : 2)]?.text;
		if (before === "async" || before === "*" || owner.text === "*")
			this.#refuse(token, "a binding is neither async nor a generator");
		if ((owner.text === "constructor") !== hasSuper)
			this.#refuse(
				token,
				hasSuper ? shape : 'a binding\'s constructor must be exactly super(); and then native("...").call(this, ...)',
			);
		const rest = parameters.texts.length > 0 ? [",", ...parameters.texts] : [];
		const call = [".", "call", "(", "this", ...rest, ")"];
		if (!this.#follows(index + 4, ...call)) this.#refuse(token, shape);
		let last = index + 4 + call.length;
		if (this.#follows(last, ";")) last++;
		if (!this.#follows(last, "}")) this.#refuse(token, shape);
		this.natives.push({ name, isDestructor: false, at: token.start });
		this.#replace(this.#tokens[first - 1]!.start, this.#tokens[last]!.end, `@ "${name}";`);
	}

	/** The older syntax, in scripts that use it themselves. */
	#host(index: number): void {
		const name = this.#tokens[index + 1]!.text.slice(1, -1);
		this.natives.push({ name, isDestructor: !this.#follows(index - 1, ")"), at: this.#tokens[index]!.start });
	}

	run(): Bound {
		this.#tokens.forEach((token, index) => {
			const isMember = this.#follows(index - 1, ".");
			if (token.kind === "word" && token.text === "Native" && !isMember) this.#class(index);
			else if (token.kind === "word" && token.text === "native" && !isMember && !this.#follows(index + 1, ":"))
				this.#function(index);
			else if (token.text === "@" && this.#tokens[index + 1]?.kind === "string") this.#host(index);
		});
		let text = this.#text;
		for (const { start, end, text: replacement } of this.#replacements.sort((a, b) => b.start - a.start))
			text = text.slice(0, start) + replacement + text.slice(end);
		return { text, natives: this.natives };
	}
}

/** Turns the bindings of a script into XS 13's; `where` says an offset as file and line. */
export function bindNatives(text: string, where: (offset: number) => string): Bound {
	if (!/\b[nN]ative\b|@\s*["']/.test(text)) return { text, natives: [] };
	return new Binder(text, where).run();
}
