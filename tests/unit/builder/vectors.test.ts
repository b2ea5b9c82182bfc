/*
	npm run vectors: a file is kept where it is the one that was pinned, and only then.
*/

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { fetchVectors } from "../../../host-sim/programs/vectors.js";
import { vectorPins } from "../../../host-sim/programs/vectors/pins.js";
import { lacksVectors, vectorFile } from "../../drivers/machine.js";
import { folderOf } from "./folder.js";

const files: Record<string, string> = {
	"one.json": '{ "numberOfTests": 1 }\n',
	"two.json": '{ "numberOfTests": 2 }\n',
};

function digest(content: string | Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}

const pins = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, digest(content)]));

/** A server of these files; `asked` lists the paths that it was asked for. */
async function serve(
	context: TestContext,
	content: Readonly<Record<string, string>>,
	asked: string[] = [],
): Promise<string> {
	const server = createServer((request, response) => {
		asked.push(request.url!);
		const body = content[request.url!.slice("/vectors/".length)];
		if (body === undefined) response.writeHead(404).end("Not Found");
		else if (body.startsWith("/")) response.writeHead(302, { location: body }).end();
		else response.end(body);
	});
	context.after(() => {
		server.close();
		server.closeAllConnections();
	});
	await new Promise<void>(resolve => {
		server.listen(0, "127.0.0.1", resolve);
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/vectors/`;
}

describe("npm run vectors", () => {
	test("fetches what is pinned, and nothing twice", async context => {
		const asked: string[] = [],
			folder = folderOf(context, {}),
			from = await serve(context, files, asked);
		assert.equal(await fetchVectors(from, folder, pins), 2);
		for (const [name, content] of Object.entries(files))
			assert.equal(readFileSync(join(folder, "wycheproof", name), "utf8"), content);
		assert.equal(await fetchVectors(from, folder, pins), 0);
		assert.deepEqual(asked, ["/vectors/one.json", "/vectors/two.json"]);
	});

	test("fetches a file anew that was changed", async context => {
		const folder = folderOf(context, {}),
			from = await serve(context, files);
		mkdirSync(join(folder, "wycheproof"));
		writeFileSync(join(folder, "wycheproof", "one.json"), "{}");
		assert.equal(await fetchVectors(from, folder, pins), 2);
		assert.equal(readFileSync(join(folder, "wycheproof", "one.json"), "utf8"), files["one.json"]);
	});

	const faults: readonly [string, Record<string, string>, RegExp][] = [
		[
			"changed",
			{ ...files, "two.json": '{ "numberOfTests": 3 }\n' },
			/two\.json: SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}; the file was not kept/,
		],
		["cut short", { ...files, "two.json": files["two.json"]!.slice(0, -1) }, /the file was not kept/],
		["not there", { "one.json": files["one.json"]! }, /two\.json: the server answered 404/],
		["elsewhere", { ...files, "two.json": "/vectors/one.json" }, /two\.json: .*redirect/],
	];
	for (const [title, content, message] of faults) {
		test(`refuses a file that is ${title}`, async context => {
			const folder = folderOf(context, {}),
				from = await serve(context, content);
			await assert.rejects(fetchVectors(from, folder, pins), { message });
			assert.ok(existsSync(join(folder, "wycheproof", "one.json")));
			assert.ok(!existsSync(join(folder, "wycheproof", "two.json")));
		});
	}

	test("says that nobody answers", async context => {
		await assert.rejects(
			fetchVectors("http://127.0.0.1:1/", folderOf(context, {}), pins),
			/127\.0\.0\.1:1\/one\.json: /,
		);
	});

	test("pins the files that are here", { skip: lacksVectors }, () => {
		assert.ok(Object.keys(vectorPins).length > 0);
		for (const [name, pin] of Object.entries(vectorPins))
			assert.equal(digest(readFileSync(vectorFile(`wycheproof/${name}`))), pin, name);
	});
});
