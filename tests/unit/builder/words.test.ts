/*
	What a person reads: arguments, URLs, JSON, failures and compilers' errors, in sentences. No app runs here.
*/

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { jsonFault, jsonProblem } from "../../../host-sim/build/json.js";
import { systemSentence } from "../../../host-sim/build/files.js";
import { npmReason } from "../../../host-sim/build/problems.mjs";
import { explainCompiler } from "../../../host-sim/build/typescript.js";
import {
	nearest,
	type Options,
	readAddress,
	readCount,
	readOptions,
	readSeconds,
	refuseOther,
} from "../../../host-sim/programs/arguments.js";
import { checkURL } from "../../../host-sim/programs/demo/url.js";
import { Failure, failureText } from "../../../host-sim/programs/failure.js";

interface Given {
	isFast: boolean;
	name?: string;
	readonly parts: string[];
}

const options: Options<Given> = {
	"--fast": { set: result => (result.isFast = true) },
	"--name": { take: (result, text) => (result.name = text) },
	"--part": { take: (result, text) => result.parts.push(text), isRepeatable: true },
};

function read(...values: string[]): Given {
	return readOptions<Given>(values, options, { isFast: false, parts: [] }, refuseOther);
}

describe("arguments", () => {
	test("options with and without values, in both forms", () => {
		assert.deepEqual(read("--fast", "--name", "a b", "--part=x=y", "--part", "-"), {
			isFast: true,
			name: "a b",
			parts: ["x=y", "-"],
		});
		assert.deepEqual(read(), { isFast: false, parts: [] });
	});

	for (const [values, says] of [
		[["--fats"], /^there is no option --fats; did you mean --fast\? /],
		[["--nam=x"], /^there is no option --nam; did you mean --name\?/],
		[["--FAST"], /did you mean --fast\?/],
		[["--nothing-like-it"], /^there is no option --nothing-like-it \(--help/],
		[["-x"], /^there is no option -x \(/],
		[["--toString"], /^there is no option --toString \(/],
		[["--name"], /^--name needs a value$/],
		[["--name="], /^--name needs a value$/],
		[["--name", ""], /^--name needs a value$/],
		[["--name", "--fast"], /^--name needs a value, and --fast is an option$/],
		[["--fast=1"], /^--fast takes no value$/],
		[["--name", "a", "--name", "b"], /^--name is given twice$/],
		[["word"], /^"word": this command takes options only/],
	] as const) {
		test(`refused: ${values.join(" ")}`, () => assert.throws(() => read(...values), { message: says, exitCode: 2 }));
	}

	test("names that are near, and names that are not", () => {
		assert.equal(nearest("--memroy", ["--memory", "--messages"]), "--memory");
		assert.equal(nearest("--message", ["--memory", "--messages"]), "--messages");
		assert.equal(nearest("--x", ["--ca", "--tls"]), undefined);
	});

	test("numbers of seconds", () => {
		assert.deepEqual(
			["1", "0.5", ".5", "2000000"].map(text => readSeconds("--timeout", text)),
			[1, 0.5, 0.5, 2_000_000],
		);
		for (const text of [
			"0",
			"-1",
			"1e9",
			"2000001",
			"Infinity",
			"NaN",
			"0x10",
			" 1",
			"1s",
			"1,5",
			"99999999999999999999",
		])
			assert.throws(() => readSeconds("--timeout", text), {
				message: /^--timeout takes a number of seconds above 0, at most 2000000, not "/,
			});
	});

	test("a debugger's address", () => {
		assert.deepEqual(
			["localhost:5002", "5002", "[::1]:1"].map(text => readAddress("--debug", text)),
			["localhost:5002", "localhost:5002", "[::1]:1"],
		);
		for (const text of ["localhost", "localhost:", "localhost:0", "localhost:65536", ":", "h:x"])
			assert.throws(() => readAddress("--debug", text), { message: /^--debug takes HOST:PORT/ });
	});

	test("whole numbers", () => {
		assert.deepEqual(
			["1", "1e6", "9007199254740991"].map(text => readCount("--meter-limit", text)),
			[1, 1e6, Number.MAX_SAFE_INTEGER],
		);
		for (const text of ["0", "-1", "1.5", "1e99", "9007199254740993", "", "ten"])
			assert.throws(() => readCount("--meter-limit", text), {
				message: /^--meter-limit takes a whole number from 1 to/,
			});
	});
});

describe("URLs", () => {
	for (const [given, written] of [
		["https://host", "https://host/"],
		["HTTPS://Host", "https://host/"],
		["https://h?x", "https://h/?x"],
		["https://h/#f", "https://h/"],
		["https://h/a?b#c", "https://h/a?b"],
		["https://h:443/", "https://h/"],
		["https://h:8443", "https://h:8443/"],
		["https://[::1]:8443", "https://[::1]:8443/"],
		["https://127.0.0.1:1/", "https://127.0.0.1:1/"],
		["https://h:65535/", "https://h:65535/"],
		["https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"],
		["https://h/a b", "https://h/a%20b"],
		[" https://h/ ", "https://h/"],
	] as const) {
		test(`taken: ${given}`, () => assert.equal(checkURL(given), written));
	}

	for (const [given, says] of [
		["http://h/", /speaks https:\/\/ only, not http:\/\//],
		["ftp://h/", /not ftp:\/\//],
		["h", /neither an option nor an https:\/\/ URL/],
		["https:h", /neither an option nor/],
		["https://", /it has no host/],
		["https:///path", /it has no host/],
		["https://:443/", /it has no host/],
		["https://?x", /it has no host/],
		["https://h:0/", /port "0" is invalid: a port is a number from 1 to 65535/],
		["https://h:65536/", /port "65536" is invalid/],
		["https://h:99999999999/", /port "99999999999" is invalid/],
		["https://h:https/", /port "https" is invalid/],
		["https://h:-1/", /port "-1" is invalid/],
		["https://::1/", /an IPv6 address stands in brackets/],
		["https://[::1/", /neither a host name nor an address/],
		["https://a b/", /"a b" is neither a host name nor an address/],
		["https://1.2.3.999/", /neither a host name nor an address/],
		["https://user:secret@h/", /a name or password in a URL is not sent/],
		["https://user@h/", /leave out what stands before "@"/],
	] as const) {
		test(`refused: ${given}`, () => assert.throws(() => checkURL(given), { message: says, exitCode: 2 }));
	}
});

describe("JSON", () => {
	for (const [text, says] of [
		['{\n\t"a": 1\n\t"b": 2\n}', 'line 3, column 2: not valid JSON: expected "," or "}", found """'],
		['{ "a": }', 'line 1, column 8: not valid JSON: expected a value, found "}"'],
		['{ "a": 1, }', 'line 1, column 11: not valid JSON: a comma stands in front of "}"'],
		["[1, 2", 'line 1, column 6: not valid JSON: expected "," or "]", found the end of the file'],
		["", "line 1, column 1: not valid JSON: expected a value, found the end of the file"],
		["{ a: 1 }", 'line 1, column 3: not valid JSON: expected a name in double quotes or "}", found "a"'],
		["{ 'a': 1 }", `line 1, column 3: not valid JSON: expected a name in double quotes or "}", found "'"`],
		['{ "a" 1 }', 'line 1, column 7: not valid JSON: expected ":" after a name, found "1"'],
		['{\n// why\n"a": 1 }', "line 2, column 1: not valid JSON: JSON has no comments"],
		['{ "a": "x\n" }', "line 1, column 8: not valid JSON: a string does not end"],
		['{ "a": "\\x" }', "line 1, column 9: not valid JSON: a string has an unknown escape"],
		['{ "a": 01 }', 'line 1, column 8: not valid JSON: expected a value, found "0"'],
		['{ "a": tru }', 'line 1, column 8: not valid JSON: expected a value, found "t"'],
		["{} {}", 'line 1, column 4: not valid JSON: expected the end of the file, found "{"'],
		[
			"\ufeff{}",
			"line 1, column 1: not valid JSON: the file begins with a byte order mark: save it as UTF-8 without one",
		],
		["[".repeat(100_000), "line 1, column 1: not valid JSON: values are nested too deep"],
	] as const) {
		test(says, () => assert.equal(jsonProblem(text), says));
	}

	test("finds a fault exactly where JSON.parse does", () => {
		const text = JSON.stringify(
			{ a: [1, -2.5e-3, 'x\\"\u00e9\u2028', { b: null, c: [true, false, {}] }], "": [] },
			null,
			1,
		);
		assert.equal(jsonFault(text), undefined);
		let refused = 0;
		for (let at = 0; at < text.length; at++) {
			for (const changed of [
				text.slice(0, at) + text.slice(at + 1),
				`${text.slice(0, at)}]${text.slice(at)}`,
				text.slice(0, at),
			]) {
				let isJSON = true;
				try {
					JSON.parse(changed);
				} catch {
					isJSON = false;
					refused++;
				}
				assert.equal(jsonFault(changed) === undefined, isJSON, changed);
			}
		}
		assert.ok(refused > 200, `${refused}`);
	});
});

const thrown = `sim: uncaught exception
TLSError: "x" is not an option
 at TLSError (modules/errors.ts:64)
 at TLSClient (modules/client.ts:86)
 at go (app/main.ts:5)
 at (host-sim/modules/timer.ts:3)
caused by: TypeError: y
 at (app/main.ts:9)
`;

describe("failures", () => {
	test("one sentence, and where in the app", () =>
		assert.deepEqual(failureText(thrown).split("\n"), [
			'uncaught exception: TLSError: "x" is not an option',
			"  at go (app/main.ts:5)",
			"caused by: TypeError: y",
			"  at (app/main.ts:9)",
			"  (3 frames of the library not shown: --verbose)",
		]));

	test("what the simulator says otherwise is passed on as it comes, its last words at the end", () => {
		const written: string[] = [];
		const failure = new Failure(text => written.push(text));
		for (const part of ["a war", "ning\nsim: unhandled rej", "ection\njust te", "xt\n"]) failure.push(part);
		assert.deepEqual(written, ["a warning\n"]);
		failure.end();
		assert.deepEqual(written, ["a warning\n", "unhandled rejection: just text\n"]);
	});

	test("a line without an end is not lost", () => {
		const written: string[] = [];
		const failure = new Failure(text => written.push(text));
		failure.push("no end");
		failure.end();
		assert.deepEqual(written, ["no end"]);
	});

	test("the system's errors name file or port; others have no sentence", () => {
		const fault = (more: object): string | undefined => systemSentence(Object.assign(new Error("raw"), more));
		assert.equal(fault({ code: "ENOSPC", syscall: "write", path: "/x" }), "/x: the disk is full");
		assert.equal(fault({ code: "EROFS", syscall: "open", path: "/x" }), "/x: the disk is read-only");
		assert.equal(fault({ code: "EADDRINUSE", syscall: "listen", port: 99 }), "port 99: the port is in use");
		assert.equal(fault({ code: "EXDEV", syscall: "rename", dest: "/y", path: "/x" }), "/y: raw");
		assert.equal(fault({ code: "ERR_INVALID_ARG_TYPE" }), undefined);
	});

	test("npm's reason, without its codes", () => {
		for (const [printed, reason] of [
			[
				"npm error code EACCES\nnpm error path /x\nnpm error Error: EACCES: permission denied",
				"EACCES: permission denied",
			],
			["npm error code ENOENT\nnpm error enoent ENOENT: no such file, mkdir x", "ENOENT: no such file, mkdir x"],
			["npm error request to http://r/ failed, reason: no answer", "no answer"],
			["npm error Your cache folder contains root-owned files.", "Your cache folder contains root-owned files"],
			["", "npm said nothing"],
		] as const)
			assert.equal(npmReason(printed), reason);
	});

	test("modules that a manifest forgot are one sentence, not one for each file", () => {
		const line = (name: string): string =>
			`modules/x.ts(3,22): error TS2307: Cannot find module '${name}' or its corresponding type declarations.`;
		assert.deepEqual(
			explainCompiler([line("tls/hardware/aead"), line("tls/hardware/copy"), "modules/x.ts(9,1): error TS7006: p"]),
			["include xs-tls/hardware/manifest.json, too: tls/hardware/* is missing"],
		);
		assert.deepEqual(explainCompiler([line("tls/client")]), [
			"include xs-tls/modules/manifest.json, too: tls/* is missing",
		]);
		assert.deepEqual(explainCompiler([line("mine")]), [line("mine")]);
		const full = explainCompiler([
			"error TS5033: Could not write file '/x/a.js': write /x/a.js: no space left on device.",
		]);
		assert.match(full.join("\n"), /^\/.*: the disk is full$/);
	});
});
