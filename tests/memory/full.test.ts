/*
	fetch and HTTPClient of an app (full/) whose memory is nearly full. Each request ends with its answer or with
	"out_of_memory", and the app goes on.
*/

import assert from "node:assert/strict";
import { createServer as createPlain, type RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { projectRoot } from "../../host-sim/build/files.js";
import { runApp } from "../../host-sim/build/run.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { variants } from "../drivers/machine.js";

const { root, intermediate, leaf } = makeIdentity(["127.0.0.1"]);

/** Bodies of some 1,600 bytes. What text() and json() take of them is in room/bodies.ts. */
const numbers = JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ n: i % 10 })));
const answer: RequestListener = (_, response) => response.end(numbers);

const plain = createPlain(answer);
const secure = createServer({ key: leaf.keyPem, cert: leaf.pem + intermediate.pem }, answer);

async function start(server: Server): Promise<number> {
	await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
	return (server.address() as AddressInfo).port;
}

const urls: Record<string, string> = {};

before(async () => {
	urls["http"] = `http://127.0.0.1:${await start(plain)}`;
	urls["https"] = `https://127.0.0.1:${await start(secure)}`;
});

after(() => {
	plain.close();
	secure.close();
});

function steps(from: number, to: number, step: number): number[] {
	return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

/** Bytes and slots that are left: from what an error takes (modules/wire/memory.ts) to what is enough. */
const sweeps: Readonly<Record<string, { readonly bytes: number[]; readonly slots: number[] }>> = {
	http: { bytes: steps(1024, 8192, 256), slots: steps(100, 900, 20) },
	https: { bytes: steps(2048, 14336, 2048), slots: steps(200, 1100, 150) },
};

const lengths: Readonly<Record<string, string>> = {
	pieces: String(numbers.length),
	client: String(numbers.length),
};

/** How much is enough was measured where a slot has 16 bytes, as on a device. */
const skip = variants.includes("m32") ? false : "left out: it needs the 32-bit build";

for (const variant of ["m32"])
	for (const scheme of ["http", "https"])
		for (const how of Object.keys(lengths))
			test(`memory is full: ${how} over ${scheme}, ${variant}`, { skip }, async t => {
				const { bytes, slots } = sweeps[scheme]!;
				const config = { url: urls[scheme]!, path: "/", how, ca: root.pem };
				const app = await buildApp(join(projectRoot, "tests", "memory", "full"), {
					variant,
					config: { ...config, bytes: JSON.stringify(bytes), slots: JSON.stringify(slots) },
				});
				const { code, stdout, stderr } = await runApp(app, { timeout: 300 });
				assert.equal(code, 0, `${stderr}\n${stdout.slice(-3).join("\n")}`);
				const right = lengths[how]!;
				assert.deepEqual([stdout[0], stdout.at(-1)], [right, right]);
				for (const [name, sweep] of Object.entries({ bytes, slots })) {
					const results = stdout.filter(line => line.startsWith(name)).map(line => line.split(": ")[1]!);
					assert.equal(results.length, sweep.length);
					for (const result of results) assert.match(result, new RegExp(`^(${right}|out_of_memory)$`));
					const refused = results.filter(result => result !== right).length;
					assert.ok(refused > 0 && refused < results.length, results.join(" "));
					assert.equal(results.at(-1), right);
					t.diagnostic(`${sweep[0]} to ${sweep.at(-1)} ${name} free: ${refused} of ${results.length} refused`);
				}
			});
